/** What a campaign will be: recipients, parts, cost. Gathered while its audience is read. */
import { charactersBeyondGsm, type Segmentation } from '../../core/segments';
import { finishTime } from '../../core/window';
import { listSuppressedAmong } from '../../store/campaign-import';
import type { CampaignRow } from '../../store/campaigns';
import type { Database } from '../../store/database';
import { listGateways } from '../../store/gateways';
import type { CampaignProblem, CountryWindow } from '../../store/schema';
import { createRenderer, readAudience } from './audience';
import { effectiveRate } from './rate';
import { windowsFinder } from './windows';

/** What is known of an audience after reading it once. Money is in the currency of the gateway's price. */
export interface CampaignForecast {
  /** Recipients that will get a message, the suppressed ones among them not. */
  recipients: number;
  /** Left out because their number has opted out. */
  suppressed: number;
  /** Left out because the number came before in the audience. */
  duplicates: number;
  /** Left out because their text could not be made; `problems` shows the first hundred. */
  rejected: number;
  problems: CampaignProblem[];
  segments: {
    total: number;
    /** Messages by their number of parts. */
    byParts: Record<string, number>;
  };
  encodings: { gsm7: number; ucs2: number };
  /** Characters that make messages UCS-2 and so more than twice as long, with how many messages each is in. */
  surprises: { character: string; messages: number }[];
  cost: { amount: number; currency: string | null } | null;
  /** When the last message leaves, were it launched when this was made; null = its windows don't open. */
  finishesAt: string | null;
  /** Seconds of sending, without closed windows. */
  sendingSeconds: number;
  /** What a person should look at before launching. */
  warnings: string[];
  madeAt: string;
}

const MAX_PROBLEMS = 100;
const MAX_SURPRISES = 20;

/** Adds up an audience, recipient by recipient. */
export class Tally {
  recipients = 0;
  suppressed = 0;
  rejected = 0;
  segments = 0;
  readonly problems: CampaignProblem[] = [];
  readonly byParts = new Map<number, number>();
  readonly encodings = { gsm7: 0, ucs2: 0 };
  private readonly characters = new Map<string, number>();

  add(text: string, { encoding, parts }: Segmentation): void {
    this.recipients++;
    this.segments += parts;
    this.byParts.set(parts, (this.byParts.get(parts) ?? 0) + 1);
    this.encodings[encoding]++;
    if (encoding === 'gsm7') return;
    for (const character of charactersBeyondGsm(text)) {
      this.characters.set(character, (this.characters.get(character) ?? 0) + 1);
    }
  }

  reject(problem: CampaignProblem): void {
    this.rejected++;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem);
  }

  /** The commonest first. */
  get surprises(): { character: string; messages: number }[] {
    return [...this.characters]
      .map(([character, messages]) => ({ character, messages }))
      .sort((a, b) => b.messages - a.messages)
      .slice(0, MAX_SURPRISES);
  }
}

/** Recipients that are read at once. */
const PAGE = 4_000;
/** What a gateway without a rate is taken to do, messages per second. */
const ASSUMED_RATE = 1_000;

/**
 * Reads the whole audience, makes every text, and keeps none.
 * @param stopping aborted = give up: what is returned then is of no use.
 */
export async function makeForecast(
  { db, pool }: Database,
  campaign: CampaignRow,
  stopping: AbortSignal,
): Promise<CampaignForecast> {
  const tally = new Tally();
  const render = createRenderer(campaign);
  for (let position = 0; !stopping.aborted;) {
    const rows = await readAudience(pool, campaign, position, PAGE);
    if (rows.length === 0) break;
    position = rows.at(-1)!.position;
    const suppressed = await listSuppressedAmong(
      pool,
      campaign.account_id,
      rows.map((row) => row.msisdn),
    );
    for (const row of rows) {
      const recipient = render(row);
      if (!recipient.ok) tally.reject({ position: row.position, code: recipient.code, message: recipient.message });
      else if (suppressed.has(row.msisdn)) tally.suppressed++;
      else tally.add(recipient.text, recipient.segmentation);
    }
  }
  const account = await db
    .selectFrom('accounts')
    .select('windows')
    .where('id', '=', campaign.account_id)
    .executeTakeFirstOrThrow();
  const gateways = await planGateways(db, campaign);
  return toForecast(tally, campaign, account.windows, gateways, Date.now());
}

