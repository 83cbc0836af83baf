/**
 * Correcting a campaign whose messages have not begun to leave. Its text is written with what follows from it in one
 * transaction: from then on it is `preparing` again, so that nothing leaves, and slices below `first_slice` are of the text
 * before. Preparation takes those back, some at a time, and then makes all messages anew.
 */
import { sql, type Kysely } from 'kysely';
import type { CampaignState } from '../../core/campaigns/campaign';
import { openOf } from '../messages/ledger';
import type { Schema } from '../tables';
import { lockCampaign, type CampaignRow } from './campaigns';
import { textColumnsOf, type CampaignDraft } from './drafts';
import { readmit } from './readmit';

/** Until it has begun, a campaign in one of these can be corrected. */
export const CORRECTABLE_STATES = ['preparing', 'scheduled', 'paused'] as const satisfies readonly CampaignState[];

/** Whether nothing of it may have left, as far as its row says. */
export const isCorrectable = ({ state, started_at: startedAt }: CampaignRow): boolean =>
  (CORRECTABLE_STATES as readonly CampaignState[]).includes(state) && startedAt === null;

export interface Corrected {
  campaign: CampaignRow;
  /** A slice of it whose workflow is to be woken; null = none sleeps over it. */
  sliceId: string | null;
}

/**
 * Writes a launched campaign anew. Null: it has begun, ended or changed since it was read.
 * @param row as it was read. @param remade its messages are to be made anew; false = nothing in them changes.
 */
export async function correctCampaign(
  tx: Kysely<Schema>,
  row: CampaignRow,
  draft: CampaignDraft,
  remade: boolean,
): Promise<Corrected | null> {
  const locked = await lockCampaign(tx, row.id);
  if (locked === null || !isCorrectable(locked) || locked.commands !== row.commands) return null;
  // A series makes no messages: the campaigns to come are made with what it says then.
  const prepares = remade && locked.recurrence === null;
  const campaign = await tx
    .updateTable('campaigns')
    .set({
      ...textColumnsOf(draft),
      forecast: null,
      commands: sql<number>`commands + 1`,
      ...(prepares ? anew(locked) : {}),
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (!remade) return { campaign, sliceId: null };
  const readmitted = await readmit(tx, campaign);
  return { campaign: readmitted, sliceId: prepares ? await flagSlice(tx, row.id) : null };
}

/** It stands where it did when it was launched, but for the slices that are to be taken back. */
const anew = ({ state, slices }: CampaignRow) => ({
  state: state === 'paused' ? state : ('preparing' as const),
  unprepared: state === 'paused',
  position: '0',
  recipients: 0,
  first_slice: slices,
});

/** Has maintenance wake the campaign's workflow, should nobody else get to it. */
async function flagSlice(tx: Kysely<Schema>, id: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    update slices set wake_due = true, wake_seq = wake_seq + 1
    where id = (select s.id from slices s where s.campaign_id = ${id} and ${sql.raw(openOf('s'))} > 0
                order by s.no limit 1)
    returning id`.execute(tx);
  return rows[0]?.id ?? null;
}
