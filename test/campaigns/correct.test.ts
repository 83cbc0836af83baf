/** A campaign that was launched, and whose text is corrected before anything of it leaves. */
import { campaignsOf, joinCampaigns, people, sumOf, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { makeTenant } from '../support/tenants';
import { until } from '../support/until';

/** Several blocks of preparation. */
const MANY = 9_000;
const OLD = 'The sale is on.';
const NEW = 'The sale is over.';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());
beforeEach(() => stack.control('POST', '/control/reset'));

const quiet = (count: number, from: number) => people(count, from).map(({ to }) => ({ to }));
const after = (ms: number): string => new Date(Date.now() + ms).toISOString();
const patch = (id: string, body: object, call = stack.call) => call('PATCH', `/api/v1/campaigns/${id}`, body);
const textsOf = async (id: string): Promise<Record<string, number>> => {
  const { rows } = await stack.database.pool.query<{ body: string; n: number }>(
    `select m.body, count(*)::int as n from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1 group by 1`,
    [id],
  );
  return Object.fromEntries(rows.map(({ body, n }) => [body, n]));
};
const scheduled = async (audience: object, body: object = {}): Promise<string> => {
  const id = await campaigns.launch({ message: OLD, audience, time: after(3_600_000), ...body });
  await campaigns.reaches(id, 'scheduled');
  return id;
};
const sendNow = async (id: string) => {
  await campaigns.soon(id);
  return campaigns.reaches(id, 'finished');
};

test('scheduled: answered at once, all get the new text, once; another account’s campaign to the same people stays', async () => {
  const other = await makeTenant(stack, 'Beside');
  await other.gateway('beside', 'infobip');
  const theirs = campaignsOf({ ...stack, call: other.call });
  const recipients = quiet(1_500, 6_000_000);
  const beside = await theirs.launch({ message: OLD, audience: { recipients }, time: after(3_600_000) });
  await theirs.reaches(beside, 'scheduled');

  const id = await scheduled({ recipients }, { dltTemplateId: '1107123456789012345' });
  const { status, json } = await patch(id, { message: NEW, entityId: '1101234567890123456', flash: true });
  expect([status, json]).toMatchObject([
    200, { state: 'preparing', message: NEW, entityId: '1101234567890123456', dltTemplateId: '1107123456789012345', flash: true },
  ]); // prettier-ignore
  expect((await patch(id, { message: 'Theirs' }, other.call)).status).toBe(404);
  expect(sumOf(json.counts)).toBe(json.counts.accepted);
  expect(await campaigns.reaches(id, 'scheduled')).toMatchObject({
    audience: { recipients: 1_500 },
    counts: { queued: 1_500 },
  });
  expect(await textsOf(id)).toEqual({ [NEW]: 1_500 });
  expect((await sendNow(id)).counts).toMatchObject({ accepted: 1_500, delivered: 1_500, open: 0 });
  const seen = await campaigns.seen();
  expect([seen.length, seen.every((one) => one.seen === 1)]).toEqual([1_500, true]);
  expect(await textsOf(beside)).toEqual({ [OLD]: 1_500 });
  expect(await theirs.read(beside)).toMatchObject({ state: 'scheduled', message: OLD, counts: { queued: 1_500 } });
  await theirs.act(beside, 'cancel');
});

test('at once, while it is prepared, and its time comes meanwhile: it begins when it is ready', async () => {
  const id = await campaigns.launch({
    message: OLD,
    audience: { recipients: quiet(MANY, 6_100_000) },
    time: after(4_000),
  });
  expect((await patch(id, { message: NEW })).status).toBe(200);
  expect((await campaigns.reaches(id, 'finished', 150_000)).counts).toMatchObject({ accepted: MANY, delivered: MANY });
  expect(await textsOf(id)).toEqual({ [NEW]: MANY });
});

test('paused before it began: it stays paused, and sends the new text when it is resumed', async () => {
  const id = await scheduled({ recipients: quiet(5, 6_200_000) });
  await campaigns.act(id, 'pause');
  expect((await patch(id, { message: NEW })).json).toMatchObject({ state: 'paused', message: NEW });
  await until('all have the new text, and that is noted', async () => {
    const { rows } = await stack.database.pool.query<{ unprepared: boolean }>(
      'select unprepared from campaigns where id = $1',
      [id],
    );
    return !rows[0]!.unprepared && (await textsOf(id))[NEW] === 5;
  });
  expect(await campaigns.read(id)).toMatchObject({ state: 'paused', counts: { accepted: 5, queued: 5 } });
  expect((await campaigns.act(id, 'resume')).json.state).toBe('scheduled');
  expect((await sendNow(id)).counts.delivered).toBe(5);
  expect(await textsOf(id)).toEqual({ [NEW]: 5 });
});

