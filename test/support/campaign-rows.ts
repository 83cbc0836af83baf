/** Campaigns for the tests of single statements and activities: rows without an api. */
import type { CampaignState } from '../../src/core/campaigns/campaign';
import { uuidv7 } from '../../src/core/messages/ids';
import type { SendWindow } from '../../src/core/time/window';
import { storeCampaignBlock, type CampaignBlock, type CampaignSlice } from '../../src/store/campaigns/materialise';
import type { CampaignRow } from '../../src/store/campaigns/campaigns';
import { insertCampaign, type CampaignDraft } from '../../src/store/campaigns/drafts';
import type { Database } from '../../src/store/database';
import { ACCOUNT, PSEUDONYMS } from './rows';

export function storeCampaign({ db }: Database, over: Partial<CampaignDraft> = {}): Promise<CampaignRow> {
  const draft: CampaignDraft = {
    accountId: ACCOUNT,
    name: 'Sale',
    state: 'preparing',
    body: 'The sale is on.',
    templateId: null,
    dltText: null,
    variables: {},
    sender: null,
    routeId: null,
    service: 'T',
    options: null,
    webhookId: null,
    audience: { kind: 'recipients' },
    dueAt: null,
    timezone: 'UTC',
    window: null,
    lateness: 'send',
    maxAgeSeconds: null,
    validUntil: null,
    ratePerSecond: null,
    finishWithinSeconds: null,
    recurrence: null,
    seriesId: null,
    duplicates: 0,
    ...over,
  };
  return insertCampaign(db, draft, []);
}

/** A campaign in any state, however it would have come there; returns its id. */
export async function storeCampaignIn(store: Database, state: CampaignState): Promise<string> {
  const { id } = await storeCampaign(store);
  await store.pool.query('update campaigns set state = $2 where id = $1', [id, state]);
  return id;
}

export function campaignSlice(no: number, messages: number, windows: SendWindow[] | null = null): CampaignSlice {
  return {
    id: uuidv7(),
    no,
    windows,
    messages: Array.from({ length: messages }, (_, i) => ({
      id: uuidv7(),
      msisdn: `+9198${String(no * 1_000 + i).padStart(8, '0')}`,
      meta: `meta ${no} ${i}`,
      body: 'The sale is on.',
      encoding: 'gsm7' as const,
      segments: 1,
      webhookId: null,
      links: [],
    })),
  };
}

/** Stores slices of a campaign that is preparing, as one block that begins where the campaign stands. */
export async function storeBlock(
  { pool }: Database,
  campaign: CampaignRow,
  slices: CampaignSlice[],
  over: Partial<CampaignBlock> = {},
): Promise<boolean> {
  const from = Number(campaign.position);
  const facts = { accountId: ACCOUNT, sendId: campaign.send_id, sender: null, service: 'T', options: null };
  const { rows } = await pool.query<{ commands: number }>('select commands from campaigns where id = $1', [
    campaign.id,
  ]);
  const block = {
    campaignId: campaign.id,
    commands: rows[0]!.commands,
    from,
    to: from + slices.reduce((sum, slice) => sum + slice.messages.length, 0),
    slices,
    rejected: 0,
    problems: [],
    priority: 5,
    routeId: null,
    legs: null,
    ...over,
  };
  return storeCampaignBlock(pool, facts, block, PSEUDONYMS);
}

/** Lets a day and an hour pass for a campaign: moves every time on its row, and on those of its slices, back. */
export async function ageCampaign({ pool }: Pick<Database, 'pool'>, campaignId: string): Promise<void> {
  for (const [table, key] of [
    ['campaigns', 'id'],
    ['slices', 'campaign_id'],
  ] as const) {
    const { rows } = await pool.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_schema = 'public' and table_name = $1 and data_type = 'timestamp with time zone'`,
      [table],
    );
    const back = rows.map(({ name }) => `${name} = ${name} - interval '25 hours'`).join(', ');
    await pool.query(`update ${table} set ${back} where ${key} = $1`, [campaignId]);
  }
}
