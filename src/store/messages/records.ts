/**
 * Records that repeat an earlier one. A message keeps what tells its record from others, after the day on which it came:
 * two of one day are refused by a unique index, wherever and however close together they come, and one of the day before
 * is looked up.
 */
import { firstUuidv7At, uuidv7Ms } from '../../core/messages/ids';
import type { MessageDraft } from './accept';

/** Bytes of a record's hash that are kept. */
export const RECORD_HASH_BYTES = 14;

/** How long a record makes those like it duplicates. Days in keys are as long, so two of one day are always duplicates. */
const WINDOW_MS = 86_400_000;
/**
 * Copies that come at the same moment on both sides of midnight have keys of two days. So close to it no index tells, and
 * they are accepted one after the other: a request waits less than this for its commit, and clocks differ by less.
 */
const BORDER_MS = 60_000;

/** What the drafts of one statement are compared with. */
export interface RecordWindow {
  /** The day that their keys begin with, and those of which earlier keys may be: two bytes each. */
  day: Buffer;
  dayBefore: Buffer;
  /** Null unless another process may be a day ahead. */
  dayAfter: Buffer | null;
  /** No earlier message makes a duplicate: the first id of the window. */
  since: string;
  /** Accounts whose records must be accepted one after the other. */
  inTurn: string[];
}

/** By the ids of the drafts, which say when their requests came. All begin with the day of the oldest. */
export function recordWindow(drafts: readonly MessageDraft[]): RecordWindow {
  const oldest = drafts.reduce((min, { id }) => (id < min ? id : min), drafts[0]!.id);
  const ms = uuidv7Ms(oldest);
  const day = Math.floor(ms / WINDOW_MS);
  const sinceMidnight = ms - day * WINDOW_MS;
  const untilMidnight = WINDOW_MS - sinceMidnight;
  const isAtBorder = Math.min(sinceMidnight, untilMidnight) <= BORDER_MS;
  const keyed = isAtBorder ? drafts.filter(({ recordHash }) => recordHash !== null) : [];
  return {
    day: prefix(day),
    dayBefore: prefix(day - 1),
    dayAfter: untilMidnight <= BORDER_MS ? prefix(day + 1) : null,
    since: firstUuidv7At(ms - WINDOW_MS),
    inTurn: [...new Set(keyed.map(({ accountId }) => accountId))].sort(),
  };
}

function prefix(day: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(day);
  return bytes;
}
