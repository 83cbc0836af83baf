/** Names, ids and shapes that workflows, activities and the api agree on. Depends on nothing. */
import type { FailureClass } from '../core/messages/outcome';

/**
 * Dispatch of bulk and of transactional slices never wait for each other; relays and lists of recipients wait for
 * neither; what steers a campaign (is it paused, what is next) waits for nothing long; and nobody's traffic can keep
 * maintenance waiting. Providers are asked what became of attempts, and gateways tried, in places of their own: vendors
 * that don't answer hold nothing else.
 */
export const TASK_QUEUES = {
  workflows: 'heliograph',
  transactional: 'heliograph-transactional',
  bulk: 'heliograph-bulk',
  relay: 'heliograph-relay',
  audience: 'heliograph-audience',
  control: 'heliograph-control',
  lookups: 'heliograph-lookups',
  tests: 'heliograph-tests',
  maintenance: 'heliograph-maintenance',
} as const;

export const WORKFLOW_TYPES = {
  send: 'sendWorkflow',
  relay: 'relayWorkflow',
  duty: 'dutyWorkflow',
  /** Of releases before the duties: registered for those of its runs that are still under way. */
  maintenance: 'maintenanceWorkflow',
  import: 'importWorkflow',
  gatewayTest: 'gatewayTestWorkflow',
  campaign: 'campaignWorkflow',
  forecast: 'forecastWorkflow',
  occurrence: 'occurrenceWorkflow',
} as const;

/** From this priority on, a slice is bulk. */
export const BULK_PRIORITY = 5;
export const TRANSACTIONAL_PRIORITY = 1;

export interface SendInput {
  /** The first slice, after which the workflow is called. */
  sliceId: string;
  /** Fairness key: accounts share dispatch. Absent in what was started before there was one, or when the slice is over. */
  accountId?: string;
  /** The other slices of the group; absent = there are none. */
  others?: { sliceId: string; accountId: string }[];
  /** Epoch milliseconds; null = at once. */
  dueAtMs: number | null;
  priority: number;
}

/** The input of a group's workflow. */
export function toSendInput({
  id,
  dueAt,
  priority,
  slices,
}: {
  id: string;
  dueAt: Date | null;
  priority: number;
  slices: readonly { id: string; accountId: string }[];
}): SendInput {
  const others = slices.filter((slice) => slice.id !== id);
  return {
    sliceId: id,
    accountId: slices.find((slice) => slice.id === id)?.accountId,
    ...(others.length === 0
      ? {}
      : { others: others.map((slice) => ({ sliceId: slice.id, accountId: slice.accountId })) }),
    dueAtMs: dueAt?.getTime() ?? null,
    priority,
  };
}

/** What the `receipt` signal says of a slice: so many messages are open, so many of them were refused and want another leg. */
export interface ReceiptNews {
  /** Absent = the slice after which the workflow is called. */
  sliceId?: string;
  open: number;
  refused: number;
}

export interface CampaignInput {
  campaignId: string;
  /** Fairness key: accounts share the dispatch of bulk. */
  accountId: string;
  /** Below {@link BULK_PRIORITY} it goes before bulk; absent = bulk. */
  priority?: number;
  /** Absent on the first run: the audience is still to be prepared. */
  prepared?: true;
}

export interface ForecastInput {
  campaignId: string;
  accountId: string;
}

export interface OccurrenceInput {
  seriesId: string;
  accountId: string;
}

/** What the `receipt` signal says to a campaign: so many of its slices are done, so many messages want another leg. */
export interface CampaignNews {
  done: number;
  refused: number;
}

/** A command to a campaign, answered with the state that the campaign is in then. */
export type CampaignCommand = {
  /** The key of who asks. */
  keyId: string | null;
  /** Epoch milliseconds, by the clock of Postgres: it is not carried out later. Absent = however late. */
  untilMs?: number;
} & (
  { action: 'pause' | 'resume' | 'cancel' } | ({ action: 'reschedule' } & Reschedule) | ({ action: 'setRate' } & Rate)
);

interface Reschedule {
  /** Epoch milliseconds. */
  dueAtMs: number;
  timezone?: string;
}
interface Rate {
  /** Messages per second; null = as fast as the gateways go. */
  ratePerSecond: number | null;
}

/** What the Update of a command is given; its name is the action. Somebody in the Temporal UI gives no key. */
export interface Order {
  keyId?: string | null;
  untilMs?: number;
}
export type RescheduleOrder = Order & Reschedule;
export type RateOrder = Order & Rate;

