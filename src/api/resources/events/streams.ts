/** Live events: what changes in an account, to everybody who watches it. */
import type { CampaignState } from '../../../core/campaigns/campaign';
import { countCampaigns, listLiveCampaigns, NO_COUNTS, type CampaignCounts } from '../../../store/campaigns/live';
import { listCurrentAlerts } from '../../../store/accounts/alerts';
import type { Database } from '../../../store/database';
import { listGateways, type GatewayRow } from '../../../store/gateways/gateways';
import { readLedger, type Ledger } from '../../../store/messages/slices';
import { toAlert } from '../../http/alert';
import type { AlertRow } from '../../../store/webhooks/alerts';
import { createAccountStreams, eventText, type AccountStreams } from '../../http/account-streams';

const MAX_STREAMS_PER_KEY = 5;
const MAX_STREAMS_PER_ACCOUNT = 20;
/** Campaigns that are told of, those that began last first: each is counted every second. */
const MAX_CAMPAIGNS = 20;

const MAX_ALERTS = 100;

/** Per second, since the look before. */
export interface Rates {
  acceptedPerSecond: number;
  settledPerSecond: number;
}

export interface GatewayNews {
  id: string;
  name: string;
  status: 'active' | 'inactive';
  /** Why it takes nothing although it is active. */
  pausedReason: string | null;
}

/** A campaign that is under way, or ended less than a minute ago. */
export interface CampaignNews {
  id: string;
  name: string;
  state: CampaignState;
  reason: string | null;
  counts: CampaignCounts;
}

/** What there is in a moment. */
interface Look {
  ledger: Ledger;
  /** The `ledger` event. */
  told: string;
  /** `campaign` events by id. */
  campaigns: Map<string, string>;
  gateways: GatewayNews[];
  /** Events of alerts that are open, or closed a moment ago, by their id. */
  alerts: Map<string, string>;
  atMs: number;
}

/** @param onError told when Postgres could not be asked; the next second asks again. */
export function createEventStreams(database: Database, onError: (error: unknown) => void): AccountStreams {
  return createAccountStreams<Look>({
    async look(accountId, before) {
      const [ledger, gateways, campaigns, alerts] = await Promise.all([
        readLedger(database.pool, accountId),
        listGateways(database.db, accountId),
        lookAtCampaigns(database, accountId),
        listCurrentAlerts(database.pool, accountId, MAX_ALERTS),
      ]);
      const atMs = Date.now();
      const told = ledgerEvent({ ledger, atMs }, before);
      const events = new Map(alerts.map((row) => [row.id, alertEvent(row)]));
      return { ledger, told, gateways: gateways.map(toNews), campaigns, alerts: events, atMs };
    },
    tell: (now, before) =>
      [
        now.told === before?.told ? '' : now.told,
        ...changedGateways(now, before),
        ...[...now.campaigns].map(([id, news]) => (before?.campaigns.get(id) === news ? '' : news)),
        ...[...now.alerts].map(([id, news]) => (before?.alerts.get(id) === news ? '' : news)),
      ].join(''),
    maxPerKey: MAX_STREAMS_PER_KEY,
    maxPerAccount: MAX_STREAMS_PER_ACCOUNT,
    onError,
  });
}

async function lookAtCampaigns({ db, pool }: Database, accountId: string): Promise<Map<string, string>> {
  const rows = await listLiveCampaigns(db, accountId, MAX_CAMPAIGNS);
  if (rows.length === 0) return new Map();
  const counts = await countCampaigns(
    pool,
    rows.map(({ id }) => id),
  );
  return new Map(rows.map((row) => [row.id, campaignEvent({ ...row, counts: counts.get(row.id) ?? NO_COUNTS })]));
}

const toNews = ({ id, name, status, paused_reason }: GatewayRow): GatewayNews => ({
  id,
  name,
  status,
  pausedReason: paused_reason,
});

const gatewayEvent = (news: GatewayNews): string => eventText('gateway', news);
const alertEvent = (row: AlertRow): string =>
  eventText(row.closed_at === null ? 'alert.opened' : 'alert.closed', toAlert(row));
const campaignEvent = (news: CampaignNews): string => eventText('campaign', news);

function ledgerEvent(now: Pick<Look, 'ledger' | 'atMs'>, before: Pick<Look, 'ledger' | 'atMs'> | null): string {
  const seconds = before === null ? 0 : (now.atMs - before.atMs) / 1_000;
  const rate = (of: (ledger: Ledger) => number): number =>
    before === null || seconds <= 0 ? 0 : Math.round(((of(now.ledger) - of(before.ledger)) / seconds) * 10) / 10;
  const rates: Rates = {
    acceptedPerSecond: rate(({ accepted }) => accepted),
    settledPerSecond: rate(({ accepted, open }) => accepted - open),
  };
  return eventText('ledger', { ledger: now.ledger, rates });
}

/** Events of gateways that are new or not as they were; one that is gone is told as inactive. */
function changedGateways(now: Look, before: Look | null): string[] {
  const old = new Map(before?.gateways.map((news) => [news.id, gatewayEvent(news)]));
  const events = now.gateways.map((news) => [news.id, gatewayEvent(news)] as const);
  const present = new Set(now.gateways.map(({ id }) => id));
  const gone = (before?.gateways ?? []).filter(({ id }) => !present.has(id));
  return [
    ...events.filter(([id, event]) => old.get(id) !== event).map(([, event]) => event),
    ...gone.map((news) => gatewayEvent({ ...news, status: 'inactive', pausedReason: 'deleted' })),
  ];
}
