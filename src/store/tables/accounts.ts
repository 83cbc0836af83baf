/** Rows of accounts, their API keys, what was done under them, and the answers to repeated requests. */
import type { Generated, JSONColumnType } from 'kysely';
import type { CountryWindow, Floors, OutsideWindow } from '../../core/accounts/floors';
import type { MaxAge } from '../../core/messages/age';
import type { SuppressedClasses } from '../../core/messages/suppression';
import type { CreatedAt, JsonWithDefault } from './columns';

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
  retention_days: Generated<number | null>;
  click_tracking: Generated<'off' | 'count' | 'report'>;
  safety: JsonWithDefault<Safety>;
  windows: JsonWithDefault<CountryWindow[]>;
  max_age: JsonWithDefault<MaxAge>;
  /** Null = what the account's country has by default, see `outsideWindowOf`. */
  promotional_outside_window: OutsideWindow | null;
  promotional_services: Generated<string[]>;
  india_strict: Generated<boolean>;
  floors: JsonWithDefault<Floors>;
  opt_out_scope: Generated<'account' | 'deployment'>;
  opt_out_classes: Generated<SuppressedClasses>;
  opt_out_words: Generated<string[]>;
  opt_in_words: Generated<string[]>;
  duplicate_window_minutes: Generated<number>;
  smart_encoding: Generated<boolean>;
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

export type { CountryWindow };

/** The one row of minimums for all accounts. */
export interface DeploymentFloorsTable {
  id: Generated<boolean>;
  floors: JsonWithDefault<Floors>;
  updated_at: Generated<Date>;
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

export interface IdempotencyKeysTable {
  account_id: string;
  key: string;
  request_hash: Buffer;
  status: number | null;
  answer: string | null;
  created_at: CreatedAt;
}

/** Secrets of the whole deployment, sealed. */
export interface DeploymentSecretsTable {
  name: string;
  value: string;
  created_at: CreatedAt;
}