/** What a gateway contributes to a forecast. */
export interface ForecastGateway {
  ratePerSecond: number | null;
  pricePerSegment: number | null;
  currency: string | null;
}

/** The gateways that the campaign's messages would try, in order, as far as a forecast needs them. */
async function planGateways(db: Database['db'], campaign: CampaignRow): Promise<ForecastGateway[]> {
  const rows = await listGateways(db, campaign.account_id);
  const usable = rows.filter((row) => row.status === 'active' && row.paused_reason === null);
  const real = usable.filter((row) => !row.demo);
  return (real.length > 0 ? real : usable).map((row) => ({
    ratePerSecond: row.rate_per_second,
    pricePerSegment: row.price_per_segment === null ? null : Number(row.price_per_segment),
    currency: row.currency,
  }));
}

/** Puts the sums and what is known of gateways and windows together. Pure. */
export function toForecast(
  tally: Tally,
  campaign: CampaignRow,
  countryWindows: readonly CountryWindow[],
  gateways: readonly ForecastGateway[],
  nowMs: number,
): CampaignForecast {
  const own = effectiveRate({ ...campaign, recipients: tally.recipients });
  const first = gateways[0];
  const rate = Math.min(own ?? Number.POSITIVE_INFINITY, first?.ratePerSecond ?? ASSUMED_RATE);
  const sendingSeconds = Math.ceil(tally.recipients / rate);
  const startMs = Math.max(nowMs, campaign.due_at?.getTime() ?? nowMs);
  const windows = windowsFinder(campaign, countryWindows)(`+${INDIA}`);
  const finishesAtMs = finishTime(windows, startMs, sendingSeconds * 1_000);
  const { recipients, suppressed, rejected, problems, segments, surprises, encodings } = tally;
  const warnings = [
    ...(recipients === 0 ? ['nobody would get a message'] : []),
    ...(first === undefined ? ['the account has no active gateway: messages would wait'] : []),
    ...(rejected > 0 ? [`${rejected} recipients are left out: see problems`] : []),
    ...(surprises.length > 0
      ? [`${encodings.ucs2} messages are UCS-2 (70 characters a part) because of ${surprises[0]!.character}`]
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
    segments: { total: segments, byParts: Object.fromEntries(tally.byParts) },
    encodings,
    surprises,
    cost: costOf(segments, first),
    finishesAt: finishesAtMs === null ? null : new Date(finishesAtMs).toISOString(),
    sendingSeconds,
    warnings,
    madeAt: new Date(nowMs).toISOString(),
  };
}

/** Any Indian number stands for the audience where windows differ by country. */
const INDIA = '919800000000';

function costOf(segments: number, gateway: ForecastGateway | undefined): CampaignForecast['cost'] {
  if (gateway?.pricePerSegment == null) return null;
  return { amount: Math.round(segments * gateway.pricePerSegment * 10_000) / 10_000, currency: gateway.currency };
}

/** Indian operators drop what has no template and entity id. */
function dltWarnings({ options, timezone }: CampaignRow): string[] {
  if (timezone !== 'Asia/Kolkata') return [];
  const missing = [
    ...(options?.entityId === undefined ? ['entityId'] : []),
    ...(options?.templateId === undefined ? ['dltTemplateId'] : []),
  ];
  return missing.length === 0 ? [] : [`no ${missing.join(' and no ')}: Indian operators drop such messages`];
}
