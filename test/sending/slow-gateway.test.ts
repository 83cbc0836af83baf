/** A gateway that takes one request at a time: little is claimed for it, so that nothing grows old while it waits. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';

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
