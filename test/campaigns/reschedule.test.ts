/** A campaign gets another time, later and earlier; and what happens to one that is late. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

test('later, so that its first time passes by; then earlier', async () => {
  const first = inSeconds(4);
  const id = await campaigns.launch({ audience: { recipients: people(30) }, time: first });
  await campaigns.reaches(id, 'scheduled');
  const later = inSeconds(3_600);
  expect(await campaigns.act(id, 'reschedule', { time: later })).toMatchObject({ status: 200, json: { time: later } });
  await until('its first time has passed', () => Date.now() > Date.parse(first) + 300);
  expect(await campaigns.read(id)).toMatchObject({ state: 'scheduled', time: later, counts: { queued: 30 } });
  expect(await campaigns.seen()).toEqual([]);

  const soon = inSeconds(1);
  expect((await campaigns.act(id, 'reschedule', { time: soon })).status).toBe(200);
  const { counts } = await campaigns.reaches(id, 'finished');
  expect(counts).toMatchObject({ accepted: 30, delivered: 30 });
  const leftAt = (await campaigns.seen()).flatMap(({ times }) => times.map((time) => Date.parse(time)));
  expect(Math.min(...leftAt)).toBeGreaterThanOrEqual(Date.parse(soon));
  expect((await campaigns.act(id, 'reschedule', { time: later })).status).toBe(409);
});

test('a clock time is read in the zone that is given with it', async () => {
  const id = await campaigns.launch({ audience: { recipients: people(1, 100) }, time: inSeconds(3_600) });
  await campaigns.reaches(id, 'scheduled');
  const year = new Date().getUTCFullYear() + 1;
  const rescheduled = await campaigns.act(id, 'reschedule', { time: `${year}-01-05 09:00`, timezone: 'Asia/Tokyo' });
  expect(rescheduled.json).toMatchObject({ time: `${year}-01-05T00:00:00.000Z`, timezone: 'Asia/Tokyo' });
  await campaigns.act(id, 'cancel');
});
