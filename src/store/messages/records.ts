/**
 * Records that repeat an earlier one. A message keeps what tells its record from others, after the day on which it came:
 * two of one day are refused by a unique index, wherever and however close together they come, and one of the day before
 * is looked up.
 */
import { firstUuidv7At, uuidv7Ms } from '../../core/messages/ids';
import type { MessageDraft } from './accept';

/** Bytes of a record's hash that are kept. */
export const RECORD_HASH_BYTES = 14;

/** How long a record makes those like it duplicates, unless its account says less; it can't say more. */
export const MAX_DUPLICATE_MINUTES = 1_440;
const MINUTE_MS = 60_000;
/** Days in keys are as long, so two of one day are always duplicates. */
const WINDOW_MS = MAX_DUPLICATE_MINUTES * MINUTE_MS;
/**
 * Copies that come at the same moment on both sides of midnight have keys of two days. So close to it no index tells, and
 * they are accepted one after the other: a request waits less than this for its commit, and clocks differ by less.
 */
const BORDER_MS = 60_000;

/** With what keys drafts are compared, and which they are stored under. */
interface Keys {
  /** What their keys begin with, and those of which earlier keys may be. */
  now: Buffer;
  before: Buffer;
  /** Null unless another process may be ahead. */
  after: Buffer | null;
  /** No earlier message makes a duplicate: the first id of the window. */
  since: string;
}

/** What the drafts of one statement are compared with. */
export interface RecordWindow extends Keys {
  /** Of drafts whose account has a shorter window, in the order of the drafts; null = none of them has. */
  own: (Keys | null)[] | null;
  /** Accounts whose records must be accepted one after the other. */
  inTurn: string[];
}

/**
 * By the ids of the drafts, which say when their requests came: all keys begin with the time of the oldest. Of a whole
 * day that is the day, in two bytes. Of a shorter window it is the minute at which a stretch of that length begins, in
 * four, so that the two are never the same; two of one stretch are duplicates, as two of one day are.
 */
export function recordWindow(drafts: readonly MessageDraft[]): RecordWindow {
  const oldest = drafts.reduce((min, { id }) => (id < min ? id : min), drafts[0]!.id);
  const ms = uuidv7Ms(oldest);
  const day = stretchOf(ms, WINDOW_MS, dayPrefix);
  const byMinutes = new Map<number, Stretch>();
  const own = drafts.map(({ duplicateWindowMinutes: minutes, recordHash }) => {
    if (minutes === undefined || minutes === MAX_DUPLICATE_MINUTES || recordHash === null) return null;
    const stretch = byMinutes.get(minutes) ?? stretchOf(ms, minutes * MINUTE_MS, minutePrefix);
    byMinutes.set(minutes, stretch);
    return stretch;
  });
  // Partitions end at midnight, whatever the window: what is unique is so within one of them.
  const inTurn = drafts.filter(
    ({ recordHash }, i) => recordHash !== null && (day.isAtBorder || own[i]?.isAtBorder === true),
  );
  return {
    ...day.keys,
    own: byMinutes.size === 0 ? null : own.map((stretch) => stretch?.keys ?? null),
    inTurn: [...new Set(inTurn.map(({ accountId }) => accountId))].sort(),
  };
}

interface Stretch {
  keys: Keys;
  isAtBorder: boolean;
}

/** The stretch of that length in which a moment is. */
function stretchOf(ms: number, lengthMs: number, prefix: (startMs: number) => Buffer): Stretch {
  const start = Math.floor(ms / lengthMs) * lengthMs;
  const [sinceStart, untilEnd] = [ms - start, start + lengthMs - ms];
  return {
    keys: {
      now: prefix(start),
      before: prefix(start - lengthMs),
      after: untilEnd <= BORDER_MS ? prefix(start + lengthMs) : null,
      since: firstUuidv7At(ms - lengthMs),
    },
    isAtBorder: Math.min(sinceStart, untilEnd) <= BORDER_MS,
  };
}

function dayPrefix(startMs: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(startMs / WINDOW_MS);
  return bytes;
}

function minutePrefix(startMs: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(startMs / MINUTE_MS);
  return bytes;
}
