/** What the routes are made of; the composition root builds it. */
import type { AccountLimits } from '../config/account-limits';
import type { LoadPseudonyms } from '../core/accounts/pseudonyms';
import type { AccessTokens } from '../core/accounts/access-token';
import type { NumberHash } from '../core/accounts/pseudonyms';
import type { ByteBudget } from '../core/concurrency/byte-budget';
import type { Finding } from '../core/deployment/finding';
import type { Database } from '../store/database';
import type { Sealer } from '../store/seal';
import type { Inbox } from '../receipts/inbox';
import type { Workflows } from '../workflows/client';
import type { GatewayTestInput, GatewayTestResult, ImportInput } from '../workflows/contract';
import type { Accounts } from './http/account-context';
import type { Overviews } from './resources/overview/overviews';
import type { Authenticator } from './http/auth';
import type { ClientAddresses } from './http/client-address';
import type { WebhookTargets } from './ingress/webhook-targets';
import type { AccountStreams } from './http/account-streams';
import type { Ingress } from './ingress/ingress';
import type { RequestLog } from './ingress/request-log';
import type { Idempotency } from './http/idempotency';
import type { Keys } from './http/keys';
import type { Log } from './http/log';
import type { Metrics } from './http/metrics';
import type { Readiness } from './http/readiness';
import type { WorkflowLinks } from './http/workflow-link';

export type { Visitor } from './ingress/request-log';

/** A payload of Temporal's, as its codec takes and gives it. */
export interface WirePayload {
  metadata?: { [name: string]: Uint8Array } | null;
  data?: Uint8Array | null;
}

export interface ApiDeps {
  database: Database;
  sealer: Sealer;
  /** Proves in audit and records of consent which number it was. */
  numberHash: NumberHash;
  loadPseudonyms: LoadPseudonyms;
  auth: Authenticator;
  /** Where requests come from. */
  addresses: ClientAddresses;
  /** Memory for bodies: of those who have shown a key, and of all others. */
  bodies: { known: ByteBudget; strangers: ByteBudget };
  idempotency: Idempotency;
  keys: Keys;
  tokens: AccessTokens;
  accounts: Accounts;
  webhooks: WebhookTargets;
  ingress: Ingress;
  /** What was refused on the way in. */
  requests: RequestLog;
  inbox: Inbox;
  /** Live events, by account. */
  events: AccountStreams;
  overviews: Overviews;
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
  histories: {
    /** Encrypts what Temporal is given, and decrypts what it shows; @throws an error named PayloadError. */
    codec: Record<'encode' | 'decode', (payloads: WirePayload[]) => Promise<WirePayload[]>>;
    /** Base of the Temporal UI, whose pages may ask the codec; undefined = there is none. */
    uiUrl: string | undefined;
  };
  /** The list of workflows in the Temporal UI; undefined = there is none. */
  workflowsUrl: string | undefined;
  /** Links to workflows, as answers carry them. */
  workflowLink: WorkflowLinks;
  /** Base of callback URLs; no trailing slash. */
  publicUrl: string;
  metrics: Metrics;
  /** `host[:port]` that callbacks may go to although they are private. */
  outboundAllow: readonly string[];
  /** Most of each thing that an account may have. */
  limits: AccountLimits;
  /** What the process needs, and whether it answers. */
  readiness(): Promise<Readiness>;
  /** What is wrong, and what to do: with servers, machine and settings, and with what an account has set up. */
  doctor: { deployment(): Promise<Finding[]>; account(accountId: string): Promise<Finding[]> };
  log: Log;
}
