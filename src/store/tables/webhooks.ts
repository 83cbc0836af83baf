/** Rows of webhooks and of their outbox. */
import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';
import type { CreatedAt } from './columns';

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
  paused_reason: string | null;
  paused_at: Date | null;
  probe_at: Date | null;
  probes: Generated<number>;
  /** SHA-256 of host and path, of one that a request made whose key may only send: there are few for each of them. */
  place_hash: Buffer | null;
  /** What was said of it last. */
  health: Generated<'ok' | 'failing' | 'paused' | 'idle'>;
  last_error: string | null;
  last_error_status: number | null;
  last_error_at: Date | null;
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
  /** One that is on the wire is `pending` too. */
  state: Generated<'pending' | 'delivered' | 'dead' | 'skipped'>;
  tries: Generated<number>;
  /** Of a delivered one, when it was delivered: no column more for each message. */
  next_try_at: Generated<Date>;
  last_status: number | null;
  last_error: string | null;
  detail: JSONColumnType<CallbackDetail> | null;
  created_at: CreatedAt;
  is_dead: GeneratedAlways<boolean>;
}

/** Callbacks that wait for the same time. */
export interface DueCallbacksTable {
  webhook_id: string;
  due_at: Date;
  slot: string;
  event: string;
  message_ids: string[];
}

/** Callbacks on the wire. */
export interface RelaysTable {
  claim: string;
  slot: string;
  run: string;
  webhook_id: string;
  message_ids: string[];
  created_at: CreatedAt;
}

/** Callbacks that ended. */
export interface CallbackCountsTable {
  account_id: string;
  webhook_id: string;
  event: string;
  state: 'delivered' | 'dead' | 'skipped';
  count: string;
}
