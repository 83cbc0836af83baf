/**
 * Brings an account's receipts to whoever asked for them: at their time, many in one post, again when a post isn't
 * acknowledged, all of it ended by one `stop()`.
 */
import type { Logger } from 'pino';
import { Pool } from 'undici';
import type { PlannedReport } from './plan';
import { EARLY } from './plan';
import type { Protocol, ReceiptRequest, ReceiptWire, Report } from './protocol';
import { Queue } from './queue';
import type { Script } from './script';
import { Timers } from './timers';

/** Reports that fall due within so many milliseconds share their posts. */
const TICK_MS = 20;
const CONNECTIONS_PER_ORIGIN = 32;
/** Posts under way at once per destination; beyond it reports wait, and the posts get fuller. */
const POSTS_AT_ONCE = 32;
const POST_TIMEOUT_MS = 10_000;
/** A vendor retries for hours; here a minute is enough for a restart of the receiver. */
const GIVE_UP_AFTER_MS = 60_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
/** How long an early report may hold up the answer to its submission. */
const EARLY_WAIT_MS = 1_000;

/** What became of an account's reports. */
export interface ReceiptCounts {
  /** Reports that were due, repeated and intermediate ones included. */
  sent: number;
  /** Of those: answered with a 2xx, given up after a minute, and accepted messages that had no URL to report to. */
  acknowledged: number;
  failed: number;
  withoutUrl: number;
  /** HTTP posts and those of them that were not answered with a 2xx. */
  posts: number;
  failedPosts: number;
  mangledPosts: number;
}

/** The account whose reports a courier brings. */
interface Owner {
  readonly name: string;
  readonly counts: { receipts: ReceiptCounts };
  /** The script in force. */
  readonly behaviour: { script: Script };
}

/** Where some reports go: one URL in one vendor's words. */
interface Destination {
  protocol: Protocol;
  url: string;
  waiting: Queue<Report>;
  posts: number;
}

interface Post {
  destination: Destination;
  reports: Report[];
  /** Its first try is cut off in the middle. */
  mangled: boolean;
  tries: number;
  startedAt: number;
}

function inCapitals(report: Report): Report {
  return { ...report, messageId: report.messageId.toUpperCase(), clientId: report.clientId?.toUpperCase() };
}

/** Half of the body, or of the query when there is none. */
function cutOff(request: ReceiptRequest): ReceiptRequest {
  const { url, body } = request;
  if (body !== undefined) return { ...request, body: body.slice(0, body.length / 2) };
  const query = url.indexOf('?') + 1;
  return { ...request, url: url.slice(0, query + (url.length - query) / 2) };
}

