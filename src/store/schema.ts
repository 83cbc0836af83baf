/** Row types of the tables in `db/migrations`, for Kysely. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { OptionName } from '../core/carry';
import type { BreakerState } from '../core/health';
import type { Leg } from '../core/route';
import type { CampaignState } from '../core/campaign';
import type { SenderClass } from '../core/sender';
import type { FinalState, MessageState } from '../core/status';
import type { SendWindow } from '../core/window';

/** Written as a Date or left to the default; read as a Date. */
type CreatedAt = ColumnType<Date, Date | undefined, never>;
/** Written as JSON text or left to the default. */
type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;

export interface AccountsTable {
  id: string;
  name: string;
  timezone: Generated<string>;
  default_country: Generated<string>;
  default_service: Generated<string>;
  require_approved_senders: Generated<boolean>;
  callback_hosts: Generated<string[]>;
  created_at: CreatedAt;
  unsupported_options: Generated<'refuse' | 'drop'>;
  encryption: string | null;
  retention_days: number | null;
  click_tracking: Generated<'off' | 'count' | 'report'>;
  safety: JsonWithDefault<Safety>;
  windows: JsonWithDefault<CountryWindow[]>;
}

/** An account's caps; one that is absent is off. */
export interface Safety {
  /** The same text to the same number within so many minutes is not sent again (CleverTap's 918 says 30). */
  duplicateContentMinutes?: number;
  /** At most `count` messages to one number in `hours`. */
  frequencyCap?: { count: number; hours: number };
  /** A campaign pauses itself when this share (0 to 1) of its settled messages has failed. */
  autoPauseFailureShare?: number;
  maxCampaignRecipients?: number;
  /** In the currency of the gateways' prices. */
  maxCampaignCost?: number;
}

/** Clock times (`hh:mm`) of a country between which promotional campaigns may send. */
export interface CountryWindow {
  /** ISO 3166 alpha-2. */
  country: string;
  start: string;
  end: string;
  /** IANA zone. */
  timezone: string;
}

export interface ApiKeysTable {
  id: string;
  account_id: string;
  name: string;
  secret_hash: Buffer;
  last4: string;
  scopes: string[];
  expires_at: Date | null;
  revoked_at: Date | null;
  created_at: CreatedAt;
  rate_per_second: number | null;
  last_used_at: Date | null;
}

export interface GatewaysTable {
  id: string;
  account_id: string;
  provider: string;
  name: string;
  credentials: string;
  callback_auth: string | null;
  callback_token: string;
  base_url: string | null;
  sending_pattern: 'batch' | 'loop';
  status: Generated<'active' | 'inactive'>;
  paused_reason: string | null;
  priority: Generated<number>;
  weight: Generated<number>;
  default_sender: string | null;
  fallback_sender: string | null;
  rate_per_second: number | null;
  max_in_flight: Generated<number>;
  batch_size: number | null;
  receipt_deadline_seconds: Generated<number>;
  validity_seconds: number | null;
  description: string | null;
  signup_link: string | null;
  logo: string | null;
  demo: Generated<boolean>;
  /** numeric, read as a string. */
  price_per_segment: ColumnType<string | null, number | null | undefined, number | null>;
  currency: string | null;
  deleted_at: Date | null;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
  failover_after_seconds: number | null;
}

export interface GatewayHealthTable {
  gateway_id: string;
  breaker: Generated<BreakerState>;
  failures: Generated<number>;
  window_at: CreatedAt;
  window_requests: Generated<number>;
  window_failures: Generated<number>;
  openings: Generated<number>;
  open_until: Date | null;
  probe: string | null;
  reason: string | null;
  changed_at: CreatedAt;
  degraded: string | null;
}

export interface WebhooksTable {
  id: string;
  account_id: string;
  kind: 'clevertap' | 'standard';
  url: string;
  url_hash: Buffer;
  is_default: Generated<boolean>;
  state: Generated<'active' | 'disabled'>;
  created_at: CreatedAt;
  events: string[] | null;
  secret: string | null;
  previous_secret: string | null;
  previous_secret_until: Date | null;
  disabled_reason: string | null;
}

