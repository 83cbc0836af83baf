/** The HTTP server: middleware and routes. */
import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { limitQuery, rawBody } from './http/body';
import { accountRoutes } from './resources/accounts/routes';
import { apiKeyRoutes } from './resources/api-keys/routes';
import { auditRoutes } from './resources/audit/routes';
import { callbackRoutes } from './resources/receipts/routes';
import { campaignRoutes } from './resources/campaigns/routes';
import { answerClientErrors } from './http/client-errors';
import { genericRoutes } from './clevertap/generic';
import { mobtextingRoutes } from './clevertap/mobtexting';
import { TIMES_MOBILE, timesMobileRoutes, toTimesRefusal } from './clevertap/times-mobile';
import type { ApiDeps } from './deps';
import { eventRoutes } from './resources/events/routes';
import { gatewayRoutes } from './resources/gateways/routes';
import { groupRoutes } from './resources/groups/routes';
import { gatewayTestRoutes } from './resources/gateways/test';
import { healthRoutes } from './resources/health/routes';
import { replayAnswers } from './http/idempotency';
import { linkRoutes } from './resources/links/routes';
import { messageRoutes } from './resources/messages/routes';
import { notificationRoutes } from './resources/notifications/routes';
import { outboxRoutes } from './resources/callbacks/routes';
import { noRoute } from './not-found';
import { oauthRoutes } from './resources/oauth/routes';
import { openApiRoutes } from './openapi/routes';
import { errorHandler } from './http/problems';
import { routeRoutes } from './resources/routes/routes';
import { senderRoutes } from './resources/senders/routes';
import { providerRoutes } from './resources/providers/routes';
import { statsRoutes } from './resources/stats/routes';
import { suppressionRoutes } from './resources/suppressions/routes';
import { templateRoutes } from './resources/templates/routes';
import { testPhoneRoutes } from './resources/test-phones/routes';
import { uploadReceiver } from './resources/uploads/receive';
import { uploadRoutes } from './resources/uploads/routes';
import { webhookRoutes } from './resources/webhooks/routes';

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

export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(deps.metrics.requests);
  app.use(helmet());
  app.use(limitQuery);
  // A file of any size passes through; everything else is read as a whole.
  const streaming = express.Router({ caseSensitive: true });
  uploadReceiver(streaming, deps);
  app.use(streaming, rawBody);
  const router = express.Router({ caseSensitive: true });
  mobtextingRoutes(router, deps);
  timesMobileRoutes(router, deps);
  genericRoutes(router, deps);
  callbackRoutes(router, deps);
  linkRoutes(router, deps);
  messageRoutes(router, deps);
  gatewayRoutes(router, deps);
  gatewayTestRoutes(router, deps);
  senderRoutes(router, deps);
  routeRoutes(router, deps);
  campaignRoutes(router, deps);
  notificationRoutes(router, deps);
  webhookRoutes(router, deps);
  outboxRoutes(router, deps);
  suppressionRoutes(router, deps);
  templateRoutes(router, deps);
  groupRoutes(router, deps);
  testPhoneRoutes(router, deps);
  uploadRoutes(router, deps);
  statsRoutes(router, deps);
  accountRoutes(router, deps);
  apiKeyRoutes(router, deps);
  auditRoutes(router, deps);
  providerRoutes(router, deps);
  eventRoutes(router, deps);
  oauthRoutes(router, deps);
  healthRoutes(router, deps);
  openApiRoutes(router, deps);
  app.use(router);
  app.use(noRoute);
  app.use(replayAnswers);
  app.use(TIMES_MOBILE, errorHandler(deps.log, toTimesRefusal));
  app.use(errorHandler(deps.log));
  return app;
}

/** An HTTP server for the app, not yet listening. */
export function createHttpServer(app: Express, timeouts: ServerTimeouts = TIMEOUTS): Server {
  const server = createServer({ ...timeouts, keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MAX_HEADER_BYTES }, app);
  answerClientErrors(server);
  return server;
}
