/** The operator refuses the sender ID of a campaign, by receipt: its messages go out again under the fallback. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { until } from '../support/until';

const COUNT = 1_200;

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.control('POST', '/control/reset');
});

test('refused by receipt: each message leaves once more, under the fallback sender ID', async () => {
  await campaigns.script({ refuse: [{ outcome: 'sender', senders: ['BRANDA'], at: 'receipt' }] });
  const id = await campaigns.launch({ audience: { recipients: people(COUNT) }, sender: 'BRANDA' });
  const { counts } = await campaigns.reaches(id, 'finished');
  expect(counts).toMatchObject({ accepted: COUNT, delivered: COUNT, failed: 0 });
  const sent = await campaigns.seen();
  const toUnder = (sender: string) => new Set(sent.filter((one) => one.sender === sender).map(({ to }) => to)).size;
  expect([sent.length, toUnder('BRANDA'), toUnder('HELIOB')]).toEqual([2 * COUNT, COUNT, COUNT]);
  // CleverTap hears of the delivery alone.
  const told = await until('CleverTap was told everything', async () => {
    const { json } = await stack.control('GET', '/control/clevertap');
    return json.records >= COUNT ? json : null;
  });
  expect(told).toMatchObject({ byEvent: { delivered: COUNT, failed: 0 }, duplicates: 0, conflicts: 0 });
});

test('the fallback is refused too: failed, and the campaign finishes', async () => {
  await campaigns.script({ refuse: [{ outcome: 'sender', at: 'receipt' }] });
  const id = await campaigns.launch({ audience: { recipients: people(50, 10_000) }, sender: 'BRANDA' });
  const { counts } = await campaigns.reaches(id, 'finished');
  expect(counts).toMatchObject({ accepted: 50, failed: 50 });
  const { rows } = await stack.database.pool.query(
    `select m.state, m.code, count(*)::int as messages from messages m join slices s on s.id = m.slice_id
     where s.campaign_id = $1 group by m.state, m.code`,
    [id],
  );
  expect(rows).toEqual([{ state: 'failed', code: '906', messages: 50 }]);
});
