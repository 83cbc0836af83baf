/** Rows of what messages are made with: senders, templates, routes. */
import type { Generated, JSONColumnType } from 'kysely';
import type { SenderClass } from '../../core/gateways/sender';
import type { CreatedAt } from './columns';

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
