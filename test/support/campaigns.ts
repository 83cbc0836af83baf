/** What flow tests of campaigns share: making one, watching it, and asking the simulator who was sent to. */
import type { Answer, Client } from './client';
import { joinStack, type SharedStack } from './shared';
import { LOST_TASK_MS, until } from './until';

/** Fictional Indian numbers; `from` keeps the audiences of one test file apart. */
export const people = (count: number, from = 0): { to: string; custom: string }[] =>
  Array.from({ length: count }, (_, i) => {
    const digits = `9198${String(from + i).padStart(8, '0')}`;
    return { to: `+${digits}`, custom: `${digits}.1400000000.-1.` };
  });

/** A message as the simulator saw it. */
export interface Seen {
  account: string;
  to: string;
  sender: string;
  outcome: string;
  seen: number;
  /** ISO times of its submissions. */
  times: string[];
}

export interface TestCampaigns {
  create(body: object): Promise<Answer>;
  /** Creates it and returns its id. @throws when it is refused. */
  launch(body: object): Promise<string>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer of the api, as in `Answer`.
  read(id: string): Promise<any>;
  act(id: string, action: string, body?: object): Promise<Answer>;
  /** Waits until `found` accepts the campaign; returns it. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above.
  waitFor(id: string, label: string, found: (campaign: any) => boolean, deadlineMs?: number): Promise<any>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above.
  reaches(id: string, state: string, deadlineMs?: number): Promise<any>;
  /** Gives it a time that comes in a moment, however long it takes to say so; returns that time. */
  soon(id: string): Promise<string>;
  /** Changes the account's only gateway. */
  gateway(change: object): Promise<void>;
  script(script: object): Promise<void>;
  seen(): Promise<Seen[]>;
}

/** What the files of campaigns begin with: an account of this file on the shared product, and its campaigns. */
export async function joinCampaigns(): Promise<{ stack: SharedStack; campaigns: TestCampaigns }> {
  const stack = await joinStack();
  return { stack, campaigns: campaignsOf(stack) };
}

export function campaignsOf(stack: Client): TestCampaigns {
  const campaigns: TestCampaigns = {
    create: (body) => stack.call('POST', '/api/v1/campaigns', { name: 'Sale', message: 'The sale is on.', ...body }),
    async launch(body) {
      const { status, json } = await campaigns.create(body);
      if (status !== 201) throw new Error(`the campaign was refused: ${JSON.stringify(json)}`);
      return json.id as string;
    },
    read: async (id) => (await stack.call('GET', `/api/v1/campaigns/${id}`)).json,
    act: (id, action, body) => stack.call('POST', `/api/v1/campaigns/${id}/${action}`, body),
    async waitFor(id, label, found, deadlineMs = LOST_TASK_MS) {
      let last = {};
      const look = async () => {
        const campaign = await campaigns.read(id);
        last = { state: campaign.state, reason: campaign.reason, counts: campaign.counts };
        return found(campaign) ? campaign : null;
      };
      return until(`campaign: ${label}`, look, { deadlineMs }).catch(async (cause: unknown) => {
        const { rows } = await stack.database.pool.query(
          `select m.state, m.reason, count(*)::int, min(s.look_at) as look_at, bool_or(s.wake_due) as wake_due
           from messages m join slices s on s.id = m.slice_id
           where s.campaign_id = $1 and m.settled_at is null group by 1, 2`,
          [id],
        );
        throw new Error(`It stood at ${JSON.stringify(last)}, with ${JSON.stringify(rows)} open`, { cause });
      });
    },
    reaches: (id, state, deadlineMs) =>
      campaigns.waitFor(id, state, (campaign) => campaign.state === state, deadlineMs),
    soon: (id) =>
      // A time that has passed when the api reads it is refused: then a later one is named.
      until('campaign: its time is near', async () => {
        const time = new Date(Date.now() + 1_000).toISOString();
        const { status, text } = await campaigns.act(id, 'reschedule', { time });
        if (status !== 200) throw new Error(`answered ${status}: ${text}`);
        return time;
      }),
    async gateway(change) {
      const { items } = (await stack.call('GET', '/api/v1/gateways')).json;
      const { status, json } = await stack.call('PATCH', `/api/v1/gateways/${items[0].id}`, change);
      if (status !== 200) throw new Error(`the gateway was not changed: ${JSON.stringify(json)}`);
    },
    async script(script) {
      const { status, json } = await stack.control('PUT', '/control/script', script);
      if (status !== 200) throw new Error(`the script was refused: ${JSON.stringify(json)}`);
    },
    seen: async () => (await stack.control('GET', '/control/messages?limit=50000')).json.messages as Seen[],
  };
  return campaigns;
}

/** The equation of the ledger, of a campaign's counts or an account's ledger. */
export const sumOf = (ledger: Record<string, number>): number =>
  ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown', 'open'].reduce(
    (sum, name) => sum + ledger[name]!,
    0,
  );
