/** The HTTP server: middleware and routes. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import express from 'express';
import { FairShare } from '../core/concurrency/fair-share';
import { TIMES_MOBILE, toTimesRefusal } from './clevertap/times-mobile';
import { consoleFiles } from './console/files';
import type { ApiDeps } from './deps';
import { frontDoor, takeUpFailure } from './front-door';
import { limitQuery } from './http/body';
import { answerClientErrors } from './http/client-errors';
import { replayAnswers } from './http/idempotency';
import { errorHandler } from './http/problems';
import { noRoute } from './http/not-found';
import { allowTemporalUi } from './http/ui-origin';
import { operations } from './operations';

/** How long a client may take, in milliseconds. */
export interface ServerTimeouts {
  /** To send its head. */
  headersTimeout: number;
  /** To send its whole request. */
  requestTimeout: number;
  /** How often Node looks for clients that took longer. */
  connectionsCheckingInterval: number;
}

const TIMEOUTS: ServerTimeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
};
/** Above the idle time of the load balancers in front of us, so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1_024;

export function createApp(deps: ApiDeps): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(takeUpFailure);
  app.use(limitQuery);
  app.use(allowTemporalUi('/codec/', deps.histories.uiUrl));
  const router = express.Router({ caseSensitive: true });
  for (const { method, anyMethod, path, handler } of operations) {
    router[anyMethod === true ? 'all' : method](path, handler(deps));
  }
  app.use(router);
  app.use(consoleFiles());
  app.use(noRoute(operations));
  app.use(replayAnswers);
  app.use(TIMES_MOBILE, errorHandler(deps.log, toTimesRefusal));
  app.use(errorHandler(deps.log));
  return frontDoor(app, deps, operations);
}

/** Connections that are open at the same time. */
export interface ConnectionLimits {
  /** Of all; one beyond is closed at once. */
  max: number;
  /** Whether one brings many clients, and may have as many as there are. */
  isProxy(socket: Socket): boolean;
}

/** Some ten kilobytes each while nothing is asked on them. */
const CONNECTIONS: ConnectionLimits = { max: 4_096, isProxy: () => false };

/** An HTTP server for the app, not yet listening. */
export function createHttpServer(
  app: RequestListener,
  timeouts: ServerTimeouts = TIMEOUTS,
  connections: Partial<ConnectionLimits> = {},
): Server {
  const server = createServer({ ...timeouts, keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MAX_HEADER_BYTES }, app);
  answerClientErrors(server);
  limitConnections(server, { ...CONNECTIONS, ...connections });
  return server;
}

/** An address may have half of the connections that the others leave: there is always one for somebody else. */
function limitConnections(server: Server, { max, isProxy }: ConnectionLimits): void {
  server.maxConnections = max;
  const share = new FairShare(max);
  server.on('connection', (socket) => {
    if (isProxy(socket)) return;
    const leave = share.enter(socket.remoteAddress ?? '');
    if (leave === null) socket.destroy();
    else socket.once('close', leave);
  });
}
