/** The only way out: requests to providers and to callback URLs, pooled by origin, bounded, guarded, never redirected. */
import { isIP } from 'node:net';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { NOT_PUBLIC, isPublicAddress, publicLookup } from './addresses';
import { OutboundError } from './errors';
import type { HttpRequest, HttpResponse } from './http';
import { USER_AGENT } from './user-agent';

/** Sends requests to providers and to callback URLs; the sockets are shared by all callers. */
export interface HttpClient {
  /**
   * Sends one request and reads the whole answer, whatever its status. It names this program, unless `user-agent` is given.
   * @throws OutboundError when there is no complete answer. Its class tells the side of the write the failure is on:
   * `transient` while no byte of the request had left, `unknown` afterwards, `account` when the URL itself is refused.
   */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
}

export interface HttpClientOptions {
  /** `host` or `host:port` that may be private; every other host must resolve to a public address. */
  allow: readonly string[];
  /** Sockets to one origin; further requests wait for one. */
  maxConnectionsPerOrigin: number;
  /** From the request's last byte to the answer's headers. */
  headersTimeoutMs?: number;
  /** From the answer's headers to its last byte. */
  bodyTimeoutMs?: number;
  /** A longer answer is cut off and counts as none. */
  maxBodyBytes?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Origins with a pool of their own; the oldest is closed, once its requests are done, when there are more. */
const MAX_ORIGINS = 1_000;

/** Opens the way out. One per process is enough; `close` waits for requests under way. */
export function createHttpClient(options: HttpClientOptions): HttpClient & { close(): Promise<void> } {
  const { headersTimeoutMs = 30_000, bodyTimeoutMs = 30_000, maxBodyBytes = 4 * 1_024 * 1_024 } = options;
  const allowed = new Set(options.allow.map((host) => host.toLowerCase()));
  const pools = new Map<string, Pool>();

  function poolOf(url: URL): Pool {
    const known = pools.get(url.origin);
    if (known) return known;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    const listed = [url.hostname, `${url.hostname}:${port}`, host].some((name) => allowed.has(name));
    // The lookup is not asked about a literal address, so that is checked here.
    if (!listed && isIP(host) && !isPublicAddress(host)) throw refused(NOT_PUBLIC, url.host);
    const pool = new Pool(url.origin, {
      connections: options.maxConnectionsPerOrigin,
      pipelining: 1,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: 0, // It would watch the pause between two chunks; `Exchange` bounds the whole body.
      connect: { timeout: CONNECT_TIMEOUT_MS, ...(listed ? {} : { lookup: publicLookup }) },
    });
    pools.set(url.origin, pool);
    for (const [origin, oldest] of pools) {
      if (pools.size <= MAX_ORIGINS) break;
      pools.delete(origin);
      void oldest.close();
    }
    return pool;
  }

  const aborts = new Aborts();
  return {
    request({ method, url: absolute, headers, body }, signal) {
      return new Promise((resolve, reject) => {
        const url = parseUrl(absolute);
        const pool = poolOf(url);
        const exchange = new Exchange(url.host, { bodyTimeoutMs, maxBodyBytes, aborts, signal, resolve, reject });
        if (exchange.settled) return;
        pool.dispatch({ method, path: url.pathname + url.search, headers: named(headers), body }, exchange);
      });
    },
    async close() {
      const closing = [...pools.values()].map((pool) => pool.close());
      pools.clear();
      await Promise.all(closing);
    },
  };
}

/** The headers as names and values in turn, which is what undici makes of others, with this program's name. */
function named(headers: HttpRequest['headers']): string[] {
  const list = headers['user-agent'] === undefined ? ['user-agent', USER_AGENT] : [];
  for (const name of Object.keys(headers)) list.push(name, headers[name]!);
  return list;
}

/**
 * Tells requests that their signal aborted. Hundreds of them share one signal, and each listener of its own would be
 * looked for among all others, at its beginning and at its end.
 */
class Aborts {
  private readonly waiting = new Map<AbortSignal, { tell: Set<() => void>; listener: () => void }>();

