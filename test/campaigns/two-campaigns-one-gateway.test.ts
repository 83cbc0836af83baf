/** Two campaigns share a gateway: both go on, and together they never exceed its rate. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';

const RATE = 100;
const EACH = 500;
/** Requests on the wire. */
const IN_FLIGHT = 16;

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

test('side by side over one gateway', async () => {
  // Inactive until both are there, so that both begin then.
  const slow = { ratePerSecond: RATE, sendingPattern: 'loop', maxInFlight: IN_FLIGHT };
  await campaigns.gateway({ ...slow, status: 'inactive' });
  const ids = await Promise.all(
    [0, 50_000].map((from) => campaigns.launch({ audience: { recipients: people(EACH, from) } })),
  );
  for (const id of ids) await campaigns.waitFor(id, 'held', ({ reason }) => reason !== null);
  await campaigns.gateway({ status: 'active' });
  for (const id of ids) {
    const { counts } = await campaigns.reaches(id, 'finished');
    expect(counts).toMatchObject({ accepted: EACH, delivered: EACH });
  }
  const sent = await campaigns.seen();
  const order = sent
    .map(({ to, times }) => ({ second: to.includes('9198000') && Number(to.slice(-5)) >= 50_000, at: times[0]! }))
    .sort((a, b) => a.at.localeCompare(b.at));
  expect(order).toHaveLength(2 * EACH);
  // From the moment at which both send until one is done, each gets a good part of the gateway.
  const both = order.slice(
    Math.max(
      order.findIndex(({ second }) => second),
      order.findIndex(({ second }) => !second),
    ),
    Math.min(
      order.findLastIndex(({ second }) => second),
      order.findLastIndex(({ second }) => !second),
    ),
  );
  const share = both.filter(({ second }) => second).length / both.length;
  expect(both.length).toBeGreaterThan(EACH / 2);
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.75);
  const counts = (await stack.control('GET', '/control/counts')).json;
  expect(counts).toMatchObject({ accepted: 2 * EACH, duplicateIds: 0 });
  // Counted where they arrive: a busy machine may bunch what left apart, yet no more than there is on the wire at a time.
  expect(counts.maxSubmissionsPerSecond).toBeLessThanOrEqual(RATE * 1.05 + IN_FLIGHT);
});
