/** Rows of messages: their slices, attempts and receipts, the keys by which a repeated record is known, opt-outs. */
import type { Generated, JSONColumnType } from 'kysely';
import type { OptionName } from '../../core/gateways/capabilities';
import type { Leg } from '../../core/gateways/route';
import type { FinalState, MessageState } from '../../core/messages/status';
import type { SuppressedClasses } from '../../core/messages/suppression';
import type { SendWindow } from '../../core/time/window';
import type { CreatedAt, JsonWithDefault } from './columns';

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
  wake_seq: Generated<number>;
  campaign_id: string | null;
  no: number | null;
  /** The group of sends that it shares a workflow with; null = it has one of its own, or its campaign's. */
  group_id: Generated<string | null>;
  submitted: Generated<number>;
  look_at: Date | null;
  windows: JSONColumnType<SendWindow[]> | null;
  route_id: string | null;
  /** When retention blanked its messages. */
  blanked_at: Date | null;
  /** Its counters when it was last counted; part of its account's `ledger_rollups`. */
  stats_of: number[] | null;
  stats_at: Date | null;
  /** See `outcomesOf`; null while the slice is current. */
  outcomes: number | null;
  /** The run that may claim of it. */
  owner: string | null;
  /** Its message tries a gateway. */
  is_test: Generated<boolean>;
}

/** What was counted of an account's slices. */
export interface LedgerRollupsTable extends Record<FinalState, string> {
  account_id: string;
  total: string;
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
  /** Nobody is shown the text, and it is deleted once the message has come to its end. */
  sensitive?: true;
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
  /** It does not leave after it; null = it is never too old, or its campaign says it. */
  valid_until: Date | null;
  code: string | null;
  reason: string | null;
  accepted_at: CreatedAt;
  submitted_at: Date | null;
  settled_at: Date | null;
  /** The day and the hash of the record, for messages that others may repeat. */
  record_key: Buffer | null;
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
  /** From then on reports on it leave nothing of a person. */
  blanked_at: Generated<Date | null>;
}

/** A message that was sent again, and the one that it was sent as. */
export interface ResendsTable {
  message_id: string;
  resent_as: string;
  account_id: string;
  at: Generated<Date>;
}

/** What a claim has taken and nothing was written of yet. */
export interface BlocksTable {
  claim: string;
  slice_id: string;
  account_id: string;
  gateway_id: string;
  leg: number;
  sender: string | null;
  imposed: boolean;
  ids: string[];
  created_at: CreatedAt;
}

export interface ReceiptsTable {
  message_id: string;
  dedupe: string;
  received_at: CreatedAt;
  occurred_at: Date | null;
  attempt_no: number;
  part_no: number | null;
  part_of: number | null;
  status: string;
  disposition: 'applied' | 'no-change' | 'late';
  class: string | null;
  code: string | null;
  reason: string | null;
  raw: string | null;
}

/** How an opt-out or opt-in is known: a text of the phone, a provider's word, a call of the API, a list. */
export type ConsentSource = 'inbound' | 'provider' | 'person' | 'import';

/** What stands behind it: gateway, word and message; key; import and row. Never a number. */
export type ConsentEvidence = Record<string, string | number | boolean>;

export interface SuppressionsTable {
  /** UUIDv7. */
  id: Generated<string>;
  account_id: string;
  msisdn: string;
  /** `opt-out` and `manual` are written by the release before: `inbound`, `person`. */
  source: ConsentSource | 'opt-out' | 'manual';
  reason: string | null;
  classes: Generated<SuppressedClasses>;
  at: Generated<Date>;
  evidence: JsonWithDefault<ConsentEvidence>;
  created_at: CreatedAt;
}

export interface ConsentsTable {
  /** UUIDv7. */
  id: Generated<string>;
  account_id: string;
  number_hash: Buffer;
  kind: 'opt-out' | 'opt-in';
  source: ConsentSource;
  classes: SuppressedClasses | null;
  counted: Generated<boolean>;
  at: Date;
  recorded_at: CreatedAt;
  key_id: string | null;
  evidence: JsonWithDefault<ConsentEvidence>;
}
