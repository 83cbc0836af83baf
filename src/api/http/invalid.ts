/** Mistakes in the fields of a request, as they are answered. */
import { AppError, type Problem } from '../../errors';

/** @param problems all of them, so that whoever calls can mend them at once. */
export const invalidFields = (problems: Problem[]): AppError =>
  new AppError('invalid-request', problems.map(({ field, message }) => `${field}: ${message}`).join('; '), {
    problems,
  });

/** A mistake in one field. */
export const invalidField = (field: string, message: string): AppError => invalidFields([{ field, message }]);

/** The same for a message that reads on from the field's name: `time` `has passed`. */
export const invalid = (field: string, message: string): AppError =>
  new AppError('invalid-request', `${field} ${message}`, { problems: [{ field, message }] });
