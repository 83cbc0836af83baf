/**
 * Ids of sends, which say where a request came from. Every message has its send's id, so that a message of years ago can be
 * told to be of this key and contract without a column, or a row for each request.
 */
import { uuidv7 } from './ids';

/** Whose contract a request came by. Ids have the place in this list: it is only added to at its end. */
export const SHAPES = ['generic', 'mobtexting', 'times-mobile', 'api'] as const;
export type Shape = (typeof SHAPES)[number];

export interface Origin {
  shape: Shape;
  /** The key of the request. */
  keyId: string;
}

/** In the text of a UUID: where the version stands, the place of the shape, and a mark of the key. */
const VERSION_AT = 14;
const SHAPE_AT = 21;
const MARK_AT = 24;
const MARK_END = 32;
/** UUIDv8 is for ids with a meaning of their own (RFC 9562): those of before, and of campaigns, are UUIDv7. */
const VERSION = '8';
const SHAPE_DIGITS = SHAPES.map((_, place) => place.toString(16).padStart(2, '0'));

/** FNV-1a, 32 bits: ids of keys are random, and an account has few. */
function markOf(keyId: string): string {
  let mark = 0x811c9dc5;
  for (let i = 0; i < keyId.length; i++) mark = Math.imul(mark ^ keyId.charCodeAt(i), 0x01000193);
  return (mark >>> 0).toString(16).padStart(MARK_END - MARK_AT, '0');
}

/** A new id, which begins with this moment as a UUIDv7 does; those of one process do not repeat. */
export function sendIdOf({ shape, keyId }: Origin): string {
  const id = uuidv7();
  const moment = `${id.slice(0, VERSION_AT)}${VERSION}${id.slice(VERSION_AT + 1, SHAPE_AT)}`;
  return `${moment}${SHAPE_DIGITS[SHAPES.indexOf(shape)]!}-${markOf(keyId)}${id.slice(MARK_END)}`;
}

/** Where a send came from, as far as its id tells it; null = it does not. */
export function originOf(sendId: string): { shape: Shape; isOf(keyId: string): boolean } | null {
  const id = sendId.toLowerCase();
  const shape = SHAPES[SHAPE_DIGITS.indexOf(id.slice(SHAPE_AT, SHAPE_AT + 2))];
  if (id[VERSION_AT] !== VERSION || shape === undefined) return null;
  return { shape, isOf: (keyId) => id.slice(MARK_AT, MARK_END) === markOf(keyId) };
}
