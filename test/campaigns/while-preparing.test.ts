/** Commands to a campaign whose audience is still being turned into messages, from the first moment on. */
import { joinCampaigns, people, sumOf, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { until } from '../support/until';

/** Several blocks of preparation. */
const MANY = 9_000;

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());
beforeEach(() => stack.control('POST', '/control/reset'));

/** Without a meta: CleverTap hears nothing of them. */
const quiet = (count: number, from: number) => people(count, from).map(({ to }) => ({ to }));
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

test('paused at once: nothing leaves; resumed, everybody gets one', async () => {
  const audience = { recipients: quiet(MANY, 1_000_000) };
  // However long the command takes, none has left before it.
  await campaigns.gateway({ status: 'inactive' });
  const id = await campaigns.launch({ audience });
  expect(await campaigns.act(id, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
  expect(await campaigns.act(id, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
  await campaigns.gateway({ status: 'active' });
  const other = await campaigns.launch({ audience: { recipients: quiet(5, 1_100_000) } });
  await campaigns.reaches(other, 'finished');
  const ready = await campaigns.waitFor(id, 'all are messages', ({ counts }) => counts.queued === MANY);
  expect(ready).toMatchObject({ state: 'paused', counts: { accepted: MANY, open: MANY } });
  expect((await campaigns.seen()).length).toBe(5);
  expect(await campaigns.act(id, 'resume')).toMatchObject({ status: 200 });
  expect(await campaigns.act(id, 'resume')).toMatchObject({ status: 200 });
  const { counts } = await campaigns.reaches(id, 'finished', 150_000);
  expect(counts).toMatchObject({ accepted: MANY, delivered: MANY, open: 0 });
}, 300_000);

test('paused and resumed at once', async () => {
  // However long the commands take, it has not ended before them.
  await campaigns.gateway({ status: 'inactive' });
  const id = await campaigns.launch({ audience: { recipients: quiet(200, 2_000_000) } });
  expect((await campaigns.act(id, 'pause')).status).toBe(200);
  expect((await campaigns.act(id, 'resume')).status).toBe(200);
  await campaigns.gateway({ status: 'active' });
  expect((await campaigns.reaches(id, 'finished')).counts).toMatchObject({ accepted: 200, delivered: 200 });
});

test('another time and another rate at once', async () => {
  const time = inAnHour();
  const id = await campaigns.launch({ audience: { recipients: quiet(MANY, 3_000_000) }, time: inAnHour() });
  expect(await campaigns.act(id, 'reschedule', { time })).toMatchObject({ status: 200, json: { time } });
  const rate = await stack.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 5 });
  expect(rate).toMatchObject({ status: 200, json: { ratePerSecond: 5 } });
  expect(await campaigns.reaches(id, 'scheduled')).toMatchObject({ time, ratePerSecond: 5 });
  const { rows } = await stack.database.pool.query('select distinct due_at from slices where campaign_id = $1', [id]);
  expect(rows).toEqual([{ due_at: new Date(time) }]);
  await campaigns.act(id, 'cancel');
});

test.each([
  ['of the request', 4_000_000, (recipients: { to: string; custom: string }[]) => Promise.resolve({ recipients })],
  [
    'of an upload',
    5_000_000,
    async (recipients: { to: string; custom: string }[]) => {
      const csv = ['to,custom', ...recipients.map(({ to, custom }) => `${to},${custom}`)].join('\n');
      const { json } = await stack.call('POST', '/api/v1/uploads', csv, { 'content-type': 'text/csv' });
      const isReady = async () => (await stack.call('GET', `/api/v1/uploads/${json.id}`)).json.state === 'ready';
      await until('the upload is ready', isReady);
      return { uploadId: json.id as string };
    },
  ],
])(
  'cancelled at once: CleverTap hears 917 for everybody %s',
  async (_, from, audienceOf) => {
    const recipients = people(MANY, from);
    // However long the command takes, none has left before it.
    await campaigns.gateway({ status: 'inactive' });
    const id = await campaigns.launch({ audience: await audienceOf(recipients) });
    expect(await campaigns.act(id, 'cancel')).toMatchObject({ status: 200, json: { state: 'cancelled' } });
    expect(await campaigns.act(id, 'cancel')).toMatchObject({ status: 200, json: { state: 'cancelled' } });
    const { counts } = await campaigns.waitFor(id, 'nothing is open', ({ counts: { open } }) => open === 0);
    const { ledger, leftOut } = (await stack.call('GET', `/api/v1/campaigns/${id}/ledger`)).json;
    expect({ ledger, leftOut }).toMatchObject({
      ledger: { accepted: MANY, cancelled: MANY, open: 0 },
      leftOut: { rejected: 0, duplicates: 0 },
    });
    expect(sumOf(counts)).toBe(MANY);
    expect(await campaigns.seen()).toEqual([]);
    const told = await until('CleverTap was told of all', async () => {
      const { json } = await stack.control('GET', '/control/clevertap');
      return json.metas >= MANY ? json : null;
    });
    expect(told).toMatchObject({ records: MANY, metas: MANY, duplicates: 0, conflicts: 0, byCode: { 917: MANY } });
    await campaigns.gateway({ status: 'active' });
  },
  300_000,
);
