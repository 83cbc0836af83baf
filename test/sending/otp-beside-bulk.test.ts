/** A one-time password overtakes the campaign that keeps its gateway busy. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { until } from '../support/until';

const RATE = 200;
const PASSWORDS = 15;
/**
 * What may leave of the campaign before a password that came while it ran: before half of them, and before any. A machine
 * busy with other tests may keep one back for some seconds while the campaign goes on; one that waited for the campaign
 * would be overtaken by all the rest of it, thousands.
 */
const HALF_OVERTAKEN = 3 * RATE;
const MAX_OVERTAKEN = 10 * RATE;

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

test('none waits for the campaign, which has much more to go', async () => {
  await campaigns.gateway({ ratePerSecond: RATE, sendingPattern: 'loop' });
  const id = await campaigns.launch({ audience: { recipients: people(9_000) } });
  const submissions = async (): Promise<number> => (await stack.control('GET', '/control/counts')).json.submissions;
  await until('the gateway is busy', async () => (await submissions()) > RATE);

  const acceptedAt = new Map<string, number>();
  for (let i = 0; i < PASSWORDS; i++) {
    const to = `9199990000${String(i).padStart(2, '0')}`;
    const { status } = await stack.call('POST', '/clevertap/v1/messages', { to, text: `${1_000 + i} is your code` });
    expect(status).toBe(200);
    acceptedAt.set(to, Date.now());
    // The next one a third of a second of the gateway's time later.
    const sent = await submissions();
    await until('the campaign went on', async () => (await submissions()) >= sent + RATE / 3);
  }
  const arrivals = await until('all passwords have left', async () => {
    const seen = (await campaigns.seen()).map(({ to, times }) => ({
      to: to.replace('+', ''),
      at: Date.parse(times[0]!),
    }));
    return seen.filter(({ to }) => acceptedAt.has(to)).length === PASSWORDS ? seen : null;
  });
  // How many of the campaign's messages left between a password's acceptance and its own departure.
  const overtaken = [...acceptedAt].map(([password, from]) => {
    const leftAt = arrivals.find(({ to }) => to === password)?.at ?? Number.POSITIVE_INFINITY;
    return arrivals.filter(({ to, at }) => !acceptedAt.has(to) && at > from && at < leftAt).length;
  });
  overtaken.sort((a, b) => a - b);
  expect(overtaken[Math.floor(PASSWORDS / 2)]).toBeLessThanOrEqual(HALF_OVERTAKEN);
  expect(overtaken.at(-1)).toBeLessThanOrEqual(MAX_OVERTAKEN);

  const { counts } = await campaigns.read(id);
  expect(counts.queued).toBeGreaterThan(1_000);
  expect((await campaigns.act(id, 'cancel')).status).toBe(200);
  await campaigns.waitFor(id, 'nothing is open', (campaign) => campaign.counts.open === 0);
});
