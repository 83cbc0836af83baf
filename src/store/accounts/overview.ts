/**
 * What an operator wants to see of an account at one look, in one statement: the ledger by its roll-up and the current
 * slices, gateways, campaigns, webhooks, and what changed last. No message is read.
 */
import type { Pool } from 'pg';
import type { CampaignState } from '../../core/campaigns/campaign';
import { ENDED_STATES } from '../../core/campaigns/campaign';
import { FINAL_STATES } from '../../core/messages/status';
import { execute } from '../database';
import { COUNTED, isCurrent, openOf } from '../messages/ledger';
import type { Ledger } from '../messages/slices';
import { SEALED, type Sealer } from '../seal';
import { keyName, subjectName } from './audit';

/** So many of each are shown; of campaigns those that began last, of webhooks those that want to be looked at. */
const MAX_GATEWAYS = 50;
const MAX_CAMPAIGNS = 20;
const MAX_WEBHOOKS = 20;
const CHANGES = 5;
/** Bundles of callbacks that are counted of a webhook: with more, more wait than is said. */
const MAX_BUNDLES = 5_000;

export interface OverviewGateway {
  id: string;
  name: string;
  provider: string;
  status: 'active' | 'inactive';
  /** Why it takes nothing until somebody mends it; null = it does. */
  pausedReason: string | null;
  breaker: 'closed' | 'open' | 'half-open';
  breakerReason: string | null;
  degraded: string | null;
  /** The provider asked for a pause until then. */
  heldUntil: Date | null;
  holdReason: string | null;
  /** Messages that have not left and may go this way; 0 of one that works. */
  waiting: number;
}

export interface OverviewCampaign {
  id: string;
  name: string;
  state: CampaignState;
  reason: string | null;
  /** Slow on purpose: messages a second at most. */
  ratePerSecond: number | null;
  startedAt: Date | null;
  ledger: Ledger;
  /** Of the open ones, those that left. */
  submitted: number;
}

export interface OverviewWebhook {
  id: string;
  kind: 'clevertap' | 'standard';
  url: string;
  state: 'active' | 'paused' | 'disabled';
  reason: string | null;
  /** Callbacks that were not told yet. */
  waiting: number;
  /** There are more than `waiting`. */
  isMore: boolean;
  /** When the one that was due first was due. */
  oldestDueAt: Date | null;
}

export interface OverviewChange {
  id: string;
  action: string;
  subject: string;
  /** What the subject is called; null = it has no name, or is gone. */
  subjectName: string | null;
  keyId: string | null;
  /** What the account calls the key; null = it is no key of the account's. */
  keyName: string | null;
  at: Date;
}

export interface OverviewAlert {
  sentence: string;
  /** The campaign that stands still; null = it is about messages. */
  campaignId: string | null;
  /** What that campaign is called. */
  campaignName: string | null;
}

export interface OverviewReading {
  /** Of the alerts that are open, those that tell what no gateway, webhook or campaign says of itself. */
  alerts: OverviewAlert[];
  ledger: Ledger;
  gateways: OverviewGateway[];
  campaigns: OverviewCampaign[];
  webhooks: OverviewWebhook[];
  changes: OverviewChange[];
}

const sums = (of: string): string =>
  `coalesce(sum(${of}.total), 0) as accepted,
   ${FINAL_STATES.map((state) => `coalesce(sum(${of}.${state}), 0) as ${state}`).join(', ')},
   coalesce(sum(${openOf(of)}), 0) as open`;

const LEDGER = `
select ${sums('l')} from (
  select ${COUNTED.join(', ')} from ledger_rollups where account_id = $1
  union all
  select ${COUNTED.map((counter, i) => `s.${counter} - coalesce(s.stats_of[${i + 1}], 0)`).join(', ')}
  from slices s where s.account_id = $1 and ${isCurrent('s')}
) l`;

/** What waits is only counted while a gateway takes nothing. */
const GATEWAYS = `
with g as materialized (
  select g.id, g.name, g.provider, g.status, g.paused_reason, coalesce(h.breaker, 'closed') as breaker, h.reason,
         h.degraded, case when h.held_until > now() then h.held_until end as held_until, h.hold_reason, g.priority
  from gateways g left join gateway_health h on h.gateway_id = g.id
  where g.account_id = $1 and g.deleted_at is null order by g.priority, g.name limit ${MAX_GATEWAYS}
),
troubled as (
  select id from g where status = 'active' and (paused_reason is not null or breaker <> 'closed' or held_until is not null)
),
waits as (
  select l.gateway_id, sum(s.waiting) as waiting from (
    select s.legs, sum(${openOf('s')} - s.submitted) as waiting from slices s
    where exists (select from troubled) and s.account_id = $1 and ${isCurrent('s')} and s.legs is not null
      and ${openOf('s')} > s.submitted
    group by s.legs
  ) s
  cross join lateral (select distinct e->>'gatewayId' as gateway_id from jsonb_array_elements(s.legs) e) l
  join troubled t on t.id = l.gateway_id group by l.gateway_id
)
select g.id, g.name, g.provider, g.status, g.paused_reason as "pausedReason", g.breaker, g.reason as "breakerReason",
       g.degraded, g.held_until as "heldUntil", g.hold_reason as "holdReason", coalesce(w.waiting, 0) as waiting
from g left join waits w on w.gateway_id = g.id order by g.priority, g.name`;

