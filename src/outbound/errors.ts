/** The error of a request that goes out, thrown by the client and by adapters, and the one place where an HTTP answer becomes it. */
import type { CleverTapCode, FailureClass } from '../core/messages/outcome';
import { CLEVERTAP_CODE_OF_CLASS } from '../core/messages/outcome';
import type { HttpResponse } from './http';

/** A whole request failed; it holds for every message in it. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly class: FailureClass;
  readonly clevertap: CleverTapCode;
  /** The vendor's code, else `http-<status>` or the socket's error code. */
  readonly code: string;
  /** Milliseconds until the vendor wants to be asked again, when it said so. */
  readonly retryAfterMs?: number;
  /** The vendor's code says that the person has opted out. */
  readonly optOut?: true;

  /** @param failure `reason` is public text: no secret, no number. */
  constructor(failure: {
    class: FailureClass;
    code: string;
    reason: string;
    clevertap?: CleverTapCode;
    retryAfterMs?: number;
    optOut?: true | undefined;
  }) {
    super(failure.reason);
    this.class = failure.class;
    this.code = failure.code;
    this.clevertap = failure.clevertap ?? CLEVERTAP_CODE_OF_CLASS[failure.class];
    this.retryAfterMs = failure.retryAfterMs;
    if (failure.optOut) this.optOut = true;
  }
}

/**
 * What an HTTP status says about the messages of the request, the same for every vendor. Statuses without an entry:
 * 3xx is `account` (no redirect is followed, so the base URL is wrong), other 4xx is `content` (the request as written
 * will never pass), other 5xx is `unknown` (500, 502 and 504 may come after the vendor took the messages; dispatch
 * sends again only where the provider recognises our ids).
 */
const CLASS_OF_STATUS: Record<number, FailureClass> = {
  401: 'account',
  402: 'account',
  403: 'account',
  404: 'account', // The adapter's paths are fixed: what is missing is the right base URL.
  405: 'account',
  407: 'account',
  408: 'transient', // The server gave up before it had the whole request (RFC 9110, 15.5.9).
  425: 'transient',
  429: 'transient',
  503: 'transient',
};
const CLASS_OF_HUNDRED: Record<number, FailureClass> = { 3: 'account', 4: 'content', 5: 'unknown' };
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * The error that a status other than 2xx means; undefined for 2xx. It never looks at the body: an adapter that can read
 * its vendor's error body does so before.
 * @param nowMs for a `Retry-After` that is a date.
 */
export function classifyStatus(response: HttpResponse, nowMs: number = Date.now()): OutboundError | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return undefined;
  const failure = CLASS_OF_STATUS[status] ?? CLASS_OF_HUNDRED[Math.floor(status / 100)] ?? 'unknown';
  return new OutboundError({
    class: failure,
    // CleverTap's code for content says "spam", which a refused request is not.
    clevertap: failure === 'content' ? '900' : undefined,
    code: `http-${status}`,
    reason: `the provider answered HTTP ${status}`,
    retryAfterMs: retryAfterMs(response, nowMs),
  });
}

/** The 2xx answer of a vendor can't be understood: it may well have taken the messages. */
export function unreadableAnswer(reason: string): OutboundError {
  return new OutboundError({ class: 'unknown', code: 'unreadable-answer', reason });
}

/**
 * Makes vendor text fit for logs, statuses and callbacks: without secrets, without anything that looks like a number or
 * an id (seven digits or more), on one line, at most 200 characters.
 */
export function publicText(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '***');
  return clean
    .replace(/\+?\d(?:[\s().-]?\d){6,}/g, '***')
    .replace(/[\s\0]+/g, ' ')
    .trim()
    .slice(0, 200);
}

/** `Retry-After` as seconds or as a date (RFC 9110, 10.2.3), at most a day. */
export function retryAfterMs(response: HttpResponse, nowMs: number): number | undefined {
  const header = response.headers['retry-after'];
  if (typeof header !== 'string') return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
