/**
 * The `prepareCampaign` activity: turns a campaign's audience into messages; goes on where another run of it stopped. Of one
 * whose text was corrected the messages of the text before are taken back first.
 */
import type { Recipient } from '../../core/audience/audience';
import { hasEnded, type CampaignState } from '../../core/campaigns/campaign';
import type { RenderedRecipient } from '../../core/campaigns/text';
import { uuidv7 } from '../../core/messages/ids';
import { buildLegs, type Leg } from '../../core/gateways/route';
import type { SendWindow } from '../../core/time/window';
import {
  storeCampaignBlock,
  type CampaignBlock,
  type CampaignMessage,
  type CampaignMessageFacts,
  type CampaignSlice,
} from '../../store/campaigns/materialise';
import { readCampaign, type CampaignRow } from '../../store/campaigns/campaigns';
import { finishPreparation, isUnprepared } from '../../store/campaigns/preparation';
import { listKeptNumbers, takeBackSlices } from '../../store/campaigns/take-back';
import { countAudience, placeOf, readAudience } from '../../store/campaigns/audience';
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
 * One that is paused meanwhile is prepared to its end, and so is one that is cancelled: its messages are dropped then, each
 * with its outcome. One that is changed meanwhile is read again, and no text of before is stored.
 * @returns the state that the campaign is in then; `preparing` when told to stop before the end.
 */
export async function prepareCampaign(
  deps: ForecastDeps,
  campaignId: string,
  stopping: AbortSignal,
): Promise<CampaignState> {
  const { db } = deps.database;
  let campaign = await readCampaign(db, campaignId);
  while (campaign !== null && isUnprepared(campaign) && !stopping.aborted) {
    const outcome = await prepareAsRead(deps, campaign, stopping);
    campaign = outcome === null ? await readCampaign(db, campaignId) : await finishPreparation(db, campaign, outcome);
  }
  return stopping.aborted ? 'preparing' : (campaign?.state ?? 'failed');
}

type OutcomeOf = (campaign: CampaignRow) => Outcome;

/** @returns what it comes to, once its whole audience was read; null = it was changed, another run was here, or it is told to stop. */
async function prepareAsRead(
  deps: ForecastDeps,
  campaign: CampaignRow,
  stopping: AbortSignal,
): Promise<OutcomeOf | null> {
  const { pool } = deps.database;
  const refusal = await refuseByLimits(deps, campaign, stopping);
  if (refusal !== null) return () => ({ state: 'failed', reason: refusal });
  for (let no = campaign.first_slice > 0 ? -1 : null; no !== null; no = await takeBackSlices(pool, campaign.id, no)) {
    if (stopping.aborted) return null;
  }
  const blockOf = await blockMaker(deps, campaign);
  let { slices } = campaign;
  let position = Number(campaign.position);
  while (!stopping.aborted) {
    const rows = await readAudience(pool, campaign, position, BLOCK_SIZE);
    if (rows.length === 0) return outcomeOf;
    const { facts, block } = blockOf(rows, position, slices);
    if (!(await storeCampaignBlock(pool, facts, block, await deps.loadPseudonyms()))) return null;
    position = block.to;
    slices += block.slices.length;
  }
  return null;
}

/** Makes blocks of a campaign as it was read. */
async function blockMaker({ database, publicUrl }: ForecastDeps, campaign: CampaignRow) {
  const account = await readCampaignSettings(database.db, campaign.account_id);
  const windowsOf = windowsFinder(campaign, account);
  const webhookFor = await webhookFinder(database, campaign);
  const rules = await readTextRules(database, campaign, account, publicUrl);
  const render = await createStrictRenderer(database, campaign, rules);
  const legs = await ownLegs(database, campaign);
  const kept = campaign.first_slice === 0 ? NOBODY : await listKeptNumbers(database.pool, campaign.id);
  const facts: CampaignMessageFacts = {
    accountId: campaign.account_id,
    sendId: campaign.send_id,
    sender: campaign.sender,
    service: campaign.service,
    options: campaign.options,
  };
  return (rows: readonly Recipient[], from: number, firstNo: number): { facts: typeof facts; block: CampaignBlock } => {
    const rendered = rows.filter(({ msisdn }) => !kept.has(msisdn)).map((row) => render(row));
    const refused = rendered.filter((one) => !one.ok);
    const block = {
      campaignId: campaign.id,
      commands: campaign.commands,
      from,
      to: rows.at(-1)!.position,
      slices: toSlices(rendered, firstNo, windowsOf, webhookFor),
      rejected: refused.length,
      leftOut: refused.map(({ row, code, message }) => ({ ...row, code, message })),
      problems: refused.map(({ row, code, message }) => ({ position: placeOf(campaign, row), code, message })),
      priority: campaign.priority,
      routeId: campaign.route_id,
      legs,
    };
    return { facts, block };
  };
}

const NOBODY: ReadonlySet<string> = new Set();

type Outcome = { state: 'scheduled' | 'failed'; reason: string | null };

/** What a campaign comes to whose whole audience was read. */
function outcomeOf({ recipients, problems, refused }: CampaignRow): Outcome {
  if (recipients > 0) return { state: 'scheduled', reason: null };
  const first = problems[refused];
  const why = first === undefined ? null : `recipient ${first.position}: ${first.message} (${first.code})`;
  return { state: 'failed', reason: why === null ? 'the audience is empty' : `no recipient can be sent to: ${why}` };
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
  // Of one that is cancelled nothing is sent: everybody in it is accounted for.
  if (campaign.slices > campaign.first_slice || hasEnded(campaign.state)) return null;
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
