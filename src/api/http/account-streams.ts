/**
 * Streams of server-sent events about an account: one look at Postgres a second and watched account, however many watch,
 * and none while nobody does. What the events are says whoever makes the streams.
 */
import type { Response } from 'express';
import { AppError } from '../../errors';

const LOOK_MS = 1_000;
/** Proxies close a connection on which nothing happens, often after 30 to 60 seconds. */
const HEARTBEAT_MS = 15_000;
/** Then the client connects anew. */
const MAX_AGE_MS = 15 * 60_000;
/** Who reads slower than this piles up is let go; a new connection begins with everything as it is. */
const MAX_BUFFERED_BYTES = 256 * 1_024;
const RETRY_AFTER_SECONDS = 5;

/** Who watches, as far as events differ by it. */
export interface Watcher {
  accountId: string;
  keyId: string;
  /** It may see what the scope `manage` shows. */
  mayManage: boolean;
}

export interface StreamOptions<State> {
  /** @param before what the look before found; null = this is the first. */
  look(accountId: string, before: State | null): Promise<State>;
  /** Events for those who were told of `before`; null = for one who comes now. Empty = there is nothing new. */
  tell(now: State, before: State | null, mayManage: boolean): string;
  maxPerKey: number;
  maxPerAccount: number;
  /** Told when a look failed; the next second looks again. */
  onError(error: unknown): void;
}

export interface AccountStreams {
  /**
   * Makes the response a stream of the account's events.
   * @param isStillGood asked every second; the stream ends once its key is no longer good.
   * @throws AppError rate-limited
   */
  open(watcher: Watcher, response: Response, isStillGood: () => Promise<boolean>): void;
  /** Ends all streams; none can be opened any more. */
  stop(): void;
}

interface Stream {
  mayManage: boolean;
  isStillGood(): Promise<boolean>;
}

interface Watched<State> {
  streams: Map<Response, Stream>;
  timer: NodeJS.Timeout;
  last: State | null;
}

export function createAccountStreams<State>(options: StreamOptions<State>): AccountStreams {
  const { look, tell, maxPerKey, maxPerAccount, onError } = options;
  const accounts = new Map<string, Watched<State>>();
  const perKey = new Map<string, number>();
  let stopped = false;

  async function turn(accountId: string, watched: Watched<State>): Promise<void> {
    try {
      await endRevoked(watched.streams);
      const before = watched.last;
      const now = await look(accountId, before);
      watched.last = now;
      // The same text for all who may see the same.
      const texts = new Map<boolean, string>();
      for (const [response, { mayManage }] of watched.streams) {
        const text = texts.get(mayManage) ?? tell(now, before, mayManage);
        texts.set(mayManage, text);
        if (text !== '') send(response, text);
      }
    } catch (error) {
      onError(error);
    } finally {
      // Not an interval: a slow Postgres is not asked again before it has answered.
      if (accounts.get(accountId) === watched) watched.timer = setTimeout(() => void turn(accountId, watched), LOOK_MS);
    }
  }

  function watch(accountId: string): Watched<State> {
    const known = accounts.get(accountId);
    if (known !== undefined) return known;
    const watched: Watched<State> = { streams: new Map(), last: null, timer: setTimeout(() => undefined, 0) };
    accounts.set(accountId, watched);
    void turn(accountId, watched);
    return watched;
  }

  function leave(accountId: string, watched: Watched<State>, response: Response): void {
    watched.streams.delete(response);
    if (watched.streams.size > 0 || accounts.get(accountId) !== watched) return;
    clearTimeout(watched.timer);
    accounts.delete(accountId);
  }

  return {
    open({ accountId, keyId, mayManage }, response, isStillGood) {
      // An admin's key that acts for several accounts has as many in each.
      const key = `${accountId} ${keyId}`;
      const open = perKey.get(key) ?? 0;
      if (stopped) throw new AppError('unavailable', 'This process is stopping', { retryAfterSeconds: 1 });
      refuseBeyond('The key', open, maxPerKey);
      refuseBeyond('The account', accounts.get(accountId)?.streams.size ?? 0, maxPerAccount);
      // Gone while its key was looked up: it would never close again.
      if (response.closed || response.socket?.destroyed === true) return;
      perKey.set(key, open + 1);
      begin(response);
      const watched = watch(accountId);
      watched.streams.set(response, { mayManage, isStillGood });
      if (watched.last !== null) response.write(tell(watched.last, null, mayManage));
      response.once('close', () => {
        leave(accountId, watched, response);
        const left = (perKey.get(key) ?? 1) - 1;
        if (left === 0) perKey.delete(key);
        else perKey.set(key, left);
      });
    },
    stop() {
      stopped = true;
      for (const { streams } of accounts.values()) for (const response of streams.keys()) response.end();
    },
  };
}

/** An event on the wire. */
export const eventText = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** @throws AppError rate-limited */
function refuseBeyond(whose: string, open: number, most: number): void {
  if (open < most) return;
  throw new AppError('rate-limited', `${whose} has ${most} streams open: close one first`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** Ends the streams whose key was revoked, or has expired. @throws when that can't be known now: they go on. */
async function endRevoked(streams: Map<Response, Stream>): Promise<void> {
  for (const [response, { isStillGood }] of streams) if (!(await isStillGood())) response.end();
}

/** Makes the response a stream that is kept alive, and ended when it is old. */
function begin(response: Response): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // An ended stream must not leave an idle connection that a stopping server waits for.
    Connection: 'close',
    // Nginx would keep events back until its buffer is full.
    'X-Accel-Buffering': 'no',
  });
  response.write(': hello\n\n');
  const heartbeat = setInterval(() => send(response, ': alive\n\n'), HEARTBEAT_MS);
  const end = setTimeout(() => response.end(), MAX_AGE_MS);
  response.once('close', () => {
    clearInterval(heartbeat);
    clearTimeout(end);
  });
}

function send(response: Response, text: string): void {
  if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
  else response.write(text);
}