  add(signal: AbortSignal, tell: () => void): void {
    const known = this.waiting.get(signal);
    if (known !== undefined) return void known.tell.add(tell);
    const told = new Set([tell]);
    const listener = (): void => [...told].forEach((each) => each());
    this.waiting.set(signal, { tell: told, listener });
    signal.addEventListener('abort', listener);
  }

  delete(signal: AbortSignal, tell: () => void): void {
    const known = this.waiting.get(signal);
    if (known === undefined) return;
    known.tell.delete(tell);
    if (known.tell.size > 0) return;
    this.waiting.delete(signal);
    signal.removeEventListener('abort', known.listener);
  }
}

interface ExchangeOptions {
  bodyTimeoutMs: number;
  maxBodyBytes: number;
  aborts: Aborts;
  signal: AbortSignal;
  resolve(response: HttpResponse): void;
  reject(error: OutboundError): void;
}

/**
 * One request and its answer. undici calls `onRequestStart` in the same turn in which it hands the first bytes to a
 * connected socket, directly before it does so: whatever fails earlier (name, connection, TLS, waiting for a socket)
 * sent nothing, and whatever fails later may have reached the vendor, even when it looks like a refusal.
 */
class Exchange implements Dispatcher.DispatchHandler {
  settled = false;
  private controller?: Dispatcher.DispatchController;
  private status = 0;
  private headers: HttpResponse['headers'] = {};
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private bodyTimer?: NodeJS.Timeout;

  constructor(
    private readonly host: string,
    private readonly options: ExchangeOptions,
  ) {
    if (options.signal.aborted) this.onAbort();
    else options.aborts.add(options.signal, this.onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Aborted while it waited for a socket: this keeps undici from writing it.
    if (this.settled) controller.abort(new Error('aborted'));
    else this.controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: HttpResponse['headers']): void {
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    this.bodyTimer = setTimeout(() => this.cut('UND_ERR_BODY_TIMEOUT'), this.options.bodyTimeoutMs);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.options.maxBodyBytes) this.cut('body-too-large');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.settle()) {
      const body = Buffer.concat(this.chunks).toString('utf8');
      this.options.resolve({ status: this.status, headers: this.headers, body });
    }
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: NodeJS.ErrnoException): void {
    this.fail(error.code ?? error.name);
  }

  private readonly onAbort = (): void => this.cut('aborted');

  /** Ends the exchange from our side. */
  private cut(code: string): void {
    this.fail(code);
    this.controller?.abort(new Error(code));
  }

  private fail(code: string): void {
    if (!this.settle()) return;
    const started = this.controller !== undefined;
    this.options.reject(started ? lostAnswer(code, this.host) : neverSent(code, this.host));
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.bodyTimer);
    this.options.aborts.delete(this.options.signal, this.onAbort);
    return true;
  }
}

/** Most requests go to a few addresses that don't change. */
const parsedUrls = new Map<string, URL>();
const MAX_PARSED_URLS = 1_000;

function parseUrl(absolute: string): URL {
  const known = parsedUrls.get(absolute);
  if (known !== undefined) return known;
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw refused('ERR_INVALID_URL', 'the URL');
  if (url.search === '') {
    if (parsedUrls.size >= MAX_PARSED_URLS) parsedUrls.clear();
    parsedUrls.set(absolute, url);
  }
  return url;
}

/** What no repetition cures: the URL or the request is wrong as configured. */
const REFUSALS: Record<string, string> = {
  [NOT_PUBLIC]: 'has no public address; list it in HELIOGRAPH_OUTBOUND_ALLOW to reach it',
  ERR_INVALID_URL: 'is not an absolute http or https URL',
  UND_ERR_INVALID_ARG: 'was not asked: the request has an invalid header or path',
};

/** URLs are not quoted beyond their host: with some vendors paths and queries carry credentials. */
function refused(code: string, host: string): OutboundError {
  return new OutboundError({ class: 'account', code, reason: `${host} ${REFUSALS[code]}` });
}

function neverSent(code: string, host: string): OutboundError {
  if (code in REFUSALS) return refused(code, host);
  return new OutboundError({ class: 'transient', code, reason: `nothing was sent to ${host}: ${code}` });
}

function lostAnswer(code: string, host: string): OutboundError {
  return new OutboundError({ class: 'unknown', code, reason: `no complete answer from ${host}: ${code}` });
}
