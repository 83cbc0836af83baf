/** Alerts as they are told to webhooks: rows, found by id. */
import type { Pool } from 'pg';
import { execute } from '../database';

export const ALERT_KINDS = [
  'gateway-down',
  'gateway-held',
  'callbacks-waiting',
  'unknown-outcomes',
  'campaign-stuck',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
export const ALERT_SUBJECTS = ['gateway', 'webhook', 'campaign', 'account'] as const;
export type AlertSubject = (typeof ALERT_SUBJECTS)[number];

/** What is told of an alert. Its callbacks have the alert's id where those of messages have a message's. */
export const ALERT_EVENTS = ['alert.opened', 'alert.closed'] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

export const isAlertEvent = (event: string): event is AlertEvent => (ALERT_EVENTS as readonly string[]).includes(event);

export interface AlertRow {
  id: string;
  account_id: string;
  kind: AlertKind;
  subject_kind: AlertSubject;
  subject_id: string;
  subject_name: string;
  sentence: string;
  remedy: string;
  seen_at: Date;
  opened_at: Date | null;
  closed_at: Date | null;
}

/** By id; those that are kept no longer are left out. */
export async function findAlerts(pool: Pool, ids: readonly string[]): Promise<Map<string, AlertRow>> {
  const rows = await execute<AlertRow & { [column: string]: unknown }>(
    pool,
    'find-alerts',
    'select * from alerts where id = any($1::uuid[])',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
