/** Text that the operations API takes in. */
import { z } from 'zod';
import { isBlank } from '../../core/messages/blank';
import { canonicalZone } from '../../core/time/zones';
import { invalid } from './invalid';

/** NUL and halves of surrogate pairs: Postgres alters or refuses them, and with one value all that is committed with it. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

export const UNSTORABLE_MESSAGE = 'has a NUL or half a surrogate pair, which is no text: remove it';

/** Refuses what no column could hold, wherever it stands in `value`. @throws AppError invalid-request naming the place */
export function refuseUnstorable(value: unknown, where: 'path' | 'query' | 'body'): void {
  const field = placeOfUnstorable(value, where);
  if (field === null) return;
  throw invalid(field, UNSTORABLE_MESSAGE);
}

/** The path of the first text in `value` that can't be stored; `top` when that is the value itself, null without one. */
export function placeOfUnstorable(value: unknown, top: string, at: readonly string[] = []): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : at.join('.') || top;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = isStorable(key) ? placeOfUnstorable(inner, top, [...at, key]) : at.join('.') || top;
    if (found !== null) return found;
  }
  return null;
}

/** Text of `min` to `max` characters that can be stored. */
export const storable = (min: number, max: number) =>
  z.string().min(min).max(max).refine(isStorable, UNSTORABLE_MESSAGE);

/** The same for what a phone is to show. */
export const visibleText = (max: number) =>
  storable(1, max).refine((text) => !isBlank(text), 'has nothing that a phone could show: give a text');

/** The same for names: blanks around them don't count. */
export const storableName = (max: number) => z.string().trim().min(1).max(max).refine(isStorable, UNSTORABLE_MESSAGE);

/** A time zone of the IANA database, as {@link canonicalZone} names it. */
export const ianaTimezone = z
  .string()
  .refine(
    (text) => canonicalZone(text) !== null,
    'must be an IANA time zone such as Asia/Kolkata; an offset such as +05:30 is none',
  )
  .overwrite((text) => canonicalZone(text) ?? text);

const DLT_ID = /^\d{1,30}$/;

/** An id of India's DLT: 19 digits, which no JSON number carries. */
export const dltId = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? 'must be a string: a JSON number loses the last digits of such an id; put it in quotes'
        : undefined,
  })
  .regex(DLT_ID, 'must be 1 to 30 digits, in quotes, such as "1107160016156755389"');
