/** Text that the operations API takes in. */
import { z } from 'zod';

/** NUL and halves of surrogate pairs: Postgres alters or refuses them, and with one value all that is committed with it. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

/** Text of `min` to `max` characters that can be stored. */
export const storable = (min: number, max: number) =>
  z.string().min(min).max(max).refine(isStorable, 'has a NUL or half a surrogate pair, which is no text: remove it');

/** The same for names: blanks around them don't count. */
export const storableName = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(isStorable, 'has a NUL or half a surrogate pair, which is no text: remove it');

/** A time zone of the IANA database, as this engine has it. */
export const ianaTimezone = z.string().refine(isTimezone, 'must be an IANA time zone such as Asia/Kolkata');

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

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
