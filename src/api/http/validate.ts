/** Checking bodies and queries of the operations API with zod; problems come back field by field. */
import type { z } from 'zod';
import type { Problem } from '../../errors';
import { invalidFields } from './invalid';

/** @throws AppError invalid-request listing every problem. */
export function validate<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue): Problem => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : undefined;
    const field = [...issue.path.map(String), ...(unknown === undefined ? [] : [unknown])].join('.') || 'body';
    return { field, message: unknown === undefined ? issue.message : 'is not a field of this request; remove it' };
  });
  throw invalidFields(problems);
}
