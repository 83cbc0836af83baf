/** A campaign gets another time, later and earlier; and what happens to one that is late. */
import { campaignsOf, people, type TestCampaigns } from '../support/campaigns';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

let stack: TestStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  stack = await startStack();
  campaigns = campaignsOf(stack);
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

test('workers were away at its time: sent, skipped, or left for the next window', async () => {
  await stack.stopWorker();
  await stack.control('POST', '/control/reset');
  const time = inSeconds(3_600);
  const make = (lateness: string, from: number, body: object = {}) =>
    campaigns.launch({ audience: { recipients: people(5, from) }, time, lateness, ...body });
  const window = { start: '00:00', end: '23:59', timezone: 'UTC' };
  const sent = await make('send', 200);
  const skipped = await make('skip', 300);
  const postponed = await make('next-window', 400, { window });
  // Their time came and went while nobody looked.
  await stack.database.pool.query(
    `update campaigns set due_at = now() - interval '20 minutes' where id = any($1::text[])`,
    [[sent, skipped, postponed]],
  );
  await stack.startWorker();

  const done = await campaigns.reaches(sent, 'finished');
  expect(done.counts).toMatchObject({ accepted: 5, delivered: 5 });
  const left = await campaigns.waitFor(
    skipped,
    'skipped',
    ({ state, counts }) => state === 'cancelled' && counts.open === 0,
  );
  expect(left).toMatchObject({ reason: 'skipped: it was 20 minutes late', counts: { accepted: 5, cancelled: 5 } });
  const waits = await campaigns.waitFor(postponed, 'postponed', ({ reason }) => reason !== null);
  expect(waits).toMatchObject({
    state: 'scheduled',
    reason: 'it was 20 minutes late and waits for its next window',
    counts: { queued: 5 },
  });
  expect(waits.time).toMatch(/T00:00:00.000Z$/);
  expect(Date.parse(waits.time)).toBeGreaterThan(Date.now());
  expect(await campaigns.seen()).toHaveLength(5);
  await campaigns.act(postponed, 'cancel');
});