export interface SlicesTable extends Record<FinalState, Generated<number>> {
  id: string;
  account_id: string;
  due_at: Date | null;
  priority: number;
  state: Generated<'open' | 'sealed'>;
  legs: JSONColumnType<Leg[]> | null;
  total: number;
  created_at: CreatedAt;
  started_at: Date | null;
  wake_due: Generated<boolean>;
  campaign_id: string | null;
  no: number | null;
  submitted: Generated<number>;
  look_at: Date | null;
  windows: JSONColumnType<SendWindow[]> | null;
  open_since: Date | null;
  route_id: string | null;
  /** When retention blanked its messages. */
  blanked_at: Date | null;
  stats_of: number[] | null;
  stats_at: Date | null;
  stats_done: Generated<boolean>;
}

/** What a request asked for beyond number, text, sender and service. */
export interface MessageOptions {
  /** `unicode` or `plain`; absent = by content. */
  type?: 'unicode' | 'plain';
  flash?: true;
  port?: number;
  /** DLT ids (19 digits) as strings. */
  entityId?: string;
  templateId?: string;
  /** What was asked for and dropped, because no gateway of the account carries it. */
  dropped?: OptionName[];
  /** Keys that mean nothing to us, kept for search. */
  extra?: Record<string, unknown>;
}

export interface MessagesTable {
  id: string;
  slice_id: string;
  account_id: string;
  send_id: string;
  msisdn: string;
  meta: string | null;
  body: string;
  sender: string | null;
  service: string;
  options: JSONColumnType<MessageOptions> | null;
  webhook_id: string | null;
  encoding: 'gsm7' | 'ucs2';
  segments: number;
  state: Generated<MessageState>;
  leg: Generated<number>;
  attempts: Generated<number>;
  transients: Generated<number>;
  gateway_id: string | null;
  not_before: Date | null;
  code: string | null;
  reason: string | null;
  accepted_at: CreatedAt;
  submitted_at: Date | null;
  settled_at: Date | null;
}

export interface AttemptsTable {
  message_id: string;
  no: number;
  account_id: string;
  gateway_id: string;
  leg: number;
  sender: string | null;
  state: Generated<'submitting' | 'submitted' | 'refused' | 'unknown' | 'delivered' | 'failed' | 'expired'>;
  claim: string;
  provider_id: string | null;
  class: string | null;
  code: string | null;
  reason: string | null;
  created_at: CreatedAt;
  answered_at: Date | null;
  settled_at: Date | null;
  lookups: Generated<number>;
  overdue_at: Date | null;
}

export interface ReceiptsTable {
  dedupe: Buffer;
  gateway_id: string;
  message_id: string | null;
  attempt_no: number | null;
  provider_id: string | null;
  status: string;
  class: string | null;
  clevertap: string | null;
  code: string | null;
  reason: string | null;
  disposition: 'applied' | 'no-change' | 'late' | 'parked';
  raw: string | null;
  occurred_at: Date | null;
  received_at: CreatedAt;
  part_no: number | null;
  part_of: number | null;
}

/** What a reply or a click says beyond its message. */
export type CallbackDetail =
  | { toPhone: string | null; incomingText: string }
  /** `shortUrl` is what stood in the text. */
  | { url: string; shortUrl: string };

export interface CallbacksTable {
  /** bigint, read as a string. */
  id: Generated<string>;
  account_id: string;
  webhook_id: string;
  message_id: string;
  slot: Generated<string>;
  event: string;
  code: string | null;
  description: string | null;
  occurred_at: Date;
  state: Generated<'pending' | 'sending' | 'delivered' | 'dead' | 'skipped'>;
  tries: Generated<number>;
  next_try_at: Generated<Date>;
  claimed_at: Date | null;
  last_status: number | null;
  last_error: string | null;
  detail: JSONColumnType<CallbackDetail> | null;
  created_at: CreatedAt;
}

export interface SuppressionsTable {
  account_id: string;
  msisdn: string;
  source: 'opt-out' | 'manual';
  reason: string | null;
  created_at: CreatedAt;
}

