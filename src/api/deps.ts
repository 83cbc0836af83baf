/** What the routes are made of; the composition root builds it. */
import type { Pseudonyms } from '../core/accounts/pseudonyms';
import type { AccessTokens } from '../core/accounts/access-token';
import type { Database } from '../store/database';
import type { Sealer } from '../store/seal';
import type { Inbox } from '../receipts/inbox';
import type { Workflows } from '../workflows/client';
import type { GatewayTestInput, GatewayTestResult, ImportInput } from '../workflows/contract';
import type { Accounts } from './http/account-context';
import type { Authenticator } from './http/auth';
import type { WebhookTargets } from './ingress/webhook-targets';
import type { EventStreams } from './resources/events/streams';
import type { Ingress } from './ingress/ingress';
import type { Idempotency } from './http/idempotency';
import type { Keys } from './http/keys';
import type { Log } from './http/log';
import type { Metrics } from './http/metrics';
import type { WorkflowLinks } from './http/workflow-link';

export interface ApiDeps {
  database: Database;
  sealer: Sealer;
  pseudonyms: Pseudonyms;
  auth: Authenticator;
  idempotency: Idempotency;
  keys: Keys;
  tokens: AccessTokens;
  accounts: Accounts;
  webhooks: WebhookTargets;
  ingress: Ingress;
  inbox: Inbox;
  events: EventStreams;
  /** Tells the workflows of these slices to look at their rows. */
  wake: Workflows['wake'];
  /** Starts the import of an upload whose bytes are stored. */
  startImport(upload: ImportInput): void;
  /** Has a worker send a test message; rejects when none answers in time. */
  testGateway(input: GatewayTestInput): Promise<GatewayTestResult>;
  /** Tells the relays of these webhooks that there is something to send. */
  wakeRelays(webhookIds: readonly string[]): void;
  /** The same on a person's word: a relay that waits for something tries at once. */
  resumeRelays(webhookIds: readonly string[]): void;
  /** The workflows of campaigns. */
  campaigns: {
    start: Workflows['startCampaign'];
    command: Workflows['commandCampaign'];
    forecast: Workflows['makeForecast'];
    followSeries: Workflows['followSeries'];
  };
  /** Links to workflows, as answers carry them. */
  workflowLink: WorkflowLinks;
  /** Base of callback URLs; no trailing slash. */
  publicUrl: string;
  metrics: Metrics;
  /** `host[:port]` that callbacks may go to although they are private. */
  outboundAllow: readonly string[];
  /** Null when it answers; else what is wrong. */
  temporalProblem(): Promise<string | null>;
  log: Log;
}
