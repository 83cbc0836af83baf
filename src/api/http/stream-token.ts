/** How a stream is asked for by a browser, whose EventSource can't set headers. */
import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors';
import { fieldsOf, queryOf } from './fields';
import { validate } from './validate';

export const streamQuery = z.strictObject({ access_token: z.string().optional() });

/**
 * An access token may stand in the URL; an API key, which lives longer, may not.
 * @throws AppError unauthorized, invalid-request
 */
export function streamIntake(request: Request): { fields: { access_token?: string } } {
  const { access_token: token } = validate(streamQuery, fieldsOf(queryOf(request)));
  if (token !== undefined && !token.startsWith('hgt_')) {
    throw new AppError('unauthorized', 'access_token must be an access token of POST /oauth/token, not an API key');
  }
  return { fields: token === undefined ? {} : { access_token: token } };
}
