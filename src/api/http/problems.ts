/** The one place where errors become answers. */
import type { ErrorRequestHandler, Request } from 'express';
import { OverloadError } from '../../core/concurrency/group-commit';
import { AppError, ERRORS } from '../../errors';
import { isDatabaseAway, isUnstorableText } from '../../store/database';
import { MAX_BODY_BYTES, shownSize } from './body';
import { bodyText, rawQueryOf } from './fields';
import { invalid } from './invalid';
import { challengeFor } from './browser';
import type { Log } from './log';
import { routeOf } from './route';
import { placeOfUnstorable, UNSTORABLE_MESSAGE } from './text';
import { leaveRest } from './unread';

/** How long Postgres is given before the caller should try again. */
const RETRY_AFTER_SECONDS = 5;

/** How an error is told: problem details, or the shape that a contract's callers expect. */
export type ErrorShape = (error: AppError) => { contentType: string; body: object };

/** Answers whatever was thrown; 5xx are logged with their cause. */
export function errorHandler(log: Log, shape: ErrorShape = toProblem): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const error = toAppError(thrown, request);
    if (error.status >= 500) log.error({ err: thrown, method: request.method, route: routeOf(request) }, error.message);
    const { retryAfterSeconds } = error.options;
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
    if (error.status === 401) response.setHeader('WWW-Authenticate', challengeFor(request.originalUrl));
    leaveRest(request, response);
    const { contentType, body } = shape(error);
    response.status(error.status).type(contentType).json(body);
  };
}

/** RFC 9457 problem details; `message` repeats the detail for callers of Mobtexting's API, who look there. */
export const toProblem: ErrorShape = (error) => {
  const { problems, extra } = error.options;
  return {
    contentType: 'application/problem+json',
    body: {
      // Relative to this server, whatever its name: the page that explains the code (RFC 9457, section 3.1.1).
      type: `/docs/errors#${error.code}`,
      title: error.title,
      status: error.status,
      code: error.code,
      detail: error.message,
      message: error.message,
      ...(problems === undefined ? {} : { errors: problems }),
      ...extra,
    },
  };
};

/** Whatever was thrown, as it is told. */
export function toAppError(thrown: unknown, request: Request): AppError {
  if (thrown instanceof AppError) return thrown;
  if (isDatabaseAway(thrown) || thrown instanceof OverloadError) {
    return new AppError(
      'unavailable',
      'The message store can’t be reached, or is too slow; nothing was accepted. Send it again.',
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: thrown,
      },
    );
  }
  if (isUnstorableText(thrown)) {
    return invalid(placeIn(request), UNSTORABLE_MESSAGE);
  }
  if (thrown instanceof URIError) return new AppError('malformed-request', 'The path can’t be decoded');
  const { type, status } = thrown as { type?: string; status?: number };
  if (type === 'entity.too.large') {
    const { limit = MAX_BODY_BYTES } = thrown as { limit?: number };
    return new AppError('too-large', `The body is larger than ${shownSize(limit)}: split it`);
  }
  const encoding = request.get('content-encoding');
  // What inflates a body names no type of error, and codes by the encoding.
  if (status !== undefined && encoding !== undefined && (type ?? 'encoding.unsupported') === 'encoding.unsupported') {
    const what = type === undefined ? 'which the body is not' : 'which is not known';
    const remedy = 'compress it with gzip, deflate or br, or send it as it is, without that header';
    return new AppError('malformed-body', `Content-Encoding says ${JSON.stringify(encoding)}, ${what}: ${remedy}`);
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError('malformed-body', thrown instanceof Error ? thrown.message : 'The body can’t be read');
  }
  return new AppError('internal', ERRORS.internal.title, { cause: thrown });
}

/** Where a request has what Postgres refused to store: a field of the query or the body, else its path. */
function placeIn(request: Request): string {
  const inQuery = placeOfUnstorable(Object.fromEntries(rawQueryOf(request)), 'query');
  return inQuery ?? placeOfUnstorable(jsonOf(request), 'body') ?? 'path';
}

/** The body as JSON, undefined when it is none. */
function jsonOf(request: Request): unknown {
  try {
    return JSON.parse(bodyText(request));
  } catch {
    return undefined;
  }
}
