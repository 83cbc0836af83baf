/** Rows of the numbers that an account keeps: groups, test phones, opt-outs. */
import type { Generated, JSONColumnType } from 'kysely';
import type { CreatedAt } from './columns';

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

export interface SuppressionsTable {
  account_id: string;
  msisdn: string;
  source: 'opt-out' | 'manual';
  reason: string | null;
  created_at: CreatedAt;
}
