/** The `prepareCampaign` activity: turns a campaign's audience into messages; goes on where another run of it stopped. */
import type { Recipient } from '../../core/audience/audience';
import type { CampaignState } from '../../core/campaigns/campaign';
import type { RenderedRecipient } from '../../core/campaigns/text';
import { uuidv7 } from '../../core/messages/ids';
import { buildLegs, type Leg } from '../../core/gateways/route';
import type { SendWindow } from '../../core/time/window';
import { storeCampaignBlock, type CampaignMessage, type CampaignSlice } from '../../store/campaigns/materialise';
import { moveCampaign, readCampaign, type CampaignRow } from '../../store/campaigns/campaigns';
import { countAudience, readAudience } from '../../store/campaigns/audience';
import { readCampaignSettings } from '../../store/accounts/accounts';
import type { Database } from '../../store/database';
import { findWebhookKind } from '../../store/webhooks/webhooks';
import { findGateway } from '../../store/gateways/gateways';
import { makeForecast, type ForecastDeps } from './forecast';
import { createStrictRenderer } from './india';
import { readTextRules } from './text-rules';
import { windowsFinder } from './windows';

/** Recipients of one transaction: large enough for the database, small enough to leave the process to others in between. */
const BLOCK_SIZE = 4_000;
const SLICE_SIZE = 1_000;

/**
 * @param publicUrl base of short links; no trailing slash.
 * @returns the state that the campaign is in then; `preparing` when told to stop before the end.
 */
export async function prepareCampaign(
  { database, publicUrl, loadPseudonyms }: ForecastDeps,
  campaignId: string,
  stopping: AbortSignal,
): Promise<CampaignState> {
  const { db, pool } = database;
  let campaign = await readCampaign(db, campaignId);
  if (campaign === null) return 'failed';
  if (campaign.state !== 'preparing') return campaign.state;
  const refusal = await refuseByLimits({ database, publicUrl, loadPseudonyms }, campaign, stopping);
  if (refusal !== null) return end(database, campaignId, 'failed', refusal);

  const account = await readCampaignSettings(db, campaign.account_id);
  const windowsOf = windowsFinder(campaign, account);
  const webhookFor = await webhookFinder(database, campaign);
  const rules = await readTextRules(database, campaign, account, publicUrl);
  const render = await createStrictRenderer(database, campaign, rules);
  const legs = await ownLegs(database, campaign);
  const facts = {
    accountId: campaign.account_id,
    sendId: campaign.send_id,
    sender: campaign.sender,
    service: campaign.service,
    options: campaign.options,
  };
  let position = Number(campaign.position);
  let slices = campaign.slices;
  while (!stopping.aborted) {
    const rows = await readAudience(pool, campaign, position, BLOCK_SIZE);
    if (rows.length === 0) return finish(database, campaignId);
    const rendered = rows.map((row) => render(row));
    const refused = rendered.filter((one) => !one.ok);
    const made = toSlices(rendered, slices, windowsOf, webhookFor);
    const block = {
      campaignId,
      from: position,
      to: rows.at(-1)!.position,
      slices: made,
      rejected: refused.length,
      problems: refused.map(({ row, code, message }) => ({ position: row.position, code, message })),
      dueAt: campaign.due_at,
      priority: campaign.priority,
      routeId: campaign.route_id,
      legs,
    };
    if (await storeCampaignBlock(pool, facts, block, await loadPseudonyms())) {
      position = rows.at(-1)!.position;
      slices += made.length;
      continue;
    }
    // The campaign was cancelled, or another run was faster: its row says where to go on.
    campaign = await readCampaign(db, campaignId);
    if (campaign?.state !== 'preparing') return campaign?.state ?? 'failed';
    position = Number(campaign.position);
    slices = campaign.slices;
  }
  return 'preparing';
}