/** News whose counts are not known: the workflow that hears it looks at its rows. */
export const UNCOUNTED_NEWS: ReceiptNews = { open: Number.MAX_SAFE_INTEGER, refused: 1 };

export interface RelayInput {
  webhookId: string;
}

export interface ImportInput {
  uploadId: string;
  accountId: string;
}

export interface GatewayTestInput {
  /** The message. */
  testId: string;
  gatewayId: string;
  accountId: string;
}

/** The outcome of a test message. */
export interface GatewayTestResult {
  ok: boolean;
  /** `accepted`, or the class of the failure. */
  outcome: 'accepted' | FailureClass;
  /** The id under which the provider has it. */
  providerMessageId?: string;
  /** In our words: those of the provider are with the row of the test. */
  error?: string;
}

/** How long somebody waits for a forecast; it goes on being made. */
export const FORECAST_MS = 12_000;

/** A test is answered within this time, or not at all. */
export const GATEWAY_TEST_MS = 12_000;
/** Within this a worker has it sent, so that whoever waits gets the answer in time. */
export const GATEWAY_TEST_SUBMIT_MS = GATEWAY_TEST_MS - 2_000;

/**
 * The duties of maintenance, each a workflow that lives for ever, and the milliseconds that it rests after a turn.
 *
 * - `starts`: what was committed and has no workflow, because a crash or an absent Temporal came between.
 * - `restarts`: everything that is open is offered to Temporal again, in case a workflow went with Temporal's data; also
 *   when a worker starts.
 * - `audit`: open work that its workflow should have looked at: it was ended from outside.
 * - `wakes`: news of receipts that a workflow may not have heard.
 * - `receipts`: parked ones whose attempt is known by now; and the end of those that never matched.
 * - `relays`: outboxes whose relay does not run.
 * - `statistics`: the counts that questions about figures add up.
 * - `health`: which gateways work badly.
 * - `keys`: idempotency keys that are too old to matter.
 * - `uploads`: the rows of deleted and abandoned ones.
 * - `retention`: what accounts keep no longer.
 * - `erasures`: persons and records that are to be forgotten.
 * - `partitions`: those of the next quarter, and those that are kept no longer.
 */
export const DUTIES = {
  starts: 15_000,
  restarts: 6 * 3_600_000,
  audit: 60_000,
  wakes: 15_000,
  receipts: 15_000,
  relays: 15_000,
  statistics: 5_000,
  health: 15_000,
  alerts: 15_000,
  keys: 600_000,
  uploads: 60_000,
  retention: 60_000,
  erasures: 15_000,
  partitions: 3_600_000,
} as const;
export type DutyName = keyof typeof DUTIES;

export interface DutyInput {
  duty: DutyName;
  /** Where the last turn ended, in the duty's own terms; absent or null = it begins at the beginning. */
  cursor?: string | null;
}

/** A turn of a duty. */
export interface DutyReport {
  /** Items that were dealt with, and those that could not be: each is in the log with its error. */
  done: number;
  failed: number;
  /** There is more to do now. */
  more: boolean;
  cursor: string | null;
}

/** Has a duty take a turn now. */
export const RUN_NOW_SIGNAL = 'runNow';
export const RECEIPT_SIGNAL = 'receipt';
export const OUTBOX_SIGNAL = 'outbox';
export const RESUME_SIGNAL = 'resume';
/** By which an api of an earlier release sends every command; one of this release sends each under the name of its action. */
export const COMMAND_UPDATE = 'command';
/** Type of the failure of an Update that asks for what the campaign's state does not allow. */
export const WRONG_STATE = 'WrongState';

export const sendWorkflowId = (sliceId: string): string => `send/${sliceId}`;
export const campaignWorkflowId = (campaignId: string): string => `campaign/${campaignId}`;
export const forecastWorkflowId = (campaignId: string): string => `forecast/${campaignId}`;
export const seriesScheduleId = (campaignId: string): string => `series/${campaignId}`;
export const relayWorkflowId = (webhookId: string): string => `relay/${webhookId}`;
export const importWorkflowId = (uploadId: string): string => `import/${uploadId}`;
export const gatewayTestWorkflowId = (testId: string): string => `gateway-test/${testId}`;
export const dutyWorkflowId = (duty: DutyName): string => `maintenance/${duty}`;
/** The schedule of releases before the duties. */
export const OLD_MAINTENANCE_SCHEDULE_ID = 'maintenance';
