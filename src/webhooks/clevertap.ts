/**
 * CleverTap's delivery callback (CleverTap docs, generic SMS, "SMS callbacks"): an array of event groups, epoch
 * seconds, `meta` exactly as it came in.
 */
import { CIPHERTEXT, encryptPayload, IV_HEADER, KEY_VERSION_HEADER } from '../core/accounts/payload-encryption';
import type { EncryptionSetting } from '../store/accounts/account-encryption';
import type { CallbackDetail } from '../store/tables';

/** One outcome, as stored. */
export interface CleverTapItem {
  id: string;
  event: string;
  meta: string;
  code: string | null;
  description: string | null;
  occurredAt: Date;
  /** Detail of a `replied` or a `clicked` event. */
  detail: CallbackDetail | null;
}

/** Texts for outcomes that came without one: CleverTap requires a description. */
const DESCRIPTION: Record<string, string> = { delivered: 'Delivered to handset', failed: 'Not delivered' };

/** The JSON body that reports these items, grouped by event. */
export function cleverTapBody(items: readonly CleverTapItem[]): string {
  const groups = new Map<string, object[]>();
  for (const item of items) {
    const data = {
      ts: Math.floor(item.occurredAt.getTime() / 1_000),
      meta: item.meta,
      ...(item.event === 'failed' ? { code: item.code ?? '900' } : {}),
      ...(item.detail === null
        ? { description: item.description ?? DESCRIPTION[item.event] ?? item.event }
        : detailOf(item.detail)),
    };
    const group = groups.get(item.event);
    if (group === undefined) groups.set(item.event, [data]);
    else group.push(data);
  }
  return JSON.stringify([...groups].map(([event, data]) => ({ event, data })));
}

/**
 * The request that reports these items, its body encrypted where the account has keys ({@link encryptPayload}): the
 * newest one then encrypts, and its version stands in a header.
 */
export function cleverTapRequest(url: string, items: readonly CleverTapItem[], encryption: EncryptionSetting | null) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const body = cleverTapBody(items);
  const newest = encryption?.keys.at(-1);
  if (encryption === null || newest === undefined) return { method: 'POST', url, headers, body } as const;
  const { iv, ciphertext } = encryptPayload(body, newest.key, encryption.encoding);
  const marks = { [IV_HEADER]: iv, [KEY_VERSION_HEADER]: newest.version };
  return {
    method: 'POST',
    url,
    headers: { ...headers, ...marks },
    body: JSON.stringify({ [CIPHERTEXT]: ciphertext }),
  } as const;
}

function detailOf(detail: CallbackDetail): object {
  return 'url' in detail
    ? { url: detail.url, shorturl: detail.shortUrl }
    : { toPhone: detail.toPhone ?? '', incomingText: detail.incomingText };
}

/** CleverTap's verdict on a body. */
export type CleverTapVerdict =
  | { kind: 'accepted' }
  /** Processed but for these: (event, meta) of each record it handed back. */
  | { kind: 'partial'; rejected: { event?: string; meta: string }[] }
  /** Not processed; may be offered again after the pause. */
  | { kind: 'retry'; reason: string }
  /** Will never be processed. */
  | { kind: 'rejected'; reason: string };

/**
 * 200 processed (unless it says `fail`), 400 never, 500/503 again after ten minutes; the undocumented ones as their
 * class suggests.
 */
export function readCleverTapAnswer(status: number, body: string): CleverTapVerdict {
  if (status === 408 || status === 429 || status >= 500)
    return { kind: 'retry', reason: `CleverTap answered ${status}` };
  if (status < 200 || status >= 300)
    return { kind: 'rejected', reason: `CleverTap answered ${status}: ${publicMessage(body)}` };
  const rejected = unprocessed(body);
  if (rejected.length > 0) return { kind: 'partial', rejected };
  return parse(body).status === 'fail'
    ? { kind: 'retry', reason: 'CleverTap processed nothing' }
    : { kind: 'accepted' };
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const MAX_MESSAGE = 200;

function publicMessage(body: string): string {
  const { message } = parse(body);
  return typeof message === 'string' ? message.slice(0, MAX_MESSAGE) : 'no reason given';
}

/** A published answer lists the records that were not processed (`unprocessed`, elsewhere `UNPROCESSED_EVENTS`). */
function unprocessed(body: string): { event?: string; meta: string }[] {
  const answer = parse(body);
  const list = answer.unprocessed ?? answer.UNPROCESSED_EVENTS;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const holder = entry as Record<string, unknown>;
    const record = (typeof holder.record === 'object' && holder.record !== null ? holder.record : holder) as Record<
      string,
      unknown
    >;
    if (typeof record.meta !== 'string') return [];
    return [{ meta: record.meta, ...(typeof record.event === 'string' ? { event: record.event } : {}) }];
  });
}
