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
  /** @property note what an operator should know of it. */
  | { kind: 'accepted'; note?: string }
  /** Processed but for these, which may be all: (event, meta) of each record it handed back. */
  | { kind: 'partial'; rejected: { event?: string; meta: string }[] }
  /** Some were processed and some were not, and nobody can tell which: to repeat would count some of them twice. */
  | { kind: 'unclear'; reason: string }
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
  const answer = foldKeys(parse(body));
  return status >= 200 && status < 300 ? readSuccess(answer, items) : readRefusal(status, answer);
}

function readRefusal(status: number, { message }: Record<string, unknown>): CleverTapVerdict {
  if (RETRY_STATUSES.has(status) || status >= 500) return { kind: 'retry', reason: `CleverTap answered ${status}` };
  const reason = typeof message === 'string' && message !== '' ? publicText(message) : 'no reason given';
  return {
    kind: BODY_STATUSES.has(status) ? 'refused' : 'closed',
    reason: `CleverTap answered ${status}: ${reason}`,
  };
}

const FAILED = new Set(['fail', 'failed', 'failure', 'error', 'rejected', 'invalid', 'unprocessed', 'unauthorized']);
const SUCCEEDED = /^(success(ful)?|ok|accepted|received|queued|processed|done|completed?|true|\d*)$/;
const PROCESSED_NOTHING: CleverTapVerdict = { kind: 'retry', reason: 'CleverTap processed nothing' };

/** What a status says of an answer that took some records only: `partial`, `partial_success`. */
const IS_PARTIAL = /^partial/;

/**
 * A 2xx is no success by itself: it may say that nothing, or not everything, was processed.
 */
function readSuccess(
  answer: Record<string, unknown>,
  items: readonly Pick<CleverTapItem, 'event' | 'meta'>[],
): CleverTapVerdict {
  const status = wordOf(answer);
  const listed = unprocessed(answer);
  const rejected = listed.flatMap(toRecord).filter((record) => items.some((item) => isSame(record, item)));
  const isNothing =
    saysFailure(answer) || processedOf(answer) === 0 || (missing(answer) ?? 0) >= Math.max(items.length, 1);
  if (isNothing && items.some((item) => !rejected.some((record) => isSame(record, item)))) {
    const code = listed.length === 0 ? errorCodeOf(answer) : undefined;
    return code === undefined ? PROCESSED_NOTHING : readRefusal(code, answer);
  }
  if (rejected.length > 0) return { kind: 'partial', rejected };
  const processed = processedOf(answer);
  const isShort = processed !== undefined && processed < (totalOf(answer) ?? 0);
  const isPart = IS_PARTIAL.test(status) || (missing(answer) ?? 0) > 0 || isShort;
  if (listed.length === 0 && !isPart) {
    if (SUCCEEDED.test(status)) return accepted(processed, items);
    return { kind: 'accepted', note: `CleverTap's status is ${publicText(status)}, which is not known` };
  }
  return { kind: 'unclear', reason: 'CleverTap processed a part, and did not say which' };
}

const wordOf = (answer: Record<string, unknown>): string => {
  const said = valuesAt(answer, ['status']).find((value) => typeof value === 'string');
  return typeof said === 'string' ? said.trim().toLowerCase() : '';
};

/** Whether a 2xx says in its body that it is none: by its word, else by a flag, an error's code or an error. */
function saysFailure(answer: Record<string, unknown>): boolean {
  const word = wordOf(answer);
  if (/[a-z]/.test(word) && word !== 'false') return FAILED.has(word);
  if (valuesAt(answer, ['success', 'ok', 'status']).some((flag) => flag === false || flag === 'false')) return true;
  const isError = [answer.error, answer.errors].some((error) =>
    Array.isArray(error) ? error.length > 0 : Boolean(error),
  );
  return (isError || errorCodeOf(answer) !== undefined) && (processedOf(answer) ?? 0) === 0;
}

/** The HTTP status that an error in the body of a 2xx has (`error_code` of CleverTap's page); undefined when it has none. */
function errorCodeOf(answer: Record<string, unknown>): number | undefined {
  const names = ['error_code', 'code', 'status_code', 'statuscode', 'status'];
  return valuesAt(answer, names)
    .map(Number)
    .find((code) => Number.isInteger(code) && code >= 400 && code < 600);
}

/**
 * Called a success, with a count that may be one of records or of event groups: the example of CleverTap's page has 4 for 5
 * records in 4 groups. One below both is told to the operator, and is no proof that anything is missing.
 */
function accepted(processed: number | undefined, items: readonly Pick<CleverTapItem, 'event'>[]): CleverTapVerdict {
  const groups = new Set(items.map(({ event }) => event)).size;
  if (processed === undefined || processed >= groups) return { kind: 'accepted' };
  return { kind: 'accepted', note: `CleverTap says success, and that it processed ${processed} of ${items.length}` };
}

/** Whether a record that was handed back is this item; one without its event is any of its meta. */
export function isSame(
  record: { event?: string; meta: string },
  { event, meta }: Pick<CleverTapItem, 'event' | 'meta'>,
): boolean {
  return record.meta === meta && (record.event ?? event).toLowerCase() === event;
}

/** The parsed JSON; of a list of one answer, that answer. */
function parse(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body.replace(/^\ufeff/, ''));
    return Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed;
  } catch {
    return undefined;
  }
}

/** An object with its keys in small letters; of anything else, an empty one. */
function foldKeys(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key.toLowerCase(), held as unknown]));
}

/** The values under one of these names, at the top or in `data`. */
function valuesAt(answer: Record<string, unknown>, names: readonly string[]): unknown[] {
  const data = foldKeys(answer.data);
  return names.flatMap((name) => [answer[name], data[name]]).filter((value) => value !== undefined && value !== null);
}

function countAt(answer: Record<string, unknown>, names: readonly string[]): number | undefined {
  for (const value of valuesAt(answer, names)) {
    const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof count === 'number' && !Number.isNaN(count)) return count;
  }
  return undefined;
}

/** How many records, or groups of them, an answer says were processed. */
const processedOf = (answer: Record<string, unknown>) => countAt(answer, ['processed_events', 'processed']);

/** How many it says there were, counted as those that were processed. */
const totalOf = (answer: Record<string, unknown>) => countAt(answer, ['total_events', 'total']);

const UNPROCESSED = ['unprocessed', 'unprocessed_events'];
/** How many it says were not, where it gives a number in place of the list. */
const missing = (answer: Record<string, unknown>) => countAt(answer, UNPROCESSED);

/** A published answer lists what was not processed (`unprocessed`, elsewhere `UNPROCESSED_EVENTS`). */
function unprocessed(answer: Record<string, unknown>): unknown[] {
  const found = valuesAt(answer, UNPROCESSED).find((value) => typeof value === 'object');
  return Array.isArray(found) ? (found as unknown[]) : found === undefined ? [] : [found];
}

/**
 * The records of an entry of that list: it has one as `record`, or is one, or is a group of them as it was posted (`event` and
 * `data[]`), or a list of any of these. None where there is no meta.
 */
function toRecord(entry: unknown): { event?: string; meta: string }[] {
  if (Array.isArray(entry)) return entry.flatMap(toRecord);
  const holder = foldKeys(entry);
  if (typeof holder.record === 'object' && holder.record !== null) return toRecord(holder.record);
  const { meta, event } = holder;
  const named = typeof event === 'string' ? { event } : {};
  if (Array.isArray(holder.data)) return holder.data.flatMap((item) => toRecord({ ...named, ...foldKeys(item) }));
  return typeof meta === 'string' ? [{ meta, ...named }] : [];
}
