import { z } from 'zod';
import type { AppError } from '../../errors';
import { validate } from './validate';

const schema = z.strictObject({ name: z.string(), tags: z.array(z.string()).optional() });
const problemsOf = (value: unknown) => {
  try {
    validate(schema, value);
  } catch (error) {
    return (error as AppError).options.problems;
  }
  throw new Error('it was taken');
};

test('what fits comes back', () => {
  expect(validate(schema, { name: 'a' })).toEqual({ name: 'a' });
});

test('every problem is told with its field', () => {
  expect(problemsOf({ tags: [1], colour: 'red' })).toEqual([
    { field: 'name', message: expect.stringContaining('string') },
    { field: 'tags.0', message: expect.stringContaining('string') },
    { field: 'colour', message: 'is not a field of this request; remove it' },
  ]);
  expect(problemsOf('text')).toEqual([{ field: 'body', message: expect.any(String) }]);
});
