/** What keeps a campaign from leaving is visible, and it goes on by itself: no gateway, or the hours of a country. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.control('POST', '/control/reset');
});

test('every gateway is inactive: it says so, and goes on when one is activated', async () => {
  await campaigns.gateway({ status: 'inactive' });
  const id = await campaigns.launch({ audience: { recipients: people(40) } });
  const held = await campaigns.waitFor(id, 'held', ({ reason }) => reason !== null);
  expect(held).toMatchObject({ state: 'running', reason: 'waits: the gateway is inactive', counts: { queued: 40 } });
  expect(await campaigns.seen()).toEqual([]);
  await campaigns.gateway({ status: 'active' });
  const { counts, reason } = await campaigns.reaches(id, 'finished');
  expect({ delivered: counts.delivered, reason }).toEqual({ delivered: 40, reason: null });
});

test('its only gateway goes inactive in the middle', async () => {
  // A minute's worth, so that it is in the middle however busy the machine is.
  const id = await campaigns.launch({ audience: { recipients: people(900, 1_000) }, ratePerSecond: 15 });
  await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.submitted + counts.delivered > 0);
  await campaigns.gateway({ status: 'inactive' });
  const held = await campaigns.waitFor(id, 'held', ({ reason }) => reason !== null);
  expect(held.counts.queued).toBeGreaterThan(0);
  expect((await stack.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 300 })).status).toBe(200);
  await campaigns.gateway({ status: 'active' });
  const { counts } = await campaigns.reaches(id, 'finished');
  expect(counts).toMatchObject({ accepted: 900, delivered: 900 });
  expect((await campaigns.seen()).filter(({ seen }) => seen !== 1)).toEqual([]);
});

test('promotional: a country’s hours hold its numbers, and no others', async () => {
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  // Later today in a zone where no midnight comes between, so that the window is well-formed and closed now.
  const zone = new Date().getUTCHours() < 12 ? 'UTC' : 'Etc/GMT+12';
  const local = (hours: number) => (zone === 'UTC' ? clock(hours) : clock(hours - 12));
  const windows = [{ country: 'IN', start: local(6), end: local(7), timezone: zone }];
  expect((await stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, { windows })).status).toBe(200);
  const american = Array.from({ length: 10 }, (_, i) => ({ to: `+120255501${String(i).padStart(2, '0')}` }));
  const recipients = [...people(30, 5_000), ...american];

  const promotional = await campaigns.launch({ audience: { recipients }, service: 'P' });
  const held = await campaigns.waitFor(
    promotional,
    'the others are delivered',
    ({ counts }) => counts.delivered === 10,
  );
  expect(held).toMatchObject({ state: 'running', counts: { accepted: 40, queued: 30 } });
  expect((await campaigns.seen()).map(({ to }) => to.replace('+', '').slice(0, 2))).toEqual(Array(10).fill('12'));

  // The hours are those of promotion: anything else leaves at any time.
  const service = await campaigns.launch({ audience: { recipients: people(5, 6_000) }, service: 'T' });
  expect((await campaigns.reaches(service, 'finished')).counts.delivered).toBe(5);

  // Morning comes.
  const open = [{ ...windows[0], start: '00:00', end: '23:59', timezone: zone }].map(({ country: _, ...one }) => one);
  await stack.database.pool.query(
    'update slices set windows = $2 where campaign_id = $1 and windows is not null',
    [promotional, JSON.stringify(open)],
  ); // prettier-ignore
  await stack.call('PATCH', `/api/v1/campaigns/${promotional}`, { ratePerSecond: 1_000 });
  expect((await campaigns.reaches(promotional, 'finished')).counts).toMatchObject({ accepted: 40, delivered: 40 });
});