const isLive = `c.state not in (${['draft', ...ENDED_STATES].map((state) => `'${state}'`).join(', ')})`;

const CAMPAIGNS = `
select c.id, c.name, c.state, c.reason, c.rate_per_second as "ratePerSecond", c.started_at as "startedAt",
       l.ledger, l.submitted
from (
  (select * from campaigns c where c.account_id = $1 and ${isLive} and c.recurrence is null
   order by c.started_at desc nulls last, c.id limit ${MAX_CAMPAIGNS})
  union all
  (select * from campaigns c where c.account_id = $1 and c.finished_at > now() - interval '1 minute'
   order by c.finished_at desc limit ${MAX_CAMPAIGNS})
) c
cross join lateral (
  select to_jsonb(l) - 'submitted' as ledger, l.submitted from (
    select ${sums('s')}, coalesce(sum(s.submitted), 0) as submitted from slices s where s.campaign_id = c.id
  ) l
) l
order by c.started_at desc nulls last, c.id limit ${MAX_CAMPAIGNS}`;

const WEBHOOKS = `
select w.id, w.kind, w.url, w.shown as state, w.reason, w.first_due as "oldestDueAt",
       d.waiting + r.waiting as waiting, d.bundles = ${MAX_BUNDLES} as "isMore"
from (
  select w.id, w.kind, w.url, w.is_default, coalesce(w.disabled_reason, w.paused_reason) as reason,
         case when w.state = 'active' and w.paused_at is not null then 'paused' else w.state end as shown,
         (select due_at from due_callbacks where webhook_id = w.id order by due_at limit 1) as first_due
  from webhooks w where w.account_id = $1
  order by (select due_at from due_callbacks where webhook_id = w.id order by due_at limit 1), w.is_default desc, w.id
  limit ${MAX_WEBHOOKS}
) w
cross join lateral (
  select coalesce(sum(n), 0) as waiting, count(*) as bundles
  from (select cardinality(message_ids) as n from due_callbacks where webhook_id = w.id limit ${MAX_BUNDLES}) b
) d
cross join lateral (select coalesce(sum(cardinality(message_ids)), 0) as waiting from relays where webhook_id = w.id) r
order by w.is_default desc, w.id`;

const CHANGED = `
select a.id::text, a.action, a.subject, ${subjectName('a')} as "subjectName", a.key_id as "keyId", ${keyName('a')} as "keyName", a.at
from audit a where a.account_id = $1 order by a.id desc limit ${CHANGES}`;

/** A campaign that has a reason tells of it itself. */
const ALERTS = `
select a.sentence, c.id as "campaignId", c.name as "campaignName"
from alerts a left join campaigns c on c.id = a.subject_id and c.account_id = a.account_id and a.kind = 'campaign-stuck'
where a.account_id = $1 and a.closed_at is null and a.opened_at is not null
  and (a.kind = 'unknown-outcomes' or c.state in ('running', 'settling') and c.reason is null)
order by a.id limit ${MAX_CAMPAIGNS}`;

const list = (select: string): string => `(select coalesce(json_agg(to_json(r)), '[]') from (${select}) r)`;

const READ = `
select (select to_json(r) from (${LEDGER}) r) as ledger, ${list(GATEWAYS)} as gateways, ${list(CAMPAIGNS)} as campaigns,
       ${list(WEBHOOKS)} as webhooks, ${list(CHANGED)} as changes, ${list(ALERTS)} as alerts`;

/** Dates as JSON has them. */
type Read<T> = { [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K] };

interface ReadRow {
  ledger: Ledger;
  gateways: Read<OverviewGateway>[];
  campaigns: Read<OverviewCampaign>[];
  webhooks: Read<OverviewWebhook>[];
  changes: Read<OverviewChange>[];
  alerts: OverviewAlert[];
}

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** One snapshot: the parts of each ledger add up. */
export async function readOverview(pool: Pool, sealer: Sealer, accountId: string): Promise<OverviewReading> {
  const [row] = await execute<ReadRow>(pool, 'read-overview', READ, [accountId]);
  const { ledger, gateways, campaigns, webhooks, changes, alerts } = row!;
  return {
    ledger,
    alerts,
    gateways: gateways.map((one) => ({ ...one, heldUntil: date(one.heldUntil) })),
    campaigns: campaigns.map((one) => ({ ...one, startedAt: date(one.startedAt) })),
    webhooks: webhooks.map((one) => ({
      ...one,
      url: sealer.open(one.url, SEALED.webhookUrl.context(one.id)),
      oldestDueAt: date(one.oldestDueAt),
    })),
    changes: changes.map((one) => ({ ...one, at: new Date(one.at) })),
  };
}
