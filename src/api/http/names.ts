/** What the things of a change are called, as answers have it. */
import { z } from 'zod';

export const subjectNameAnswer = z
  .string()
  .nullable()
  .describe('What the subject is called now; null = it has no name, or is gone.');
export const keyNameAnswer = z
  .string()
  .nullable()
  .describe('What the key is called; null = it is none of the account’s own.');