/** The header that the account's owner has asked for, where its vendor can send it. */
function authorization(
  auth: Script['receipts']['auth'],
  schemes: ReceiptWire['authorization'] = [],
): Record<string, string> {
  if (auth === undefined) return {};
  if ('bearer' in auth) return schemes.includes('bearer') ? { authorization: `Bearer ${auth.bearer}` } : {};
  if (!schemes.includes('basic')) return {};
  const { username, password } = auth.basic;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

export class Courier {
  private readonly timers = new Timers();
  private readonly pools = new Map<string, Pool>();
  private readonly destinations = new Map<string, Destination>();
  private readonly ticks = new Map<number, { destination: Destination; report: Report; mangled: boolean }[]>();
  private stopped = false;

  constructor(
    private readonly owner: Owner,
    private readonly log?: Logger,
  ) {}

  /**
   * Takes over the reports of one accepted message.
   * @param answeredAt epoch milliseconds of the answer to its submission: delays count from there.
   * @returns a promise when one of them is early: the submission is to be answered after it.
   */
  bring(
    to: { protocol: Protocol; url: string },
    planned: PlannedReport[],
    report: Omit<Report, 'kind' | 'doneAt'>,
    answeredAt: number,
  ): Promise<void> | undefined {
    const destination = this.destination(to);
    const early: Promise<void>[] = [];
    for (const { kind, afterMs, mangled } of planned) {
      const due = afterMs === EARLY ? report.sentAt : answeredAt + afterMs;
      const whole: Report = { ...report, kind, doneAt: Math.round(due) };
      this.owner.counts.receipts.sent += 1;
      if (afterMs === EARLY) early.push(this.postNow(destination, [whole], mangled));
      else this.schedule(due, { destination, report: whole, mangled });
    }
    return early.length === 0 ? undefined : this.atMost(EARLY_WAIT_MS, Promise.all(early));
  }

  /** Ends all timers, posts and connections; reports that have not left never will. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timers.stop();
    this.ticks.clear();
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private destination(to: { protocol: Protocol; url: string }): Destination {
    const key = `${to.protocol.name} ${to.url}`;
    let destination = this.destinations.get(key);
    if (destination === undefined)
      this.destinations.set(key, (destination = { ...to, waiting: new Queue(), posts: 0 }));
    return destination;
  }

  private schedule(due: number, entry: { destination: Destination; report: Report; mangled: boolean }): void {
    const tick = Math.ceil(due / TICK_MS);
    const entries = this.ticks.get(tick);
    if (entries !== undefined) {
      entries.push(entry);
      return;
    }
    this.ticks.set(tick, [entry]);
    this.timers.after(Math.max(tick * TICK_MS - Date.now(), 0), () => this.fallDue(tick));
  }

  private fallDue(tick: number): void {
    const entries = this.ticks.get(tick) ?? [];
    this.ticks.delete(tick);
    for (const { destination, report, mangled } of entries) {
      // A cut-off post must not take good reports with it.
      if (mangled) void this.postNow(destination, [report], true);
      else destination.waiting.push(report);
    }
    for (const destination of new Set(entries.map((entry) => entry.destination))) this.pump(destination);
  }

  private pump(destination: Destination): void {
    const size = Math.min(this.owner.behaviour.script.receipts.batchSize, destination.protocol.receipts.atMost);
    while (!this.stopped && destination.waiting.size > 0 && destination.posts < POSTS_AT_ONCE) {
      destination.posts += 1;
      void this.postNow(destination, destination.waiting.take(size), false).finally(() => {
        destination.posts -= 1;
        this.pump(destination);
      });
    }
  }

  /** Resolves after the first try; later ones go on by themselves. */
  private postNow(destination: Destination, reports: Report[], mangled: boolean): Promise<void> {
    return this.tryPost({ destination, reports, mangled, tries: 0, startedAt: performance.now() });
  }

  private async tryPost(post: Post): Promise<void> {
    const counts = this.owner.counts.receipts;
    const mangle = post.mangled && post.tries === 0;
    counts.posts += 1;
    if (mangle) counts.mangledPosts += 1;
    const problem = await this.request(post, mangle);
    if (problem === undefined) {
      counts.acknowledged += post.reports.length;
      return;
    }
    if (this.stopped) return;
    counts.failedPosts += 1;
    const retryMs = Math.min(FIRST_RETRY_MS * 2 ** post.tries, LONGEST_RETRY_MS);
    const { protocol, url } = post.destination;
    const retries = protocol.receipts.retries?.(url) ?? Infinity;
    if (post.tries >= retries || performance.now() + retryMs - post.startedAt > GIVE_UP_AFTER_MS) {
      counts.failed += post.reports.length;
      this.log?.warn({ account: this.owner.name, reports: post.reports.length, problem }, 'receipts given up');
      return;
    }
    post.tries += 1;
    this.timers.after(retryMs, () => void this.tryPost(post));
  }

  /** @returns the status of the answer. @throws the socket's error. */
  async send(protocol: Protocol, what: ReceiptRequest): Promise<number> {
    const { method, url: target, headers, body } = what;
    const url = new URL(target);
    const answer = await this.pool(url.origin).request({
      method,
      path: url.pathname + url.search,
      headers: {
        ...authorization(this.owner.behaviour.script.receipts.auth, protocol.receipts.authorization),
        ...headers,
        'user-agent': 'heliograph-simulator',
      },
      body,
      headersTimeout: POST_TIMEOUT_MS,
      bodyTimeout: POST_TIMEOUT_MS,
    });
    await answer.body.dump();
    return answer.statusCode;
  }

  /** @returns what went wrong, or nothing when the post was acknowledged. */
  private async request({ destination, reports }: Post, mangle: boolean): Promise<string | undefined> {
    const { protocol } = destination;
    const { acknowledges = (status) => status >= 200 && status < 300 } = protocol.receipts;
    const script = this.owner.behaviour.script.receipts;
    const spelt = script.idCase === 'upper' ? reports.map(inCapitals) : reports;
    try {
      const whole = protocol.receipts.write(destination.url, spelt, script);
      const status = await this.send(protocol, mangle ? cutOff(whole) : whole);
      return acknowledges(status) ? undefined : `status ${status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private pool(origin: string): Pool {
    let pool = this.pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, { connections: CONNECTIONS_PER_ORIGIN });
      this.pools.set(origin, pool);
    }
    return pool;
  }

  private atMost(ms: number, work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      this.timers.after(ms, resolve);
      void work.then(() => resolve());
    });
  }
}