export interface SendersTable {
  id: string;
  account_id: string;
  sender: string;
  class: SenderClass;
  status: Generated<'requested' | 'approved' | 'rejected'>;
  reason: string | null;
  entity_id: string | null;
  templates: Generated<string[]>;
  gateway_ids: Generated<string[]>;
  is_default: Generated<boolean>;
  rate_per_second: number | null;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

/** A leg as a person sets it; a null sender is the message's own, else the gateway's default. */
export interface RouteLeg {
  gatewayId: string;
  sender: string | null;
}

export interface RoutesTable {
  id: string;
  account_id: string;
  name: string;
  legs: JSONColumnType<RouteLeg[]>;
  is_default: Generated<boolean>;
  failover_on_no_receipt: Generated<boolean>;
  deleted_at: Date | null;
  created_at: CreatedAt;
  updated_at: Generated<Date>;
}

export interface GatewayTestsTable {
  id: string;
  gateway_id: string;
  msisdn: string;
  body: string;
  sender: string | null;
  created_at: CreatedAt;
}

export interface RecordKeysTable {
  key: Buffer;
  message_id: string;
  created_at: CreatedAt;
}

export interface IdempotencyKeysTable {
  account_id: string;
  key: string;
  request_hash: Buffer;
  status: number | null;
  answer: string | null;
  created_at: CreatedAt;
}

/** Where a campaign's recipients come from; those of the request itself are in `campaign_recipients`. */
export type Audience = { kind: 'recipients' } | { kind: 'group' | 'upload'; id: string };

/** A campaign's own window; without a zone it is judged in the recipient's, where the number tells it. */
export type CampaignWindow = Omit<SendWindow, 'timezone'> & { timezone: string | null };

export interface Recurrence {
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: string;
  /** When the time comes and the last one still runs: not started, started after it, or started beside it. */
  overlap: 'skip' | 'buffer' | 'allow';
}

/** A recipient that a campaign leaves out, and why. */
export interface CampaignProblem {
  /** Place in the audience: a row of the file, a member, an index of the request (from 0). */
  position: number;
  code: string;
  message: string;
}

/** What a campaign will be, told from its audience before it is launched. Money is in the currency of the gateway's price. */
export interface CampaignForecast {
  /** Recipients that will get a message, the suppressed ones among them not. */
  recipients: number;
  /** Left out because their number has opted out. */
  suppressed: number;
  /** Left out because the number came before in the audience. */
  duplicates: number;
  /** Left out because their text could not be made; `problems` shows the first hundred. */
  rejected: number;
  problems: CampaignProblem[];
  segments: {
    total: number;
    /** Messages by their number of parts. */
    byParts: Record<string, number>;
  };
  encodings: { gsm7: number; ucs2: number };
  /** Characters that make messages UCS-2 and so more than twice as long, with how many messages each is in. */
  surprises: { character: string; messages: number }[];
  /** Null when the gateway has no price. */
  cost: { amount: number; currency: string | null } | null;
  /** When the last message leaves, were it launched when this was made; null = its windows don't open. */
  finishesAt: string | null;
  /** Seconds of sending, without closed windows. */
  sendingSeconds: number;
  /** What a person should look at before launching. */
  warnings: string[];
  madeAt: string;
}

export interface CampaignsTable {
  id: string;
  account_id: string;
  name: string;
  state: CampaignState;
  reason: string | null;
  body: string;
  template_id: string | null;
  dlt_text: string | null;
  variables: JSONColumnType<Record<string, string>>;
  sender: string | null;
  route_id: string | null;
  service: string;
  options: JSONColumnType<MessageOptions> | null;
  webhook_id: string | null;
  audience: JSONColumnType<Audience>;
  due_at: Date | null;
  timezone: string;
  send_window: JSONColumnType<CampaignWindow> | null;
  lateness: 'send' | 'skip' | 'next-window';
  rate_per_second: number | null;
  finish_within_seconds: number | null;
  send_id: string;
  /** bigint, read as a string. */
  position: Generated<string>;
  recipients: Generated<number>;
  rejected: Generated<number>;
  duplicates: Generated<number>;
  slices: Generated<number>;
  problems: JsonWithDefault<CampaignProblem[]>;
  forecast: JSONColumnType<CampaignForecast> | null;
  recurrence: JSONColumnType<Recurrence> | null;
  series_id: string | null;
  occurrence: Generated<string | null>;
  gateway_id: Generated<string | null>;
  priority: Generated<number>;
  created_at: CreatedAt;
  launched_at: Date | null;
  workflow_at: Date | null;
  started_at: Date | null;
  running_since: Date | null;
  finished_at: Date | null;
  self_pausing: Generated<boolean>;
}

export interface CampaignRecipientsTable {
  campaign_id: string;
  position: number;
  msisdn: string;
  meta: string | null;
  variables: JSONColumnType<Record<string, string>> | null;
}

export interface AuditTable {
  /** bigint, read as a string. */
  id: Generated<string>;
  account_id: string;
  key_id: string | null;
  action: string;
  subject: string;
  detail: JSONColumnType<Record<string, unknown>> | null;
  at: CreatedAt;
}

export interface TemplatesTable {
  id: string;
  account_id: string;
  name: string;
  text: string;
  dlt_template_id: string | null;
  dlt_text: string | null;
  entity_id: string | null;
  language: string | null;
  created_at: CreatedAt;
}

/** How urgent a group's messages are. */
export type GroupLevel = 'Critical' | 'Error' | 'Warning' | 'Info';

export interface GroupsTable {
  id: string;
  account_id: string;
  name: string;
  level: GroupLevel;
  template_id: string | null;
  sender: string | null;
  route_id: string | null;
  gateway_id: string | null;
  description: string | null;
  members: Generated<number>;
  created_at: CreatedAt;
}

export interface GroupMembersTable {
  /** bigint, read as a string. */
  id: Generated<string>;
  group_id: string;
  msisdn: string;
  name: string | null;
  variables: JSONColumnType<Record<string, string>>;
  created_at: CreatedAt;
}

export interface TestPhonesTable {
  id: string;
  account_id: string;
  msisdn: string;
  name: string | null;
  verified_at: Date | null;
  code_hash: Buffer | null;
  code_expires_at: Date | null;
  tries: Generated<number>;
  codes_sent: Generated<number>;
  codes_since: Generated<Date>;
  created_at: CreatedAt;
}

export interface UploadsTable {
  id: string;
  account_id: string;
  name: string | null;
  state: Generated<'receiving' | 'processing' | 'ready' | 'failed' | 'deleted'>;
  delimiter: string;
  columns: string[];
  number_column: string | null;
  /** bigint, read as a string; as is `cursor_byte`. */
  bytes: Generated<string>;
  cursor_byte: ColumnType<string, number, never>;
  cursor_row: number;
  cursor_line: number;
  rows: Generated<number>;
  valid: Generated<number>;
  invalid: Generated<number>;
  duplicates: Generated<number>;
  reason: string | null;
  created_at: CreatedAt;
  touched_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
}

export interface UploadChunksTable {
  upload_id: string;
  /** bigint, read as a string. */
  start: string;
  bytes: Buffer;
}

export interface UploadRowsTable {
  upload_id: string;
  no: number;
  msisdn: string;
  meta: string | null;
  variables: JSONColumnType<Record<string, string>>;
}

export interface UploadErrorsTable {
  upload_id: string;
  no: number;
  column_name: string | null;
  value: string;
  message: string;
}

export interface Schema {
  accounts: AccountsTable;
  api_keys: ApiKeysTable;
  gateways: GatewaysTable;
  gateway_health: GatewayHealthTable;
  webhooks: WebhooksTable;
  slices: SlicesTable;
  messages: MessagesTable;
  attempts: AttemptsTable;
  receipts: ReceiptsTable;
  callbacks: CallbacksTable;
  record_keys: RecordKeysTable;
  idempotency_keys: IdempotencyKeysTable;
  suppressions: SuppressionsTable;
  senders: SendersTable;
  routes: RoutesTable;
  gateway_tests: GatewayTestsTable;
  templates: TemplatesTable;
  groups: GroupsTable;
  group_members: GroupMembersTable;
  test_phones: TestPhonesTable;
  audit: AuditTable;
  uploads: UploadsTable;
  upload_chunks: UploadChunksTable;
  upload_rows: UploadRowsTable;
  upload_errors: UploadErrorsTable;
  campaigns: CampaignsTable;
  campaign_recipients: CampaignRecipientsTable;
}