test('409 once it has begun, also while it is paused, and says so; what is of drafts only says what to do', async () => {
  const id = await campaigns.launch({ message: OLD, audience: { recipients: quiet(50, 6_300_000) }, ratePerSecond: 1 });
  await campaigns.reaches(id, 'running');
  const late = await patch(id, { message: NEW });
  expect([late.status, late.json.code]).toEqual([409, 'wrong-state']);
  expect(late.json.detail).toMatch(/^The campaign is running, and it is too late for message: it began at 20/);
  await campaigns.act(id, 'pause');
  expect((await patch(id, { message: NEW })).json.detail).toContain('The campaign is paused, and it is too late');
  await campaigns.act(id, 'cancel');
  expect((await patch(id, { message: NEW })).json.detail).toContain('it has ended');
  expect(Object.keys(await textsOf(id))).toEqual([OLD]);

  const waits = await scheduled({ recipients: quiet(1, 6_310_000) });
  const time = await patch(waits, { time: after(7_200_000) });
  expect([time.status, time.json.detail]).toEqual([409, expect.stringContaining(`/campaigns/${waits}/reschedule`)]);
  expect((await patch(waits, { audience: { recipients: quiet(1, 1) } })).json.detail).toContain('cancel it');
  expect((await patch(waits, { message: 'Hi {name}' })).json.errors[0].field).toBe('message');
  expect((await patch(waits, { ratePerSecond: 3 })).json).toMatchObject({ ratePerSecond: 3, state: 'scheduled' });
  expect((await patch(waits, { name: 'Other', ratePerSecond: 4 })).json).toMatchObject({
    name: 'Other',
    state: 'scheduled',
  });
  expect(await textsOf(waits)).toEqual({ [OLD]: 1 });
  await campaigns.act(waits, 'cancel');
});

test.each(['pause', 'cancel', 'reschedule'] as const)(
  'two at once, and %s beside them: it ends as was answered',
  async (action) => {
    const id = await scheduled({ recipients: quiet(1_200, 6_400_000) });
    const time = after(3_700_000);
    const answers = await Promise.all([
      patch(id, { message: 'First.' }),
      campaigns.act(id, action, action === 'reschedule' ? { time } : undefined),
      patch(id, { message: 'Second.' }),
    ]);
    const allowed = action === 'cancel' ? [200, 409] : [200];
    for (const { status } of answers) expect(allowed).toContain(status);
    const { message } = await campaigns.read(id);
    const reached = { pause: 'paused', cancel: 'cancelled', reschedule: 'scheduled' }[action];
    await campaigns.waitFor(id, reached, ({ state, counts }) =>
    state === reached && (action === 'cancel' ? counts.open === 0 : counts.queued === 1_200),
  ); // prettier-ignore
    await until('all have the text', async () => (await textsOf(id))[message as string] === 1_200);
    const { counts, time: due } = await campaigns.read(id);
    expect([sumOf(counts), counts.accepted]).toEqual([1_200, 1_200]);
    if (action === 'reschedule') expect(due).toBe(time);
    if (action === 'pause') await campaigns.act(id, 'resume');
    if (action !== 'cancel') {
      await sendNow(id);
      expect(Object.keys(await textsOf(id))).toEqual([message]);
    }
  },
);

test('one person was erased, and one message cancelled: neither gets the new text', async () => {
  const recipients = people(4, 6_500_000).map((one, i) => ({ ...one, variables: { name: `N${i}` } }));
  const id = await scheduled({ recipients }, { message: 'Hi {name}' });
  const { items } = (await stack.call('GET', `/api/v1/messages?campaignId=${id}&to=${recipients[0]!.to.slice(1)}`))
    .json;
  expect((await stack.call('POST', `/api/v1/messages/${items[0].id}/cancel`)).status).toBe(200);
  const { status } = await stack.call('POST', '/api/v1/erasures', { to: recipients[1]!.to });
  expect(status).toBeLessThan(300);
  await campaigns.waitFor(id, 'two are cancelled', ({ counts }) => counts.cancelled === 2);
  await until('the person is no recipient', async () => {
    const { rows } = await stack.database.pool.query('select from campaign_recipients where campaign_id = $1', [id]);
    return rows.length === 3;
  }); // prettier-ignore
  expect((await patch(id, { message: 'Bye {name}' })).status).toBe(200);
  await campaigns.reaches(id, 'scheduled');
  const done = await sendNow(id);
  expect(done.counts).toMatchObject({ accepted: 4, delivered: 2, cancelled: 2, open: 0 });
  const texts = await textsOf(id);
  expect([texts['Bye N2'], texts['Bye N3'], texts['Bye N0'], texts['Bye N1']]).toEqual([1, 1, undefined, undefined]);
});

test('a series: the campaigns to come have the new text, and need no preparation', async () => {
  const { json } = await campaigns.create({
    message: OLD,
    audience: { recipients: quiet(2, 6_600_000) },
    recurrence: { cron: '0 10 29 2 *' },
  });
  expect(json.audience.recipients).toBe(2);
  expect((await patch(json.id, { message: NEW })).json).toMatchObject({ state: 'scheduled', message: NEW });
  await campaigns.act(json.id, 'cancel');
});
