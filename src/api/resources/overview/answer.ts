/** The overview as it is answered. */
import { z } from 'zod';
import { CAMPAIGN_STATES } from '../../../core/campaigns/campaign';
import type { OverviewCampaign } from '../../../store/accounts/overview';
import { ledger } from '../../http/ledger';
import { keyNameAnswer, subjectNameAnswer } from '../../http/names';
import { shownUrl } from '../../http/shown-url';
import { lightOf, NEED_KINDS, needsOf, sentenceOf } from './needs';
import type { OverviewLook } from './overviews';
import { rateOf, SERIES_SECONDS, seriesOf } from './series';

/** Seconds over which a speed is told. */
const RATE_SECONDS = 5;
/** The speed of a campaign is told over longer: it sends in blocks. */
const CAMPAIGN_RATE_SECONDS = 15;

const count = z.int().min(0);
const perSecond = { accepted: z.number().min(0), settled: z.number().min(0) };

export const overviewAnswer = z
  .object({
    sentence: z.string().describe('“All well.”, or how many things need somebody and what they are.'),
    needs: z.array(
      z.object({
        sentence: z.string(),
        link: z.string().describe('A path of the console.'),
        kind: z.enum(NEED_KINDS),
      }),
    ),
    ledger: ledger.describe('accepted is the sum of all the others.'),
    perSecond: z.object({
      ...perSecond,
      series: z
        .array(z.object(perSecond))
        .length(SERIES_SECONDS)
        .describe('The last 60 seconds, the newest last; 0 before this process was first asked.'),
    }),
    gateways: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        provider: z.string(),
        state: z.enum(['up', 'degraded', 'held', 'down', 'inactive']),
        reason: z.string().nullable(),
        waiting: count.describe('Messages that have not left and may go this way; 0 of one that takes messages.'),
      }),
    ),
    campaigns: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        state: z.enum(CAMPAIGN_STATES),
        reason: z.string().nullable(),
        ledger,
        ratePerSecond: z.number().min(0).describe('Messages that left a second, over the last seconds.'),
        eta: z.iso
          .datetime()
          .nullable()
          .describe('When the last message leaves at this speed; null = not foreseeable.'),
      }),
    ),
    webhooks: z.array(
      z.object({
        id: z.string(),
        url: z.string(),
        waiting: count,
        isMore: z.boolean().describe('More wait than are counted.'),
        oldestWaitingAt: z.iso.datetime().nullable(),
        state: z.enum(['active', 'paused', 'disabled']),
      }),
    ),
    changes: z
      .array(
        z.object({
          id: z.string(),
          action: z.string(),
          subject: z.string(),
          subjectName: subjectNameAnswer,
          keyId: z.string().nullable(),
          keyName: keyNameAnswer,
          at: z.iso.datetime(),
        }),
      )
      .describe('The last of the audit; empty without the scope `manage`.'),
    at: z.iso.datetime(),
  })
  .meta({ id: 'Overview' });

/** @param mayManage whether the asker may see what the scope `manage` shows. */
export function toOverview(look: OverviewLook, mayManage: boolean): z.input<typeof overviewAnswer> {
  const { reading, samples, left, atMs } = look;
  const needs = needsOf(reading, atMs);
  return {
    sentence: sentenceOf(needs),
    needs,
    ledger: reading.ledger,
    perSecond: { ...rateOf(samples, RATE_SECONDS), series: seriesOf(samples) },
    gateways: reading.gateways.map((gateway) => {
      const { id, name, provider, waiting } = gateway;
      return { id, name, provider, ...lightOf(gateway), waiting };
    }),
    campaigns: reading.campaigns.map((campaign) => {
      const { id, name, state, reason, ledger: counted } = campaign;
      const ratePerSecond = rateOf(left.get(id) ?? [], CAMPAIGN_RATE_SECONDS).accepted;
      return { id, name, state, reason, ledger: counted, ratePerSecond, eta: etaOf(campaign, ratePerSecond, atMs) };
    }),
    webhooks: reading.webhooks.map(({ id, url, waiting, isMore, oldestDueAt, state }) => ({
      id,
      url: shownUrl(new URL(url), mayManage),
      waiting,
      isMore,
      oldestWaitingAt: waiting === 0 ? null : (oldestDueAt?.toISOString() ?? null),
      state,
    })),
    changes: mayManage ? reading.changes.map((change) => ({ ...change, at: change.at.toISOString() })) : [],
    at: new Date(atMs).toISOString(),
  };
}

/** Of one that sends, to the second. */
function etaOf({ state, ledger: counts, submitted }: OverviewCampaign, rate: number, nowMs: number): string | null {
  const waiting = counts.open - submitted;
  if (state !== 'running' || waiting === 0 || rate === 0) return null;
  return new Date(Math.round(nowMs / 1_000 + waiting / rate) * 1_000).toISOString();
}
