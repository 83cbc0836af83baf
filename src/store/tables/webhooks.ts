/** Rows of webhooks and of their outbox. */
import type { Generated, JSONColumnType } from 'kysely';
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
  claim: string | null;
}

/** Callbacks that ended. */
export interface CallbackCountsTable {
  account_id: string;
  webhook_id: string;
  event: string;
  state: 'delivered' | 'dead' | 'skipped';
  count: string;
}
