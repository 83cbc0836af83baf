/**
 * CleverTap's delivery callback (CleverTap docs, generic SMS, "SMS callbacks"): an array of event groups, epoch
 * seconds, `meta` exactly as it came in.
 */
import { CIPHERTEXT, encryptPayload, IV_HEADER, KEY_VERSION_HEADER } from '../core/accounts/payload-encryption';
import { publicText } from '../outbound/errors';
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

/** What an answer says about the records of its post. */
export type CleverTapVerdict =
  | { kind: 'accepted' }
  /** Processed but for these, which may be all: (event, meta) of each record it handed back. */
  | { kind: 'partial'; rejected: { event?: string; meta: string }[] }
  /** Not processed; may be offered again after the pause. */
  | { kind: 'retry'; reason: string }
  /** Something in this body keeps it from being processed, now and ever. */
  | { kind: 'refused'; reason: string }
  /** Whatever was posted would be refused: the URL, its account, or who is calling is not to its liking. */
  | { kind: 'closed'; reason: string };

/** What is wrong with the body, as opposed to its sender or its address. */
const BODY_STATUSES = new Set([400, 413, 422]);
const RETRY_STATUSES = new Set([408, 425, 429]);

/**
 * Reads an answer: documented are 200 processed, 400 a bad record, 500 and 503 again after ten minutes; the others as
 * their class suggests.
 * @param items what the post carried: what an answer hands back is looked for among them.
 */
export function readCleverTapAnswer(
  status: number,
  body: string,
  items: readonly Pick<CleverTapItem, 'event' | 'meta'>[],
): CleverTapVerdict {
  if (RETRY_STATUSES.has(status) || status >= 500) return { kind: 'retry', reason: `CleverTap answered ${status}` };
  if (status >= 200 && status < 300) return readSuccess(foldKeys(parse(body)), items);
  const { message } = foldKeys(parse(body));
  const reason = typeof message === 'string' && message !== '' ? publicText(message) : 'no reason given';
  return {
    kind: BODY_STATUSES.has(status) ? 'refused' : 'closed',
    reason: `CleverTap answered ${status}: ${reason}`,
  };
}

const FAILED = new Set(['fail', 'failed', 'failure', 'error']);
const PROCESSED_NOTHING: CleverTapVerdict = { kind: 'retry', reason: 'CleverTap processed nothing' };

/** A 2xx is no success by itself: it may say that nothing, or not everything, was processed. */
function readSuccess(
  answer: Record<string, unknown>,
  items: readonly Pick<CleverTapItem, 'event' | 'meta'>[],
): CleverTapVerdict {
  const status = typeof answer.status === 'string' ? answer.status.trim().toLowerCase() : '';
  const listed = unprocessed(answer);
  const rejected = listed.flatMap(toRecord).filter((record) => items.some((item) => isSame(record, item)));
  const isNothing = FAILED.has(status) || processedOf(answer) === 0;
  if (isNothing && items.some((item) => !rejected.some((record) => isSame(record, item)))) return PROCESSED_NOTHING;
  if (rejected.length > 0) return { kind: 'partial', rejected };
  if (listed.length === 0 && status !== 'partial') return { kind: 'accepted' };
  return { kind: 'retry', reason: 'CleverTap did not say what it processed' };
}

/** Whether a record that was handed back is this item; one without its event is any of its meta. */
export function isSame(
  record: { event?: string; meta: string },
  { event, meta }: Pick<CleverTapItem, 'event' | 'meta'>,
): boolean {
  return record.meta === meta && (record.event ?? event).toLowerCase() === event;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** An object with its keys in small letters; of anything else, an empty one. */
function foldKeys(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key.toLowerCase(), held as unknown]));
}

/** How many records an answer says were processed. */
function processedOf(answer: Record<string, unknown>): number | undefined {
  const data = foldKeys(answer.data);
  const count = answer.processed_events ?? data.processed_events ?? answer.processed ?? data.processed;
  return typeof count === 'number'
    ? count
    : typeof count === 'string' && count.trim() !== ''
      ? Number(count)
      : undefined;
}

/** A published answer lists what was not processed (`unprocessed`, elsewhere `UNPROCESSED_EVENTS`). */
function unprocessed(answer: Record<string, unknown>): unknown[] {
  const list = answer.unprocessed ?? answer.unprocessed_events;
  return Array.isArray(list) ? (list as unknown[]) : [];
}

/** The record of an entry of that list, which has it as `record` or is it; none where it has no meta. */
function toRecord(entry: unknown): { event?: string; meta: string }[] {
  const holder = foldKeys(entry);
  const { meta, event } = typeof holder.record === 'object' ? foldKeys(holder.record) : holder;
  if (typeof meta !== 'string') return [];
  return [{ meta, ...(typeof event === 'string' ? { event } : {}) }];
}
