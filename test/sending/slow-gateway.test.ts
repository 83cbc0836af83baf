/**
 * A gateway that takes one request at a time: little is claimed for it, so that nothing grows old while it waits. And
 * vendors that take long for each: their wire is used all the same, however few messages a rate lets go together.
 */
import { isUnderWay } from '../../src/store/messages/blocks';
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import { holdRequestsTo } from '../support/held-vendor';
import type { SharedStack } from '../support/shared';
import { until } from '../support/until';

const COUNT = 60;
/** Two blocks of a slice, of eight requests each. */
const MAX_CLAIMED = 16;

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

test('few messages are claimed at once, and all are delivered in their first attempt', async () => {
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: 1 });
  // Slow until the first of them were seen to be claimed.
  await campaigns.script({ latencyMs: 3_000 });
  const id = await campaigns.launch({ audience: { recipients: people(COUNT) } });
  await campaigns.waitFor(id, 'some are claimed', ({ counts }) => counts.submitting > 0);
  await campaigns.script({ latencyMs: 30 });
  const claimed: number[] = [];
  const { counts } = await campaigns.waitFor(id, 'it has finished', (campaign) => {
    claimed.push(campaign.counts.submitting);
    return campaign.state === 'finished';
  });
  expect(counts).toMatchObject({ accepted: COUNT, delivered: COUNT });
  expect(Math.max(...claimed)).toBeLessThanOrEqual(MAX_CLAIMED);
  const { rows } = await stack.database.pool.query(
    'select max(attempts)::int as attempts from messages where account_id = $1',
    [stack.accountId],
  );
  expect(rows).toEqual([{ attempts: 1 }]);
});

/** How many messages of these campaigns are on their way: counted at one moment, or one could be seen to be in two of them. */
async function underWay(ids: readonly string[]): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    `select count(*)::int as n from messages m join slices s on s.id = m.slice_id
     where s.campaign_id = any($1) and ${isUnderWay('m')}`,
    [ids],
  );
  return rows[0]!.n;
}

/** The most messages of these campaigns that were on their way at once, until all have finished. */
async function mostAtOnce(ids: readonly string[]): Promise<number> {
  let most = 0;
  await until('the campaigns have finished', async () => {
    most = Math.max(most, await underWay(ids));
    const all = await Promise.all(ids.map((id) => campaigns.read(id)));
    return all.every(({ state }) => state === 'finished') ? true : null;
  });
  return most;
}

test('a campaign keeps to its rate although each request takes seconds: as many are on the wire as that needs', async () => {
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: 64 });
  // As long as nearly all of them need to leave: however slowly a busy machine sends and looks, they gather.
  await campaigns.script({ latencyMs: 8_000 });
  const id = await campaigns.launch({ audience: { recipients: people(COUNT, 1_000) }, ratePerSecond: 20 });
  // A block of this rate is one message, and two of them at once would be two a second.
  expect(await mostAtOnce([id])).toBeGreaterThan(6);
});

test('campaigns with small rates fill the wire of a slow gateway together, and never more than twice', async () => {
  const [width, each] = [6, 10];
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: width });
  await campaigns.script({ latencyMs: 2_000 });
  const audiences = Array.from({ length: width }, (_, i) => people(each, 2_000 + i * each));
  const ids = await Promise.all(
    audiences.map((recipients) => campaigns.launch({ audience: { recipients }, ratePerSecond: 5 })),
  );
  const most = await mostAtOnce(ids);
  expect(most).toBeGreaterThan(4);
  expect(most).toBeLessThanOrEqual(2 * width);
});

test('a pause holds however many requests are on the wire: none begins once they are answered', async () => {
  const width = 6;
  const vendor = await holdRequestsTo({ url: `${stack.simulator.url}/infobip/${stack.vendor()}` });
  const held = { baseUrl: vendor.url, credentials: { apiKey: 'simulator' } };
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: width, ...held });
  await campaigns.script({});
  const audience = people(200, 3_000);
  const id = await campaigns.launch({ audience: { recipients: audience }, ratePerSecond: 20 });
  await until('the wire is full', () => vendor.came === width);
  expect((await campaigns.act(id, 'pause')).status).toBe(200);
  // No place was free before the pause was heard of.
  vendor.release();
  const { counts } = await campaigns.waitFor(id, 'nothing is on its way', (now) => now.counts.submitting === 0);
  expect([vendor.came, counts.queued]).toEqual([width, audience.length - width]);
  await vendor.stop();
});
