/** Campaigns as they are made, and drafts as they are changed. */
import { sql, type Kysely } from 'kysely';
import type { Recipient } from '../../core/audience/audience';
import type { AgeLimit } from '../../core/messages/age';
import { prefixedId, uuidv7 } from '../../core/messages/ids';
import type { Audience, CampaignProblem, CampaignWindow, MessageOptions, Recurrence, Schema } from '../tables';
import type { CampaignRow } from './campaigns';
import { readmit } from './readmit';
import { MAX_PROBLEMS } from './rejected';

export interface CampaignDraft extends AgeLimit {
  accountId: string;
  name: string;
  state: 'draft' | 'preparing' | 'scheduled';
  body: string;
  templateId: string | null;
  dltText: string | null;
  variables: Record<string, string>;
  sender: string | null;
  routeId: string | null;
  /** The one gateway that it goes through; absent = those of its route, or all by priority. */
  gatewayId?: string;
  /** Absent = bulk. */
  priority?: number;
  service: string;
  options: MessageOptions | null;
  webhookId: string | null;
  audience: Audience;
  dueAt: Date | null;
  timezone: string;
  window: CampaignWindow | null;
  lateness: 'send' | 'skip' | 'next-window';
  ratePerSecond: number | null;
  finishWithinSeconds: number | null;
  recurrence: Recurrence | null;
  seriesId: string | null;
  duplicates: number;
  /** The campaign to whose failed ones it goes again; absent = none. */
  againOf?: string;
  /** Recipients that the request or its upload rejected; absent = none. */
  refused?: number;
  /** Why, of the first {@link MAX_PROBLEMS}. */
  problems?: readonly CampaignProblem[];
}

/** @param recipients of an audience that came in the request; positions from 0. */
export async function insertCampaign(
  tx: Kysely<Schema>,
  draft: CampaignDraft,
  recipients: readonly Recipient[],
): Promise<CampaignRow> {
  const id = prefixedId('cmp');
  const row = await tx
    .insertInto('campaigns')
    .values({
      id,
      account_id: draft.accountId,
      ...columnsOf(draft),
      state: draft.state,
      gateway_id: draft.gatewayId,
      priority: draft.priority,
      series_id: draft.seriesId,
      again_of: draft.againOf,
      send_id: uuidv7(),
      launched_at: draft.state === 'draft' ? null : sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertRecipients(tx, id, recipients);
  return row;
}

async function insertRecipients(tx: Kysely<Schema>, id: string, recipients: readonly Recipient[]): Promise<void> {
  if (recipients.length === 0) return;
  await sql`
    insert into campaign_recipients (campaign_id, position, msisdn, meta, variables)
    select ${id}, * from unnest(
      ${recipients.map((r) => r.position)}::int[], ${recipients.map((r) => r.msisdn)}::text[],
      ${recipients.map((r) => r.meta)}::text[], ${recipients.map((r) => JSON.stringify(r.variables))}::jsonb[])
  `.execute(tx);
}

/**
 * Writes a draft anew. Null: it was launched, or changed, since it was read.
 * @param recipients in place of those that came before; null = they stay.
 * @param readmits they stay, and who was left out because of the text before comes in again.
 */
export async function updateDraft(
  tx: Kysely<Schema>,
  { id, commands }: Pick<CampaignRow, 'id' | 'commands'>,
  draft: CampaignDraft,
  recipients: readonly Recipient[] | null,
  readmits = false,
): Promise<CampaignRow | null> {
  const row = await tx
    .updateTable('campaigns')
    .set({ ...columnsOf(draft), forecast: null, commands: sql<number>`commands + 1` })
    .where('id', '=', id)
    .where('state', '=', 'draft')
    .where('commands', '=', commands)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return null;
  if (recipients !== null) {
    await tx.deleteFrom('campaign_recipients').where('campaign_id', '=', id).execute();
    await insertRecipients(tx, id, recipients);
  }
  return readmits ? readmit(tx, row) : row;
}

/** What may be said anew of a campaign until it begins: everything but whom it is for, and when. */
export const textColumnsOf = (draft: CampaignDraft) => ({
  name: draft.name,
  body: draft.body,
  template_id: draft.templateId,
  dlt_text: draft.dltText,
  variables: JSON.stringify(draft.variables),
  sender: draft.sender,
  route_id: draft.routeId,
  service: draft.service,
  options: draft.options === null ? null : JSON.stringify(draft.options),
  webhook_id: draft.webhookId,
  send_window: draft.window === null ? null : JSON.stringify(draft.window),
  lateness: draft.lateness,
  max_age_seconds: draft.maxAgeSeconds,
  valid_until: draft.validUntil,
  rate_per_second: draft.ratePerSecond,
  finish_within_seconds: draft.finishWithinSeconds,
});

/** What a draft says of a campaign, and may say anew. */
const columnsOf = (draft: CampaignDraft) => ({
  ...textColumnsOf(draft),
  audience: JSON.stringify(draft.audience),
  due_at: draft.dueAt,
  timezone: draft.timezone,
  recurrence: draft.recurrence === null ? null : JSON.stringify(draft.recurrence),
  duplicates: draft.duplicates,
  rejected: draft.refused,
  refused: draft.refused,
  problems: JSON.stringify((draft.problems ?? []).slice(0, MAX_PROBLEMS)),
});

/** Deletes a campaign that was never launched; false when it is no draft. */
export async function deleteDraft(tx: Kysely<Schema>, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('campaigns')
    .where('id', '=', id)
    .where('state', '=', 'draft')
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
