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

/** A campaign that was given another time before its first one came: where the machine was too busy for that, with more time. */
async function putOffInTime(): Promise<{ id: string; first: string; later: string }> {
  for (let seconds = 4; ; seconds *= 3) {
    const first = inSeconds(seconds);
    const id = await campaigns.launch({ audience: { recipients: people(30) }, time: first });
    await campaigns.waitFor(id, 'prepared', ({ state }) => state !== 'preparing');
    const later = inSeconds(3_600);
    const { status, json } = await campaigns.act(id, 'reschedule', { time: later });
    if (status === 200) {
      expect(json.time).toBe(later);
      return { id, first, later };
    }
    expect([status, json.code, seconds < 100]).toEqual([409, 'wrong-state', true]);
    await campaigns.reaches(id, 'finished');
    await stack.control('POST', '/control/reset');
  }
}

test('later, so that its first time passes by; then earlier', async () => {
  const { id, first, later } = await putOffInTime();
  const hasPassed = () => Date.now() > Date.parse(first) + 300;
  await until('its first time has passed', hasPassed, { deadlineMs: 150_000 });
  expect(await campaigns.read(id)).toMatchObject({ state: 'scheduled', time: later, counts: { queued: 30 } });
  expect(await campaigns.seen()).toEqual([]);

  const soon = await campaigns.soon(id);
  const { counts } = await campaigns.reaches(id, 'finished');
  expect(counts).toMatchObject({ accepted: 30, delivered: 30 });
  const leftAt = (await campaigns.seen()).flatMap(({ times }) => times.map((time) => Date.parse(time)));
  expect(Math.min(...leftAt)).toBeGreaterThanOrEqual(Date.parse(soon));
  expect((await campaigns.act(id, 'reschedule', { time: later })).status).toBe(409);
}, 400_000);

test('a clock time is read in the zone that is given with it', async () => {
  const id = await campaigns.launch({ audience: { recipients: people(1, 100) }, time: inSeconds(3_600) });
  await campaigns.reaches(id, 'scheduled');
  const year = new Date().getUTCFullYear() + 1;
  const rescheduled = await campaigns.act(id, 'reschedule', { time: `${year}-01-05 09:00`, timezone: 'Asia/Tokyo' });
  expect(rescheduled.json).toMatchObject({ time: `${year}-01-05T00:00:00.000Z`, timezone: 'Asia/Tokyo' });
  await campaigns.act(id, 'cancel');
});
