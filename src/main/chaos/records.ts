/** The three records of what happened, read when all is over: our ledger, the vendors' submissions, and what CleverTap heard. */
import type { MessageState } from '../../core/messages/status';
import type { Sender } from './accounts';
import { demand } from './client';
import type { ChaosStack } from './stack';

/** A message in our ledger, with what its webhook was told of its outcome. */
export interface LedgerMessage {
  id: string;
  party: string;
  to: string;
  meta: string;
  state: MessageState;
  reason: string | null;
  /** Null: there is no outcome to tell. */
  callback: { event: string; state: string; tries: number } | null;
}

export type Ledger = Record<
  'accepted' | 'delivered' | 'failed' | 'expired' | 'suppressed' | 'cancelled' | 'unknown' | 'open',
  number
>;

/** A message as a vendor saw it: one id, however often it came. */
export interface Submission {
  account: string;
  messageId: string;
  to: string;
  /** `accepted`, or why it was refused in the answer. */
  outcome: string;
  /** How often it came. */
  seen: number;
  /** ISO 8601. */
  times: string[];
  /** `delivered`, or what its report says. */
  end: { kind: string };
}

export interface VendorCounts {
  submissions: number;
  accepted: number;
  duplicateIds: number;
  maxSubmissionsPerSecond: number;
  receipts: { sent: number; acknowledged: number; failed: number };
}

export interface Told {
  account: string;
  meta: string;
  event: string;
  /** ISO 8601. */
  receivedAt: string;
}

export interface CampaignFacts {
  name: string;
  state: string;
  counts: Ledger;
}

export interface Records {
  messages: LedgerMessage[];
  /** By party. */
  ledgers: Record<string, Ledger>;
  campaigns: CampaignFacts[];
  submissions: Submission[];
  /** By party. */
  vendors: Record<string, VendorCounts>;
  told: Told[];
  /** What is left that nothing should wait for any more, by what it is. */
  leftOver: Record<string, number>;
}

/** Most that the simulator keeps. */
export const KEPT = 50_000;

export async function readRecords(
  { api, simulator, database }: ChaosStack,
  senders: readonly Sender[],
  campaigns: ReadonlyMap<string, { id: string; party: string }>,
): Promise<Records> {
  const nameOf = new Map(senders.map(({ accountId, name }) => [accountId, name]));
  const headersOf = new Map(senders.map(({ name, headers }) => [name, headers]));
  const { rows } = await database.pool.query(
    `select m.id, m.account_id, m.msisdn, m.meta, m.state, m.reason, c.event, c.state as told, c.tries
     from messages m left join callbacks c on c.message_id = m.id and c.slot = 'outcome'`,
  );
  const records: Records = {
    messages: rows.map((row) => ({
      id: row.id,
      party: nameOf.get(row.account_id) ?? row.account_id,
      to: row.msisdn,
      meta: row.meta,
      state: row.state,
      reason: row.reason,
      callback: row.event === null ? null : { event: row.event, state: row.told, tries: row.tries },
    })),
    ledgers: {},
    campaigns: [],
    submissions: [],
    vendors: {},
    told: [],
    leftOver: await countLeftOver(database),
  };
  for (const { name, headers } of senders) {
    records.ledgers[name] = (await demand('GET', `${api}/api/v1/stats`, undefined, headers)).ledger;
    records.vendors[name] = await demand('GET', `${simulator}/control/counts?account=${name}`);
    const page = `account=${name}&limit=${KEPT}`;
    records.submissions.push(...(await demand('GET', `${simulator}/control/messages?${page}`)).messages);
    records.told.push(...(await demand('GET', `${simulator}/control/clevertap/records?${page}`)).records);
  }
  for (const [name, { id, party }] of campaigns) {
    const { state, counts } = await demand('GET', `${api}/api/v1/campaigns/${id}`, undefined, headersOf.get(party));
    records.campaigns.push({ name, state, counts });
  }
  return records;
}

/** All of them are 0 when nothing is open. */
export async function countLeftOver({ pool }: ChaosStack['database']): Promise<Record<string, number>> {
  const { rows } = await pool.query(
    `select (select count(*) from messages where settled_at is null)::int as "open messages",
            (select count(*) from attempts where state = 'submitting')::int as "attempts without an answer",
            (select count(*) from blocks)::int as "blocks",
            (select count(*) from callbacks where state = 'pending')::int as "callbacks not told",
            (select count(*) from campaigns where state not in ('finished', 'cancelled', 'failed'))::int as "campaigns not ended"`,
  );
  return rows[0];
}
