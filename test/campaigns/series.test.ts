/** Recurring campaigns: a series makes a campaign at each of its times. */
import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { startUnstarted } from '../../src/activities/maintenance/starts';
import { seriesScheduleId } from '../../src/workflows/contract';
import { testTurn, workflowsOver } from '../support/maintenance';
import { joinStack, type SharedStack } from '../support/shared';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';

/** Of which no day makes a time that has passed. */
const inADay = (): string => new Date(Date.now() + 86_400_000).toISOString();

let stack: SharedStack;
let client: Client;
beforeAll(async () => {
  stack = await joinStack();
  client = await connectTemporal(stack);
});
afterAll(async () => {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    'select id from campaigns where account_id = $1 and recurrence is not null',
    [stack.accountId],
  );
  for (const { id } of rows)
    await schedule(id)
      .delete()
      .catch(() => undefined);
  await client.connection.close();
  await stack.stop();
});

const PATH = '/api/v1/campaigns';
const schedule = (id: string) => client.schedule.getHandle(seriesScheduleId(id));

/** Once a year, a time at which no test runs twice. */
const YEARLY = '0 10 29 2 *';

const create = (over: object = {}) =>
  stack.call('POST', PATH, {
    name: 'Weekly news',
    message: 'Hi {name}, this is the news.',
    audience: {
      recipients: [
        { to: '+919800000001', variables: { name: 'Asha' }, custom: 'm-1' },
        { to: '+919800000002', variables: { name: 'Ravi' } },
      ],
    },
    recurrence: { cron: YEARLY },
    ...over,
  });

const act = (id: string, action: string, body?: object) => stack.call('POST', `${PATH}/${id}/${action}`, body);
const occurrencesOf = async (id: string) => (await stack.call('GET', `${PATH}?seriesId=${id}`)).json.items;

/** Runs the series now, under its own overlap policy. Temporal names a run by its second. */
async function trigger(id: string): Promise<void> {
  const second = Math.floor(Date.now() / 1_000);
  await until('another second', () => Math.floor(Date.now() / 1_000) > second);
  const { policies } = await schedule(id).describe();
  await schedule(id).trigger(policies.overlap);
}

/** Waits for the first runs of a series to end. */
async function runsOver(id: string, count: number): Promise<void> {
  const runs = await until(`${count} runs have begun`, async () => {
    const { recentActions } = (await schedule(id).describe()).info;
    return recentActions.length === count ? recentActions : null;
  });
  for (const { action } of runs) await client.workflow.getHandle(action.workflow.workflowId).result();
}

const occurrences = (id: string, count: number, state: string) =>
  until(`${count} occurrences are ${state}`, async () => {
    const list = await occurrencesOf(id);
    const reached = list.filter((one: { state: string }) => one.state === state);
    return reached.length === count ? list : null;
  });

test('a series is never sent itself; each of its times is a campaign of its own', async () => {
  const made = await create();
  expect(made).toMatchObject({
    status: 201,
    json: { state: 'scheduled', recurrence: { cron: YEARLY, overlap: 'skip' } },
  });
  const { id } = made.json;
  const { spec, policies, state } = await schedule(id).describe();
  expect(spec.timezone).toBe('Asia/Kolkata');
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 15 * 60_000 });
  expect(state.paused).toBe(false);

  await trigger(id);
  await occurrences(id, 1, 'finished');
  await trigger(id);
  const [second, first] = await occurrences(id, 2, 'finished');
  expect(first.name).toMatch(/^Weekly news \d{4}-\d\d-\d\d \d\d:\d\d$/);
  for (const one of [first, second]) {
    expect(one).toMatchObject({ seriesId: id, recurrence: null, counts: { accepted: 2, delivered: 2, open: 0 } });
  }
  const { rows } = await stack.database.pool.query(
    'select m.body, m.meta from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1 order by m.id',
    [first.id],
  );
  expect(rows).toEqual([
    { body: 'Hi Asha, this is the news.', meta: 'm-1' },
    { body: 'Hi Ravi, this is the news.', meta: null },
  ]);
  const series = (await stack.call('GET', `${PATH}/${id}`)).json;
  expect(series).toMatchObject({ state: 'scheduled', seriesId: null, counts: { accepted: 0 } });
});

test('overlap skip: while the campaign of one time goes on, the next time is left out', async () => {
  // Goes on for longer than anything below takes.
  const recipients = Array.from({ length: 100 }, (_, i) => ({ to: `+9198000002${String(i).padStart(2, '0')}` }));
  const { id } = (await create({ message: 'Slow', audience: { recipients }, ratePerSecond: 1 })).json;
  await trigger(id);
  const [one] = await occurrences(id, 1, 'running');
  await trigger(id);
  await until('one was skipped', async () => (await schedule(id).describe()).info.numActionsSkippedOverlap === 1);
  expect(await occurrencesOf(id)).toHaveLength(1);
  await act(one.id, 'cancel');
  await runsOver(id, 1);
  await trigger(id);
  const list = await until('the next one is made', async () => {
    const found = await occurrencesOf(id);
    return found.length === 2 ? found : null;
  });
  await until('it runs', async () => (await act(list[0].id, 'cancel')).status === 200);
});

test.each([
  ['buffer', 'BUFFER_ONE'],
  ['allow', 'ALLOW_ALL'],
])('overlap %s is Temporal’s %s', async (overlap, policy) => {
  const { id } = (await create({ recurrence: { cron: YEARLY, overlap } })).json;
  expect((await schedule(id).describe()).policies.overlap).toBe(policy);
});

