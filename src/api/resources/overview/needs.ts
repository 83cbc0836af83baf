/** What needs a person, in sentences. Pure. */
import type { GatewayHealth } from '../../../core/gateways/health';
import { holdReason } from '../../../core/gateways/hold';
import type {
  OverviewAlert,
  OverviewCampaign,
  OverviewGateway,
  OverviewReading,
  OverviewWebhook,
} from '../../../store/accounts/overview';

export const NEED_KINDS = ['gateway', 'webhook', 'campaign', 'messages'] as const;

/** Something that a person has to see to. */
export interface Need {
  /** Without a full stop. */
  sentence: string;
  /** Path of the console's page about it. */
  link: string;
  kind: (typeof NEED_KINDS)[number];
}

/** The state that a gateway is shown in. */
export type GatewayLight = GatewayHealth['state'] | 'held' | 'inactive';

/** A gateway's light, and why it is not up. */
export function lightOf(gateway: OverviewGateway): { state: GatewayLight; reason: string | null } {
  const { status, pausedReason, breaker, breakerReason, heldUntil, holdReason: said, degraded } = gateway;
  if (status === 'inactive') return { state: 'inactive', reason: null };
  if (pausedReason !== null) return { state: 'down', reason: pausedReason };
  if (breaker !== 'closed') return { state: 'down', reason: breakerReason ?? 'it does not answer' };
  if (heldUntil !== null) return { state: 'held', reason: holdReason(heldUntil.getTime(), said) };
  return degraded === null ? { state: 'up', reason: null } : { state: 'degraded', reason: degraded };
}

/** Callbacks that were due so long ago should have been told. */
const CALLBACKS_LATE_MS = 5 * 60_000;
/** So many needs are told in the sentence; all are in the list. */
const TOLD = 3;

/** What needs somebody, the worst first. @param nowMs epoch milliseconds */
export function needsOf(reading: OverviewReading, nowMs: number): Need[] {
  return [
    ...noGateway(reading.gateways),
    ...reading.gateways.flatMap(ofGateway),
    ...reading.campaigns.flatMap(ofCampaign),
    ...reading.webhooks.flatMap((webhook) => ofWebhook(webhook, nowMs)),
    ...reading.alerts.map(ofAlert),
  ];
}

/** `All well.`, or how many things need somebody, and what. */
export function sentenceOf(needs: readonly Need[]): string {
  if (needs.length === 0) return 'All well.';
  const things = needs.length === 1 ? '1 thing needs you' : `${needs.length} things need you`;
  const told = needs.slice(0, TOLD).map(({ sentence }) => sentence);
  const more = needs.length > TOLD ? [`and ${needs.length - TOLD} more`] : [];
  return `${things}: ${[...told, ...more].join('; ')}.`;
}

function noGateway(gateways: readonly OverviewGateway[]): Need[] {
  if (gateways.some(({ status }) => status === 'active')) return [];
  const sentence = gateways.length === 0 ? 'there is no gateway yet' : 'no gateway is active';
  return [{ sentence: `${sentence}, nothing can be sent`, link: '/console/gateways', kind: 'gateway' }];
}

function ofGateway(gateway: OverviewGateway): Need[] {
  const { state, reason } = lightOf(gateway);
  if (state !== 'down' && state !== 'held') return [];
  const waits = gateway.waiting === 0 ? '' : `, ${count(gateway.waiting, 'message waits', 'messages wait')}`;
  const sentence = `${gateway.name} takes nothing (${reason})${waits}`;
  return [{ sentence, link: `/console/gateways/${gateway.id}`, kind: 'gateway' }];
}

/** One that a person paused has no reason. */
function ofCampaign({ id, name, state, reason, ledger, submitted }: OverviewCampaign): Need[] {
  if (reason === null || state === 'finished' || state === 'cancelled') return [];
  const left = ledger.open - submitted;
  const waits = left === 0 ? '' : `, ${count(left, 'message waits', 'messages wait')}`;
  return [
    { sentence: `the campaign ${name} is ${state} (${reason})${waits}`, link: `/console/campaigns/${id}`, kind: 'campaign' },
  ]; // prettier-ignore
}

function ofWebhook({ id, url, state, reason, waiting, isMore, oldestDueAt }: OverviewWebhook, nowMs: number): Need[] {
  const isLate = oldestDueAt !== null && nowMs - oldestDueAt.getTime() > CALLBACKS_LATE_MS;
  if (waiting === 0 || (state === 'active' && !isLate)) return [];
  const many = `${isMore ? 'more than ' : ''}${count(waiting, 'callback waits', 'callbacks wait')}`;
  const why =
    state === 'active' ? 'for more than five minutes' : `it is ${state}${reason === null ? '' : `: ${reason}`}`;
  const sentence = `${many} for ${new URL(url).host} (${why})`;
  return [{ sentence, link: `/console/webhooks/${id}`, kind: 'webhook' }];
}

/** Its sentence ends in a full stop, as sentences do, and calls a campaign by its id, which goes to webhooks and logs. */
function ofAlert({ sentence, campaignId, campaignName }: OverviewAlert): Need {
  const said = sentence.replace(/\.$/, '');
  if (campaignId === null) return { sentence: said, link: '/console/messages?state=unknown', kind: 'messages' };
  return {
    sentence: said.replace(`Campaign ${campaignId}`, () => `the campaign ${campaignName ?? campaignId}`),
    link: `/console/campaigns/${campaignId}`,
    kind: 'campaign',
  };
}

const count = (n: number, one: string, many: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
