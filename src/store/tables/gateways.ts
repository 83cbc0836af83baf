/** Rows of gateways, their health and their tests; of sender IDs and of routes. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { BreakerState } from '../../core/gateways/health';
import type { SenderClass } from '../../core/gateways/sender';
import type { ProviderIdBase } from '../../core/messages/provider-id';
import type { CreatedAt } from './columns';

export interface GatewaysTable {
  id: string;
  account_id: string;
  provider: string;
  name: string;
  credentials: string;
  callback_auth: string | null;
  /** Plain, of a gateway of before that no process has sealed since; else null. */
  callback_token: string | null;
  /** SHA-256 of the token of the callback URL. */
  callback_token_hash: Buffer | null;
  callback_token_sealed: string | null;
  /** What was good before a rotation, until `previous_callback_until`. */
  previous_callback_token_hash: Buffer | null;
  previous_callback_auth: string | null;
  previous_callback_until: Date | null;
  /** Addresses and ranges that callbacks may come from; empty = any. */
  callback_allow: Generated<string[]>;
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
  /** Reports write the vendor's ids to this base, its answers to the other one; null = both alike. */
  provider_id_base: ProviderIdBase | null;
  smart_encoding: Generated<boolean>;
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
  /** When somebody last changed what its requests are made of; null = never. */
  request_changed_at: Date | null;
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
  /** Nothing is sent until then: the provider asked for a pause. */
  held_until: Date | null;
  hold_reason: string | null;
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
