/**
 * Ids of sends, which say where a request came from. Every message has its send's id, so that a message of years ago can be
 * told to be of this key and contract without a column, or a row for each request.
 */
import { formatUuid, uuidv7 } from './ids';

/** Whose contract a request came by. Ids have the place in this list: it is only added to at its end. */
export const SHAPES = ['generic', 'mobtexting', 'times-mobile', 'api'] as const;
export type Shape = (typeof SHAPES)[number];

export interface Origin {
  shape: Shape;
  /** The key of the request. */
  keyId: string;
}

/** Bytes of a UUID: where the version stands, the place of the shape, and a mark of the key. */
const VERSION_AT = 6;
const SHAPE_AT = 9;
const KEY_AT = 10;
const KEY_BYTES = 4;
/** UUIDv8 is for ids with a meaning of their own (RFC 9562): those of before, and of campaigns, are UUIDv7. */
const VERSION = 0x80;

/** FNV-1a, 32 bits: ids of keys are random, and an account has few. */
function markOf(keyId: string): Buffer {
  let mark = 0x811c9dc5;
  for (let i = 0; i < keyId.length; i++) mark = Math.imul(mark ^ keyId.charCodeAt(i), 0x01000193);
  const bytes = Buffer.alloc(KEY_BYTES);
  bytes.writeUInt32BE(mark >>> 0);
  return bytes;
}

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

/** A new id, which begins with this moment as a UUIDv7 does; those of one process do not repeat. */
export function sendIdOf({ shape, keyId }: Origin): string {
  const bytes = bytesOf(uuidv7());
  bytes[VERSION_AT] = VERSION | (bytes[VERSION_AT]! & 0x0f);
  bytes[SHAPE_AT] = SHAPES.indexOf(shape);
  markOf(keyId).copy(bytes, KEY_AT);
  return formatUuid(bytes);
}

/** Where a send came from, as far as its id tells it; null = it does not. */
export function originOf(sendId: string): { shape: Shape; isOf(keyId: string): boolean } | null {
  const bytes = bytesOf(sendId);
  const shape = SHAPES[bytes[SHAPE_AT]!];
  if ((bytes[VERSION_AT]! & 0xf0) !== VERSION || shape === undefined) return null;
  return { shape, isOf: (keyId) => bytes.subarray(KEY_AT, KEY_AT + KEY_BYTES).equals(markOf(keyId)) };
}
