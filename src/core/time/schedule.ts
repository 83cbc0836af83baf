/** Reads the `time` of a send: what a caller wrote, in the account's zone, into an instant. */
import { DateTime, IANAZone } from 'luxon';

export type SendTime = { ok: true; at: Date } | { ok: false; reason: string };

/** How far ahead a send may be scheduled. */
export const MAX_AHEAD_DAYS = 400;
/** A time that is longer ago is a mistake. */
export const MAX_LATE_MS = 86_400_000;
const DAY_MS = 86_400_000;

export const SEND_TIME_FORMATS =
  "yyyy-mm-dd hh:mm[:ss] in the account's time zone, ISO 8601 with an offset (2026-08-01T10:00:00+05:30 or …Z), or epoch seconds or milliseconds";

const LOCAL_OR_ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s?(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?))?$/i;
const EPOCH_SECONDS = /^\d{10}$/;
const EPOCH_MILLISECONDS = /^\d{13}$/;

/**
 * Reads a send time.
 *
 * - `yyyy-mm-dd hh:mm[:ss]` (blank or `T`) is a clock time in `zone`. A time that the clocks skip in spring is shifted
 *   forward by the gap (02:30 becomes 03:30); a time that comes twice in autumn is the earlier of the two.
 * - With `Z` or an offset it is that instant, whatever the zone.
 * - Ten digits are epoch seconds, thirteen are milliseconds.
 *
 * A time in the past is no error here: the caller applies its lateness policy.
 *
 * @param zone IANA name, for example `Asia/Kolkata`.
 */
export function parseSendTime(raw: string | number, zone: string, now: Date): SendTime {
  const at = instantOf(String(raw).trim(), zone);
  if (at === undefined) return { ok: false, reason: `is unreadable: write ${SEND_TIME_FORMATS}` };
  if (at - now.getTime() > MAX_AHEAD_DAYS * DAY_MS) {
    return { ok: false, reason: `is more than ${MAX_AHEAD_DAYS} days ahead` };
  }
  return { ok: true, at: new Date(at) };
}

/** The records of a request name one time to leave, mostly, and one to be over by: each is read once. */
let lately: { text: string; zone: string; at: number | undefined }[] = [];
const REMEMBERED = 2;

function instantOf(text: string, zone: string): number | undefined {
  const known = lately.find((one) => one.text === text && one.zone === zone);
  if (known !== undefined) return known.at;
  const at = readInstant(text, zone);
  lately = [{ text, zone, at }, ...lately].slice(0, REMEMBERED);
  return at;
}

function readInstant(text: string, zone: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1_000;
  if (EPOCH_MILLISECONDS.test(text)) return Number(text);

  const match = LOCAL_OR_ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = '0', fraction = '', offset] = match;
  // Luxon takes 24:00 for the next midnight, but whoever writes it may as well mean the one before.
  if (hour === '24') return undefined;
  const fields = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
  };
  const inZone = offset === undefined ? namedZone(zone) : fixedOffset(offset);
  const time = DateTime.fromObject(fields, { zone: inZone });
  if (!time.isValid) return undefined;
  // Which of two equal clock times Luxon picks depends on today's offset, so the earlier one is chosen here.
  return Math.min(...time.getPossibleOffsets().map((candidate) => candidate.toMillis()));
}

/** Luxon keeps what it has created; asking it anew whether the name is valid would cost ten times the rest. */
function namedZone(name: string): IANAZone {
  const zone = IANAZone.create(name);
  if (!zone.isValid) throw new RangeError(`${name} is not an IANA time zone`);
  return zone;
}

/** `+05:30`, `+0530`, `+05` or `Z` as Luxon's zone name. */
function fixedOffset(offset: string): string {
  if (/^z$/i.test(offset)) return 'UTC';
  const minutes = offset.length > 3 ? offset.slice(-2) : '00';
  return `UTC${offset.slice(0, 3)}:${minutes}`;
}
