/**
 * Live events: what changes in an account, to everybody who watches it. One look at Postgres per second and watched
 * account, however many watch, and none while nobody does.
 */
import type { Response } from 'express';
import type { CampaignState } from '../../../core/campaigns/campaign';
import { AppError } from '../../../errors';
import { countCampaigns, listLiveCampaigns, NO_COUNTS, type CampaignCounts } from '../../../store/campaigns/live';
import type { Database } from '../../../store/database';
import { listGateways, type GatewayRow } from '../../../store/gateways/gateways';
import { readLedger, type Ledger } from '../../../store/messages/slices';

const LOOK_MS = 1_000;
/** Proxies close a connection on which nothing happens, often after 30 to 60 seconds. */
const HEARTBEAT_MS = 15_000;
/** Then the client connects anew. */
const MAX_AGE_MS = 15 * 60_000;
const MAX_STREAMS_PER_KEY = 5;
const MAX_STREAMS_PER_ACCOUNT = 20;
/** Who reads slower than this piles up is let go; a new connection begins with everything as it is. */
const MAX_BUFFERED_BYTES = 256 * 1_024;
const RETRY_AFTER_SECONDS = 5;
/** Campaigns that are told of, those that began last first: each is counted every second. */
const MAX_CAMPAIGNS = 20;

/** Per second, since the look before. */
export interface Rates {
  acceptedPerSecond: number;
  settledPerSecond: number;
}

export interface GatewayNews {
  id: string;
  name: string;
  status: 'active' | 'inactive';
  /** Why it takes nothing although it is active. */
  pausedReason: string | null;
}

/** A campaign that is under way, or ended less than a minute ago. */
export interface CampaignNews {
  id: string;
  name: string;
  state: CampaignState;
  reason: string | null;
  counts: CampaignCounts;
}

interface Look {
  ledger: Ledger;
  /** `campaign` events by id. */
  campaigns: Map<string, string>;
  gateways: GatewayNews[];
  atMs: number;
}

interface Watched {
  /** Each with whether its key is still good. */
  streams: Map<Response, () => Promise<boolean>>;
  timer: NodeJS.Timeout;
  last: Look | null;
  /** The `ledger` event that everybody has. */
  told: string | null;
}

export interface EventStreams {
  /**
   * Makes the response a stream of the account's events.
   * @param isStillGood asked every second; the stream ends once its key is no longer good.
   * @throws AppError rate-limited
   */
  open(accountId: string, keyId: string, response: Response, isStillGood: () => Promise<boolean>): void;
  /** Ends all streams; none can be opened any more. */
  stop(): void;
}

