/** Values for the variables of a template, as requests give them. */
import { z } from 'zod';
import { isStorable, storable } from './text';

const MAX_VARIABLES = 100;
const MAX_NAME_LENGTH = 64;
const MAX_VALUE_LENGTH = 1_000;

const value = z.union(
  [
    storable(0, MAX_VALUE_LENGTH),
    z.number().refine(isExact, 'has more digits than a JSON number carries: send a string'),
  ],
  { error: `must be a text of at most ${MAX_VALUE_LENGTH} characters, or a number` },
);

/** Values by name; a number counts as the text that spells it. */
export const variables = z
  .record(z.string().min(1).max(MAX_NAME_LENGTH).refine(isStorable, 'is no name of a variable'), value)
  .refine((values) => Object.keys(values).length <= MAX_VARIABLES, `must be at most ${MAX_VARIABLES}`)
  .transform((values) => Object.fromEntries(Object.entries(values).map(([name, one]) => [name, String(one)])));

function isExact(number: number): boolean {
  return Number.isSafeInteger(number) || !Number.isInteger(number);
}
