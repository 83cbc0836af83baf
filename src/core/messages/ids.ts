/**
 * Ids. Messages, slices and sends have UUIDv7 (keys that grow with time); configuration has short prefixed ids; an
 * attempt's id on the wire is spelled from its message and its number, so that a receipt finds its row by key.
 */
import { randomBytes } from 'node:crypto';

/** Lower case only: some providers change the case of our ids. Crockford's alphabet has no i, l, o, u. */
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const BASE32_VALUE = new Int8Array(128).fill(-1);
for (let i = 0; i < BASE32.length; i++) BASE32_VALUE[BASE32.charCodeAt(i)] = i;

const HEX_VALUE = new Uint8Array(128);
for (let i = 0; i < 16; i++) {
  HEX_VALUE[i.toString(16).charCodeAt(0)] = i;
  HEX_VALUE[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}
const DASH = '-'.charCodeAt(0);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const UUID_BYTES = 16;
/** The last millisecond that a UUIDv7 can say: 48 bits. */
const MAX_UUID_MS = 2 ** 48 - 1;
/** 128 bits in 5-bit digits. */
const UUID_DIGITS = 26;
/** The highest number that an attempt can have: it is stored as a smallint. In base 36 it has three digits. */
const MAX_ATTEMPT_NO = 32_767;
const MAX_NO_DIGITS = MAX_ATTEMPT_NO.toString(36).length;
const POOL_BYTES = 8_192;

/** The UUID before all others (RFC 9562): where a search by id begins. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

let pool = Buffer.alloc(0);
let poolOffset = 0;
let lastMs = 0;
let sequence = 0;

/** Spells the first 16 bytes as a UUID is written. */
export function formatUuid(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < UUID_BYTES; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-';
    text += HEX[bytes[i]!]!;
  }
  return text;
}

/**
 * A UUIDv7 (RFC 9562) whose 12 bits after the millisecond count up within it, so that ids made by one process sort in
 * the order they were made.
 */
export function uuidv7(nowMs: number = Date.now()): string {
  if (poolOffset + UUID_BYTES > pool.length) {
    pool = randomBytes(POOL_BYTES);
    poolOffset = 0;
  }
  const bytes = pool.subarray(poolOffset, (poolOffset += UUID_BYTES));
  // A clock that stands still or steps back must not make ids that sort before their predecessors.
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = bytes[6]! & 0x07;
  } else if (++sequence > 0xfff) {
    lastMs++;
    sequence = 0;
  }
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes[6] = 0x70 | (sequence >> 8);
  bytes[7] = sequence & 0xff;
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return formatUuid(bytes);
}

/** The first UUIDv7 of a millisecond: a border between what was made before it and what was made in it or later. */
export function firstUuidv7At(ms: number): string {
  const bytes = Buffer.alloc(UUID_BYTES);
  bytes.writeUIntBE(Math.min(Math.max(0, Math.floor(ms)), MAX_UUID_MS), 0, 6);
  bytes[6] = 0x70;
  bytes[8] = 0x80;
  return formatUuid(bytes);
}

/** When a UUIDv7 was made, epoch milliseconds. */
export function uuidv7Ms(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** A short id of a configured thing, for example `gw_8f3k…`: 80 random bits. */
export function prefixedId(prefix: string): string {
  let text = '';
  for (const byte of randomBytes(16)) text += BASE32[byte & 31]!;
  return `${prefix}_${text}`;
}

/**
 * The id of an attempt as the provider gets it: 26 base-32 digits of the message's UUID, then the attempt's number in
 * base 36. At most 29 characters of `[0-9a-z]`, which fits the narrowest provider field (Clickatell `climsgid`, 32).
 * @param messageId a UUID with dashes.
 * @param no the attempt's number, from 1 to 32,767.
 */
export function attemptWireId(messageId: string, no: number): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (let i = 0; i < messageId.length; i++) {
    const char = messageId.charCodeAt(i);
    if (char === DASH) continue;
    value = (value << 4) | HEX_VALUE[char]!;
    bits += 4;
    if (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >> bits) & 31]!;
      value &= (1 << bits) - 1;
    }
  }
  text += BASE32[(value << (5 - bits)) & 31]!;
  return text + no.toString(36);
}

/** Reads {@link attemptWireId} back, in any case. Null when the text is not such an id. */
export function parseAttemptWireId(wire: string): { messageId: string; no: number } | null {
  if (wire.length <= UUID_DIGITS || wire.length > UUID_DIGITS + MAX_NO_DIGITS) return null;
  const lower = wire.toLowerCase();
  const bytes = new Uint8Array(UUID_BYTES);
  let bits = 0;
  let value = 0;
  let at = 0;
  for (let i = 0; i < UUID_DIGITS; i++) {
    const digit = BASE32_VALUE[lower.charCodeAt(i)] ?? -1;
    if (digit < 0) return null;
    value = (value << 5) | digit;
    bits += 5;
    if (bits >= 8 && at < UUID_BYTES) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 0xff;
      value &= (1 << bits) - 1;
    }
  }
  const tail = lower.slice(UUID_DIGITS);
  if (!/^[0-9a-z]+$/.test(tail) || value !== 0) return null;
  const no = parseInt(tail, 36);
  return no >= 1 && no <= MAX_ATTEMPT_NO ? { messageId: formatUuid(bytes), no } : null;
}
