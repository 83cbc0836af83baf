/** Times in queries. */
import { z } from 'zod';

/** An instant with its offset, as a Date. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be a time with its offset, such as 2026-08-01T10:00:00Z' })
  .transform((text) => new Date(text));
