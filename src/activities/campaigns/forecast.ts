/** Forecasts of campaigns: recipients, parts, cost, and when the last message leaves. */
import type { LoadPseudonyms } from '../../core/accounts/pseudonyms';
import { isPromotional } from '../../core/messages/service';
import { createCampaignRenderer } from '../../core/campaigns/text';
import { rankGateways } from '../../core/gateways/route';
import { finishTime } from '../../core/time/window';
import type { Account } from '../../store/accounts/accounts';
import { placeOf, readAudience } from '../../store/campaigns/audience';
import { listSuppressedAmong } from '../../store/campaigns/materialise';
import { readCampaign, storeForecast, type CampaignRow } from '../../store/campaigns/campaigns';
import { MAX_PROBLEMS } from '../../store/campaigns/rejected';
import { readCampaignSettings } from '../../store/accounts/accounts';
import type { Database } from '../../store/database';
import { listGateways } from '../../store/gateways/gateways';
import { findRouteLegs } from '../../store/gateways/routes';
import type { CampaignForecast } from '../../store/tables';
import { effectiveRate } from './rate';
import { ForecastSums } from './forecast-sums';
import { readTextRules } from './text-rules';
import { windowsIn } from './windows';

/** Recipients that are read at once. */
const PAGE = 4_000;
/** What a gateway without a rate is taken to do, messages per second. */
const ASSUMED_RATE = 1_000;

export interface ForecastDeps {
  database: Database;
  /** Base of short links; no trailing slash. */
  publicUrl: string;
  /** Erased numbers that have opted out are known by these. */
  loadPseudonyms: LoadPseudonyms;
}

/**
 * Makes the forecast of a campaign: reads the whole audience, renders every text, and keeps none.
 * @param stopping aborted = give up: what is returned then is of no use.
 */
export async function makeForecast(
  { database: { db, pool }, publicUrl, loadPseudonyms }: ForecastDeps,
  campaign: CampaignRow,
  stopping: AbortSignal,
): Promise<CampaignForecast> {
  const account = await readCampaignSettings(db, campaign.account_id);
  const gateway = await firstGateway({ db, pool }, campaign);
  const sums = new ForecastSums(account.smart_encoding || gateway?.smartEncoding === true);
  const rules = await readTextRules({ db, pool }, campaign, account, publicUrl);
  const render = createCampaignRenderer(campaign, { ...rules, smartEncoding: 'tell' });
  for (let position = 0; !stopping.aborted;) {
    const rows = await readAudience(pool, campaign, position, PAGE);
    if (rows.length === 0) break;
    position = rows.at(-1)!.position;
    const suppressed = await listSuppressedAmong(
      pool,
      campaign.account_id,
      rows.map((row) => row.msisdn),
      isPromotional(campaign.service, account.promotional_services),
      await loadPseudonyms(),
    );
    for (const row of rows) {
      const recipient = render(row);
      if (!recipient.ok)
        sums.reject({ position: placeOf(campaign, row), code: recipient.code, message: recipient.message });
      else if (suppressed.has(row.msisdn)) sums.suppressed++;
      else sums.add(recipient);
    }
  }
  return toForecast(sums, campaign, account, gateway, Date.now());
}

/** Of the recipients of a forecast. */
export type ForecastCounts = Pick<CampaignForecast, 'recipients' | 'suppressed' | 'duplicates' | 'rejected'>;

/** Makes the forecast of a campaign and keeps it with the campaign; null when there is no such campaign. */
export async function forecastCampaign(
  deps: ForecastDeps,
  campaignId: string,
  stopping: AbortSignal,
): Promise<ForecastCounts | null> {
  const { db } = deps.database;
  const campaign = await readCampaign(db, campaignId);
  if (campaign === null) return null;
  const forecast = await makeForecast(deps, campaign, stopping);
  if (!stopping.aborted) await storeForecast(db, campaign, forecast);
  const { recipients, suppressed, duplicates, rejected } = forecast;
  return { recipients, suppressed, duplicates, rejected };
}

/** What a gateway contributes to a forecast. */
export interface ForecastGateway {
  smartEncoding: boolean;
  ratePerSecond: number | null;
  pricePerSegment: number | null;
  currency: string | null;
}

/** The account as far as a forecast needs it; its country stands for the audience where windows differ by country. */
export type ForecastAccount = Pick<Account, 'default_country' | 'windows' | 'promotional_services'>;

