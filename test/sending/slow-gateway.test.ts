/**
 * A gateway that takes one request at a time: little is claimed for it, so that nothing grows old while it waits. And
 * vendors that take long for each: their wire is used all the same, however few messages a rate lets go together.
 */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
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
  await campaigns.script({ latencyMs: 30 });
  const id = await campaigns.launch({ audience: { recipients: people(COUNT) } });
  const claimed: number[] = [];
  const { counts } = await campaigns.waitFor(id, 'it has finished', (campaign) => {
    claimed.push(campaign.counts.submitting);
    return campaign.state === 'finished';
  });
  expect(counts).toMatchObject({ accepted: COUNT, delivered: COUNT });
  expect(Math.max(...claimed)).toBeGreaterThan(0);
  expect(Math.max(...claimed)).toBeLessThanOrEqual(MAX_CLAIMED);
  const { rows } = await stack.database.pool.query(
    'select max(attempts)::int as attempts from messages where account_id = $1',
    [stack.accountId],
  );
  expect(rows).toEqual([{ attempts: 1 }]);
});

/** The most messages of these campaigns that were on their way at once, until all have finished. */
async function mostAtOnce(ids: readonly string[]): Promise<number> {
  let most = 0;
  await until(
    'the campaigns have finished',
    async () => {
      const all = await Promise.all(ids.map((id) => campaigns.read(id)));
      most = Math.max(
        most,
        all.reduce((sum, { counts }) => sum + (counts.submitting as number), 0),
      );
      return all.every(({ state }) => state === 'finished') ? true : null;
    },
    { deadlineMs: 100_000 },
  );
  return most;
}

test('a campaign keeps to its rate although each request takes a second: as many are on the wire as that needs', async () => {
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: 64 });
  await campaigns.script({ latencyMs: 1_000 });
  const id = await campaigns.launch({ audience: { recipients: people(COUNT, 1_000) }, ratePerSecond: 20 });
  // A block of this rate is one message, and two of them at once would be two a second.
  expect(await mostAtOnce([id])).toBeGreaterThan(6);
});

test('campaigns with small rates fill the wire of a slow gateway together, and never more than twice', async () => {
  const [width, each] = [6, 10];
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: width });
  await campaigns.script({ latencyMs: 1_000 });
  const audiences = Array.from({ length: width }, (_, i) => people(each, 2_000 + i * each));
  const ids = await Promise.all(
    audiences.map((recipients) => campaigns.launch({ audience: { recipients }, ratePerSecond: 5 })),
  );
  const most = await mostAtOnce(ids);
  expect(most).toBeGreaterThan(4);
  expect(most).toBeLessThanOrEqual(2 * width);
});

test('a pause holds however many requests are on the wire: none begins later than a second after it', async () => {
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: 6 });
  await campaigns.script({ latencyMs: { min: 200, max: 1_500 } });
  const audience = people(200, 3_000);
  const id = await campaigns.launch({ audience: { recipients: audience }, ratePerSecond: 20 });
  await campaigns.waitFor(id, 'many are on their way', ({ counts }) => counts.delivered > 10);
  const { status } = await campaigns.act(id, 'pause');
  const answeredAt = Date.now();
  expect(status).toBe(200);
  await until('some seconds have passed', async () => (Date.now() > answeredAt + 5_000 ? true : null));
  const numbers = new Set(audience.map(({ to }) => to));
  const late = (await campaigns.seen())
    .filter(({ to }) => numbers.has(to))
    .flatMap(({ times }) => times.map((time) => Date.parse(time) - answeredAt))
    .filter((ms) => ms > 1_000);
  expect(late).toEqual([]);
});
