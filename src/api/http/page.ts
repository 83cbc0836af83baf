/** Paging: `limit` and an opaque `cursor`, which is where the page before ended. */
import { z } from 'zod';
import { SealError, type Sealer } from '../../store/seal';
import { invalidField } from './invalid';
import { isStorable } from './text';

const MAX_LIMIT = 500;
const MAX_CURSOR_LENGTH = 1_000;

export const pageQuery = z.strictObject({
  cursor: z.string().max(MAX_CURSOR_LENGTH).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
});

/** A page on the wire. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** @param key the sort key of the page's last row. */
export const toCursor = (key: readonly string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * The key that {@link toCursor} was given; undefined without a cursor.
 * @param pattern what each part must look like; absent = any text.
 * @throws AppError invalid-request when it is not of our making.
 */
export function readCursor<Key extends string[]>(
  cursor: string | undefined,
  length: Key['length'],
  pattern = /^/,
): Key | undefined {
  if (cursor === undefined) return undefined;
  const key = z.array(z.string().refine(isStorable).regex(pattern)).length(length).safeParse(parsed(cursor));
  if (key.success) return key.data as Key;
  throw invalidField('cursor', 'must be the nextCursor of the page before');
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Cursors that hold what no URL may: sealed, each for its list and its account. */
export interface SealedCursors {
  make(key: string): string;
  /** The key; undefined without a cursor. @throws AppError invalid-request when it is not of our making, or another's. */
  read(cursor: string | undefined): string | undefined;
}

/** @param list of which the cursors are, such as `suppressions of acc_1`. */
export function sealedCursors(sealer: Sealer, list: string): SealedCursors {
  const context = `cursor:${list}`;
  return {
    make: (key) => Buffer.from(sealer.seal(key, context)).toString('base64url'),
    read(cursor) {
      if (cursor === undefined) return undefined;
      try {
        return sealer.open(Buffer.from(cursor, 'base64url').toString('latin1'), context);
      } catch (error) {
        if (error instanceof SealError) throw invalidField('cursor', 'must be the nextCursor of the page before');
        throw error;
      }
    },
  };
}