test('pause stops it, resume goes on, cancel ends it; a running campaign of it goes on', async () => {
  const { id } = (await create()).json;
  expect(await act(id, 'resume')).toMatchObject({ status: 409 });
  expect(await act(id, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
  expect((await schedule(id).describe()).state.paused).toBe(true);
  expect(await act(id, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
  // Whoever triggers it all the same gets nothing: the row decides.
  await trigger(id);
  await runsOver(id, 1);
  expect(await occurrencesOf(id)).toEqual([]);

  expect(await act(id, 'resume')).toMatchObject({ status: 200, json: { state: 'scheduled' } });
  expect((await schedule(id).describe()).state.paused).toBe(false);
  await trigger(id);
  await occurrences(id, 1, 'finished');

  expect(await act(id, 'cancel')).toMatchObject({ status: 200, json: { state: 'cancelled' } });
  await expect(schedule(id).describe()).rejects.toThrow(ScheduleNotFoundError);
  expect(await act(id, 'cancel')).toMatchObject({ status: 200, json: { state: 'cancelled' } });
  expect(await act(id, 'resume')).toMatchObject({ status: 409 });
});

test('a rate is that of the campaigns to come; a series can’t be rescheduled', async () => {
  const { id } = (await create()).json;
  expect(await stack.call('PATCH', `${PATH}/${id}`, { ratePerSecond: 7 })).toMatchObject({
    status: 200,
    json: { ratePerSecond: 7 },
  });
  await trigger(id);
  const [one] = await occurrences(id, 1, 'finished');
  expect(one.ratePerSecond).toBe(7);
  expect(await act(id, 'reschedule', { time: inADay() })).toMatchObject({ status: 409 });
});

test('a draft has no schedule before its launch', async () => {
  const { id, state } = (await create({ draft: true })).json;
  expect(state).toBe('draft');
  await expect(schedule(id).describe()).rejects.toThrow(ScheduleNotFoundError);
  expect(await act(id, 'launch')).toMatchObject({ status: 200, json: { state: 'scheduled' } });
  expect((await schedule(id).describe()).state.paused).toBe(false);
});

test('what Temporal did not hear of, maintenance tells it', async () => {
  const { id } = (await create()).json;
  const { database } = stack;
  const workflows = workflowsOver(client);
  await schedule(id).delete();
  await database.pool.query('update campaigns set workflow_at = null where id = $1', [id]);
  // The product's own turn may come first: then this one leaves it to that, which is done a moment later.
  await startUnstarted({ database, workflows }, testTurn('starts').turn, 0);
  await until('it is told', async () => !(await schedule(id).describe()).state.paused);
  await database.pool.query(`update campaigns set workflow_at = null, state = 'cancelled' where id = $1`, [id]);
  await startUnstarted({ database, workflows }, testTurn('starts').turn, 0);
  const isGone = (error: unknown): boolean => error instanceof ScheduleNotFoundError;
  await until('the schedule is gone', () => schedule(id).describe().then(() => false, isGone)); // prettier-ignore
  await workflows.stop();
});

test.each([
  [{ recurrence: { cron: '0 10 * *' } }, 'recurrence.cron: has 4 fields'],
  [{ recurrence: { cron: '0 25 * * *' } }, 'recurrence.cron: has "25" as hour'],
  [{ recurrence: { cron: '0 10 30 2 *' } }, 'recurrence.cron: never comes'],
  [{ recurrence: { cron: YEARLY, overlap: 'maybe' } }, 'recurrence.overlap'],
  [{ time: inADay() }, 'time: and recurrence exclude each other'],
])('400: %j', async (over, problem) => {
  const { status, json } = await create(over);
  expect(status).toBe(400);
  expect(json.detail).toContain(problem);
});

/** Next times of a cron expression in New York, as the server plans them. */
async function nextTimes(cron: string, count: number): Promise<string[]> {
  const { id } = (await create({ recurrence: { cron }, timezone: 'America/New_York' })).json;
  const { nextActionTimes } = (await schedule(id).describe()).info;
  return nextActionTimes.slice(0, count).map((time) => time.toISOString().slice(11, 16));
}

describe('where the clocks change', () => {
  test('a time that they skip in spring does not come that day', async () => {
    // The second Sunday of March, the only day without 02:30.
    expect(await nextTimes('30 2 8-14 3 sun', 1)).toEqual([]);
    expect(await nextTimes('30 3 8-14 3 sun', 1)).toEqual(['07:30']);
  });

  test('a time that comes twice in autumn is a campaign the first time only', async () => {
    // The first Sunday of November: 01:30 in summer time, and an hour later in winter time.
    const { id } = (await create({ recurrence: { cron: '30 1 1-7 11 sun' }, timezone: 'America/New_York' })).json;
    const [first, second] = (await schedule(id).describe()).info.nextActionTimes;
    expect(second!.getTime() - first!.getTime()).toBe(3_600_000);
    // Makes up for a night that has passed: both of its runs.
    await schedule(id).backfill({
      start: new Date('2025-11-02T05:00:00Z'),
      end: new Date('2025-11-02T07:00:00Z'),
      overlap: 'ALLOW_ALL',
    });
    await runsOver(id, 2);
    const list = await occurrencesOf(id);
    expect(list).toMatchObject([{ name: 'Weekly news 2025-11-02 01:30', time: '2025-11-02T05:30:00.000Z' }]);
  });
});