/** @param onError told when Postgres could not be asked; the next second asks again. */
export function createEventStreams(database: Database, onError: (error: unknown) => void): EventStreams {
  const accounts = new Map<string, Watched>();
  const perKey = new Map<string, number>();
  let stopped = false;

  async function look(accountId: string, watched: Watched): Promise<void> {
    try {
      await endRevoked(watched);
      const [ledger, gateways, campaigns] = await Promise.all([
        readLedger(database.pool, accountId),
        listGateways(database.db, accountId),
        lookAtCampaigns(database, accountId),
      ]);
      const now: Look = { ledger, gateways: gateways.map(toNews), campaigns, atMs: Date.now() };
      const before = watched.last;
      watched.last = now;
      const event = ledgerEvent(now, before);
      if (event !== watched.told) tell(watched, event);
      watched.told = event;
      for (const news of changedGateways(now, before)) tell(watched, news);
      for (const [id, news] of campaigns) if (before?.campaigns.get(id) !== news) tell(watched, news);
    } catch (error) {
      onError(error);
    } finally {
      // Not an interval: a slow Postgres is not asked again before it has answered.
      if (accounts.get(accountId) === watched) watched.timer = setTimeout(() => void look(accountId, watched), LOOK_MS);
    }
  }

  function watch(accountId: string): Watched {
    const known = accounts.get(accountId);
    if (known !== undefined) return known;
    const watched: Watched = { streams: new Map(), last: null, told: null, timer: setTimeout(() => undefined, 0) };
    accounts.set(accountId, watched);
    void look(accountId, watched);
    return watched;
  }

  function leave(accountId: string, watched: Watched, response: Response): void {
    watched.streams.delete(response);
    if (watched.streams.size > 0 || accounts.get(accountId) !== watched) return;
    clearTimeout(watched.timer);
    accounts.delete(accountId);
  }

  return {
    open(accountId, keyId, response, isStillGood) {
      // An admin's key that acts for several accounts has as many in each.
      const key = `${accountId} ${keyId}`;
      const open = perKey.get(key) ?? 0;
      if (stopped) throw new AppError('unavailable', 'This process is stopping', { retryAfterSeconds: 1 });
      refuseBeyond('The key', open, MAX_STREAMS_PER_KEY);
      refuseBeyond('The account', accounts.get(accountId)?.streams.size ?? 0, MAX_STREAMS_PER_ACCOUNT);
      // Gone while its key was looked up: it would never close again.
      if (response.closed || response.socket?.destroyed === true) return;
      perKey.set(key, open + 1);
      begin(response);
      const watched = watch(accountId);
      watched.streams.set(response, isStillGood);
      if (watched.last !== null) {
        const { gateways, campaigns } = watched.last;
        response.write([watched.told, ...gateways.map(gatewayEvent), ...campaigns.values()].join(''));
      }
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

/** @throws AppError rate-limited */
function refuseBeyond(whose: string, open: number, most: number): void {
  if (open < most) return;
  throw new AppError('rate-limited', `${whose} has ${most} streams open: close one first`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** Ends the streams whose key was revoked, or has expired. @throws when that can't be known now: they go on. */
async function endRevoked({ streams }: Watched): Promise<void> {
  for (const [response, isStillGood] of streams) if (!(await isStillGood())) response.end();
}

async function lookAtCampaigns({ db, pool }: Database, accountId: string): Promise<Map<string, string>> {
  const rows = await listLiveCampaigns(db, accountId, MAX_CAMPAIGNS);
  if (rows.length === 0) return new Map();
  const counts = await countCampaigns(
    pool,
    rows.map(({ id }) => id),
  );
  return new Map(rows.map((row) => [row.id, campaignEvent({ ...row, counts: counts.get(row.id) ?? NO_COUNTS })]));
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

function tell({ streams }: Watched, event: string): void {
  for (const response of streams.keys()) send(response, event);
}

function send(response: Response, text: string): void {
  if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
  else response.write(text);
}

const toNews = ({ id, name, status, paused_reason }: GatewayRow): GatewayNews => ({
  id,
  name,
  status,
  pausedReason: paused_reason,
});

const format = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
const gatewayEvent = (news: GatewayNews): string => format('gateway', news);
const campaignEvent = (news: CampaignNews): string => format('campaign', news);

function ledgerEvent(now: Look, before: Look | null): string {
  const seconds = before === null ? 0 : (now.atMs - before.atMs) / 1_000;
  const rate = (of: (ledger: Ledger) => number): number =>
    before === null || seconds <= 0 ? 0 : Math.round(((of(now.ledger) - of(before.ledger)) / seconds) * 10) / 10;
  const rates: Rates = {
    acceptedPerSecond: rate(({ accepted }) => accepted),
    settledPerSecond: rate(({ accepted, open }) => accepted - open),
  };
  return format('ledger', { ledger: now.ledger, rates });
}

/** Events of gateways that are new or not as they were; one that is gone is told as inactive. */
function changedGateways(now: Look, before: Look | null): string[] {
  const old = new Map(before?.gateways.map((news) => [news.id, gatewayEvent(news)]));
  const events = now.gateways.map((news) => [news.id, gatewayEvent(news)] as const);
  const present = new Set(now.gateways.map(({ id }) => id));
  const gone = (before?.gateways ?? []).filter(({ id }) => !present.has(id));
  return [
    ...events.filter(([id, event]) => old.get(id) !== event).map(([, event]) => event),
    ...gone.map((news) => gatewayEvent({ ...news, status: 'inactive', pausedReason: 'deleted' })),
  ];
}
