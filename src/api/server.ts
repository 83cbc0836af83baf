/** The HTTP server: middleware, routes, and the one place where errors become answers. */
import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import { OverloadError } from '../core/group-commit';
import { AppError, ERRORS } from '../errors';
import { isDatabaseAway } from '../store/database';
import { MAX_BODY_BYTES, rawBody } from './body';
import { adminRoutes } from './admin/routes';
import { callbackRoutes } from './callbacks/routes';
import { genericRoutes } from './clevertap/generic';
import { mobtextingRoutes } from './clevertap/mobtexting';
import type { ApiDeps } from './deps';
import { gatewayRoutes } from './gateways/routes';
import { healthRoutes } from './health/routes';
import { messageRoutes } from './messages/routes';
import { statsRoutes } from './stats/routes';
import { webhookRoutes } from './webhooks/routes';

/** How long Postgres is given before the caller should try again. */
const RETRY_AFTER_SECONDS = 5;
/** A client that takes longer to send its head, or its whole request, is dropped. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Above the idle time of the load balancers in front of us, so that they close first. */
const KEEP_ALIVE_MS = 65_000;

export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(deps.metrics.requests);
  app.use(helmet());
  app.use(rawBody);
  const router = express.Router({ caseSensitive: true });
  mobtextingRoutes(router, deps);
  genericRoutes(router, deps);
  callbackRoutes(router, deps);
  messageRoutes(router, deps);
  gatewayRoutes(router, deps);
  webhookRoutes(router, deps);
  statsRoutes(router, deps);
  adminRoutes(router, deps);
  healthRoutes(router, deps);
  app.use(router);
  app.use(() => {
    throw new AppError('not-found', 'There is no such route');
  });
  app.use(errorHandler(deps));
  return app;
}

/** An HTTP server for the app, not yet listening. */
export function createHttpServer(app: Express): Server {
  const server = createServer(app);
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

/** RFC 9457 problem details; `message` repeats the detail for callers of Mobtexting's API, who look there. */
function errorHandler(deps: ApiDeps): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) return next(thrown);
    const error = toAppError(thrown);
    if (error.status >= 500) deps.log.error({ err: thrown, path: request.path }, error.message);
    const { retryAfterSeconds, problems, extra } = error.options;
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds);
    if (error.status === 401)
      response.setHeader('WWW-Authenticate', 'Bearer realm="heliograph", Basic realm="heliograph"');
    response
      .status(error.status)
      .type('application/problem+json')
      .json({
        type: `urn:heliograph:error:${error.code}`,
        title: error.title,
        status: error.status,
        code: error.code,
        detail: error.message,
        message: error.message,
        ...(problems === undefined ? {} : { errors: problems }),
        ...extra,
      });
  };
}

function toAppError(thrown: unknown): AppError {
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
  const { type, status } = thrown as { type?: string; status?: number };
  if (type === 'entity.too.large') {
    return new AppError('too-large', `The body is larger than ${MAX_BODY_BYTES / 1_048_576} MB: split it`);
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError('malformed-body', thrown instanceof Error ? thrown.message : 'The body can’t be read');
  }
  return new AppError('internal', ERRORS.internal.title, { cause: thrown });
}