/** The gateway that the campaign's messages try first: of its route, of the account's default route, or by priority. */
async function firstGateway(
  { db, pool }: Pick<Database, 'db' | 'pool'>,
  campaign: CampaignRow,
): Promise<ForecastGateway | null> {
  const rows = await listGateways(db, campaign.account_id);
  const usable = rows
    .filter((row) => row.status === 'active' && row.paused_reason === null)
    .map((row) => ({ ...row, fallbackSender: row.fallback_sender }));
  const legs = await findRouteLegs(pool, campaign.account_id, campaign.route_id);
  // Routing draws among gateways of one priority by weight; a forecast takes the one with the largest weight.
  const row =
    legs === null
      ? rankGateways(usable, () => 0.5)[0]
      : legs.map(({ gatewayId }) => usable.find(({ id }) => id === gatewayId)).find((found) => found !== undefined);
  if (row === undefined) return null;
  return {
    smartEncoding: row.smart_encoding,
    ratePerSecond: row.rate_per_second,
    pricePerSegment: row.price_per_segment === null ? null : Number(row.price_per_segment),
    currency: row.currency,
  };
}

/** Puts the sums and what is known of gateways and windows together. Pure. */
export function toForecast(
  sums: ForecastSums,
  campaign: CampaignRow,
  account: ForecastAccount,
  gateway: ForecastGateway | null,
  nowMs: number,
): CampaignForecast {
  const own = effectiveRate({ ...campaign, recipients: sums.recipients });
  const rate = Math.min(own ?? Number.POSITIVE_INFINITY, gateway?.ratePerSecond ?? ASSUMED_RATE);
  const sendingSeconds = Math.ceil(sums.recipients / rate);
  const startMs = Math.max(nowMs, campaign.due_at?.getTime() ?? nowMs);
  const windows = windowsIn(account.default_country, campaign, account);
  const finishesAtMs = finishTime(windows, startMs, sendingSeconds * 1_000);
  const { recipients, suppressed, segments, surprises, encodings, smart } = sums;
  // Of a list that came with the request, those who were left out when messages were made are read no more.
  const known = campaign.audience.kind === 'recipients' ? campaign.rejected : campaign.refused;
  const rejected = known + sums.rejected;
  const problems = [...campaign.problems.slice(0, known), ...sums.problems].slice(0, MAX_PROBLEMS);
  const warnings = [
    ...(recipients === 0 ? ['nobody would get a message'] : []),
    ...(gateway === null ? ['the account has no active gateway: messages would wait'] : []),
    ...(rejected > 0 ? [`${rejected} recipients are left out: see problems`] : []),
    ...(surprises.length > 0
      ? [`${encodings.ucs2} messages are UCS-2 (70 characters a part) because of ${surprises[0]!.character}`]
      : []),
    ...(!smart.on && smart.segments > 0
      ? [`smartEncoding would save ${smart.segments} parts in ${smart.messages} messages`]
      : []),
    ...(finishesAtMs === null ? ['the sending window does not open'] : []),
    ...dltWarnings(campaign),
  ];
  return {
    recipients,
    suppressed,
    duplicates: campaign.duplicates,
    rejected,
    problems,
    segments: { total: segments, byParts: Object.fromEntries(sums.byParts) },
    encodings,
    surprises,
    smartEncoding: { ...smart },
    cost: costOf(segments, gateway),
    finishesAt: finishesAtMs === null ? null : new Date(finishesAtMs).toISOString(),
    sendingSeconds,
    warnings,
    madeAt: new Date(nowMs).toISOString(),
  };
}

function costOf(segments: number, gateway: ForecastGateway | null): CampaignForecast['cost'] {
  if (gateway?.pricePerSegment == null) return null;
  return { amount: Math.round(segments * gateway.pricePerSegment * 10_000) / 10_000, currency: gateway.currency };
}

/** Indian operators drop what has no template and entity id. */
function dltWarnings({ options, timezone }: CampaignRow): string[] {
  if (timezone !== 'Asia/Kolkata') return [];
  const missing = [
    ...(options?.entityId === undefined ? ['DLT entity id'] : []),
    ...(options?.templateId === undefined ? ['DLT template id'] : []),
  ];
  return missing.length === 0 ? [] : [`no ${missing.join(' and no ')}: Indian operators drop such messages`];
}