async function finish({ db }: Database, campaignId: string): Promise<CampaignState> {
  const campaign = await readCampaign(db, campaignId);
  if (campaign?.recipients === 0) {
    const first = campaign.problems[0];
    const why = first === undefined ? null : `recipient ${first.position}: ${first.message} (${first.code})`;
    const reason = why === null ? 'the audience is empty' : `no recipient can be sent to: ${why}`;
    return end({ db }, campaignId, 'failed', reason);
  }
  return end({ db }, campaignId, 'scheduled', null);
}

async function end(
  { db }: Pick<Database, 'db'>,
  campaignId: string,
  state: 'failed' | 'scheduled',
  reason: string | null,
): Promise<CampaignState> {
  const moved = await moveCampaign(db, campaignId, state, { reason }, ['preparing']);
  return moved?.state ?? (await readCampaign(db, campaignId))?.state ?? 'failed';
}

/**
 * Why the account's limits don't allow the campaign; null when they do. Asked again before any message is made: since the
 * request a group may have grown, or a price.
 */
async function refuseByLimits(
  deps: ForecastDeps,
  campaign: CampaignRow,
  stopping: AbortSignal,
): Promise<string | null> {
  const { db } = deps.database;
  if (campaign.slices > 0) return null;
  const { safety } = await readCampaignSettings(db, campaign.account_id);
  const most = safety.maxCampaignRecipients;
  const count = most === undefined ? 0 : await countAudience(db, campaign.audience);
  if (most !== undefined && count > most) {
    return `the audience has ${count} recipients, and the account allows ${most} per campaign`;
  }
  const limit = safety.maxCampaignCost;
  if (limit === undefined) return null;
  const { cost } = await makeForecast(deps, campaign, stopping);
  if (cost === null || cost.amount <= limit) return null;
  return `it would cost ${cost.amount} ${cost.currency ?? ''}, and the account allows ${limit} per campaign`;
}

/** The legs of a campaign that names its gateway: over that gateway only. Null: it names none. */
async function ownLegs({ db }: Database, campaign: CampaignRow): Promise<Leg[] | null> {
  if (campaign.gateway_id === null) return null;
  const gateway = await findGateway(db, campaign.account_id, campaign.gateway_id);
  return gateway === null ? null : buildLegs([{ ...gateway, fallbackSender: gateway.fallback_sender }]);
}

/** Finds the webhook for the outcome of a recipient: CleverTap can do nothing with one that has no meta. */
async function webhookFinder({ db }: Database, campaign: CampaignRow): Promise<(row: Recipient) => string | null> {
  const id = campaign.webhook_id;
  if (id === null) return () => null;
  const kind = await findWebhookKind(db, id);
  return kind === 'clevertap' ? (row) => (row.meta === null ? null : id) : () => id;
}

/** Puts rendered recipients into slices: those with the same windows, a thousand to a slice. */
function toSlices(
  recipients: readonly RenderedRecipient[],
  firstNo: number,
  windowsOf: (msisdn: string) => SendWindow[],
  webhookFor: (row: Recipient) => string | null,
): CampaignSlice[] {
  const slices: CampaignSlice[] = [];
  const open = new Map<SendWindow[], CampaignSlice>();
  for (const recipient of recipients) {
    if (!recipient.ok) continue;
    const { row, text, segmentation, links } = recipient;
    const windows = windowsOf(row.msisdn);
    let slice = open.get(windows);
    if (slice === undefined || slice.messages.length === SLICE_SIZE) {
      slice = {
        id: uuidv7(),
        no: firstNo + slices.length,
        windows: windows.length === 0 ? null : windows,
        messages: [],
      };
      slices.push(slice);
      open.set(windows, slice);
    }
    const { encoding, parts } = segmentation;
    const message: CampaignMessage = {
      id: uuidv7(),
      msisdn: row.msisdn,
      meta: row.meta,
      body: text,
      encoding,
      segments: parts,
      webhookId: webhookFor(row),
      links,
    };
    slice.messages.push(message);
  }
  return slices;
}
