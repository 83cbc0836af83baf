/** The workflows alone, on a server that skips time: long waits, at once. */
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../src/activities';
import {
  DUTIES,
  RECEIPT_SIGNAL,
  RUN_NOW_SIGNAL,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  type DutyInput,
  type DutyReport,
  type SendInput,
} from '../../src/workflows/contract';
import { quietTemporal, timeSkipping } from '../support/temporal';
import { until } from '../support/until';
import { startWorkflowWorkers } from '../support/workflow-workers';

const HOUR_MS = 3_600_000;
let env: TestWorkflowEnvironment;
/** What `advance` answers, turn by turn; the last answer repeats. */
let turns: { open: number; waitMs: number }[];
let advancedAtMs: number[];
/** How far Postgres' clock is behind Temporal's. */
let behindMs: number;
/** What the latest of them gave as the moment of the next. */
let dueAtMs: number;
let relayTurns: { waitMs: number | null }[];
let dutyTurns: { input: DutyInput; atMs: number }[];
/** What the turns of a duty report, one after the other; the last one repeats. */
let reports: DutyReport[];
let firstLookFails: boolean;
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  quietTemporal();
  env = await timeSkipping();
  const advance = async () => {
    const temporalMs = await env.currentTimeMs();
    advancedAtMs.push(temporalMs);
    const nowMs = temporalMs - behindMs;
    const { open, waitMs } = turns.length > 1 ? turns.shift()! : turns[0]!;
    dueAtMs = nowMs + waitMs;
    return { open, dueAtMs, nowMs, held: null, lookUp: false, taken: 0, waiting: 0 };
  };
  const activities: Pick<Activities, 'advance' | 'advanceFirst' | 'relay' | 'runDuty' | 'sweep'> = {
    advance,
    async advanceFirst() {
      if (firstLookFails) throw new Error('no first look');
      return advance();
    },
    async relay() {
      advancedAtMs.push(await env.currentTimeMs());
      return relayTurns.length > 1 ? relayTurns.shift()! : relayTurns[0]!;
    },
    async runDuty(input) {
      dutyTurns.push({ input, atMs: await env.currentTimeMs() });
      return reports.length > 1 ? reports.shift()! : reports[0]!;
    },
    sweep: () => Promise.resolve(),
  };
  stopWorkers = await startWorkflowWorkers(env, ['transactional', 'bulk', 'relay', 'maintenance'], activities);
});
afterAll(async () => {
  await stopWorkers();
  await env.teardown();
});
beforeEach(() => {
  advancedAtMs = [];
  dutyTurns = [];
  firstLookFails = false;
  behindMs = 0;
});

const send = (workflowId: string, input: Partial<SendInput> = {}) =>
  env.client.workflow.start(WORKFLOW_TYPES.send, {
    workflowId,
    taskQueue: TASK_QUEUES.workflows,
    args: [{ sliceId: workflowId, dueAtMs: null, priority: 1, ...input }],
  });

/** When the timers of a workflow were to fire, by the time of the task that set each. */
async function timersOf(handle: WorkflowHandle): Promise<number[]> {
  let taskMs = 0;
  return (await handle.fetchHistory()).events!.flatMap(
    ({ eventTime, timerStartedEventAttributes: timer, ...event }) => {
      if (event.workflowTaskStartedEventAttributes != null) taskMs = toMs(eventTime!);
      return timer == null ? [] : [taskMs + toMs(timer.startToFireTimeout!)];
    },
  );
}
const toMs = ({ seconds, nanos }: { seconds?: unknown; nanos?: number | null }): number =>
  Number(seconds ?? 0) * 1_000 + Math.floor((nanos ?? 0) / 1_000_000);

test('waits for its time, a week ahead, to the millisecond', async () => {
  turns = [{ open: 0, waitMs: HOUR_MS }];
  const weekMs = (await env.currentTimeMs()) + 7 * 24 * HOUR_MS;
  const handle = await send('due', { dueAtMs: weekMs });
  await handle.result();
  expect(advancedAtMs).toHaveLength(1);
  expect(advancedAtMs[0]).toBeGreaterThanOrEqual(weekMs);
  expect(await timersOf(handle)).toEqual([weekMs]);
});

test('the steps between a look and its timer come on top of no wait', async () => {
  turns = [
    { open: 1, waitMs: HOUR_MS },
    { open: 0, waitMs: HOUR_MS },
  ];
  // Bulk: the server that skips time has no time of its own for what passes in a local activity.
  const handle = await send('exact', { priority: 5 });
  await until('the first look was had', () => advancedAtMs.length === 1);
  const firstDueMs = dueAtMs;
  await handle.result();
  expect(await timersOf(handle)).toEqual([firstDueMs]);
});

test.each([
  ['behind', 600_000],
  ['ahead of', -600_000],
])('where Postgres’ clock is %s Temporal’s, the next look is had after the span between', async (side, ms) => {
  behindMs = ms;
  turns = [
    { open: 1, waitMs: HOUR_MS },
    { open: 1, waitMs: HOUR_MS / 2 },
    { open: 0, waitMs: 0 },
  ];
  await (await send(`skewed-${side}`)).result();
  const waits = advancedAtMs.slice(1).map((at, i) => Math.round((at - advancedAtMs[i]!) / 60_000));
  expect(waits).toEqual([60, 30]);
});

test('looks again when the outlook says so, and ends when nothing is open', async () => {
  turns = [
    { open: 3, waitMs: 2 * HOUR_MS },
    { open: 1, waitMs: 24 * HOUR_MS },
    { open: 0, waitMs: HOUR_MS },
  ];
  await (await send('deadline')).result();
  const [first, second, third] = advancedAtMs;
  expect(second! - first!).toBeGreaterThanOrEqual(2 * HOUR_MS);
  expect(third! - second!).toBeGreaterThanOrEqual(24 * HOUR_MS);
});

test('a receipt that settles the last message ends it without another turn; a refusal makes it look at once', async () => {
  turns = [{ open: 2, waitMs: 48 * HOUR_MS }];
  const handle = await send('signals');
  await handle.signal(RECEIPT_SIGNAL, { open: 2, refused: 1 });
  await handle.signal(RECEIPT_SIGNAL, { open: 0, refused: 0 });
  // Every outlook says that two are open: only the signal can end it.
  await handle.result();
  expect(advancedAtMs.length).toBeLessThanOrEqual(2);
});

/** Activities that went over a task queue. */
async function scheduled(workflowId: string): Promise<string[]> {
  const { events } = await env.client.workflow.getHandle(workflowId).fetchHistory();
  return events!.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
}

test('the first look at what is urgent goes over no queue, the next ones do', async () => {
  turns = [
    { open: 1, waitMs: HOUR_MS },
    { open: 0, waitMs: HOUR_MS },
  ];
  await (await send('urgent')).result();
  expect(advancedAtMs).toHaveLength(2);
  expect(await scheduled('urgent')).toEqual(['advance']);
});

test('a first look that fails is made as every other one is', async () => {
  firstLookFails = true;
  turns = [{ open: 0, waitMs: HOUR_MS }];
  await (await send('unlucky')).result();
  expect(advancedAtMs).toHaveLength(1);
  expect(await scheduled('unlucky')).toEqual(['advance']);
});

test('the slices of a group are looked at together, and each ends by its own news', async () => {
  turns = [{ open: 1, waitMs: 48 * HOUR_MS }];
  const others = ['second', 'third'].map((sliceId) => ({ sliceId, accountId: `account of ${sliceId}` }));
  const handle = await send('first', { others });
  await until('all are looked at', () => advancedAtMs.length === 3);
  await handle.signal(RECEIPT_SIGNAL, { sliceId: 'third', open: 0, refused: 0 });
  await handle.signal(RECEIPT_SIGNAL, { sliceId: 'second', open: 1, refused: 1 });
  await until('the second is looked at again', () => advancedAtMs.length === 4);
  await handle.signal(RECEIPT_SIGNAL, { sliceId: 'second', open: 0, refused: 0 });
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.signal(RECEIPT_SIGNAL, { open: 0, refused: 0 });
  await handle.result();
  expect(advancedAtMs).toHaveLength(4);
});

test('bulk slices are dispatched from their own queue', async () => {
  turns = [{ open: 0, waitMs: HOUR_MS }];
  const handle = await send('bulk', { priority: 5 });
  await handle.result();
  const { events } = await handle.fetchHistory();
  const queues = events!.flatMap((event) => event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? []);
  expect(queues).toEqual([TASK_QUEUES.bulk]);
});

test('a relay sleeps until the next retry, and ends when its outbox stays empty', async () => {
  relayTurns = [{ waitMs: 600_000 }, { waitMs: null }];
  const handle = await env.client.workflow.start(WORKFLOW_TYPES.relay, {
    workflowId: 'relay',
    taskQueue: TASK_QUEUES.workflows,
    args: [{ webhookId: 'wh_1' }],
  });
  await handle.result();
  expect(advancedAtMs[1]! - advancedAtMs[0]!).toBeGreaterThanOrEqual(600_000);
});

describe('a duty of maintenance', () => {
  const NOTHING: DutyReport = { done: 0, failed: 0, more: false, cursor: null };
  const begin = (input: DutyInput) =>
    env.client.workflow.start(WORKFLOW_TYPES.duty, {
      workflowId: `duty-${input.duty}`,
      taskQueue: TASK_QUEUES.workflows,
      args: [input],
    });
  const turns = (count: number) => until(`${count} turns`, () => dutyTurns.length >= count);

  test('rests after a turn, unless there is more to do, and hands its cursor on', async () => {
    reports = [{ ...NOTHING, more: true, cursor: 'a' }, { ...NOTHING, cursor: 'b' }, NOTHING];
    const handle = await begin({ duty: 'restarts' });
    await turns(2);
    await env.sleep(DUTIES.restarts + 1_000);
    await turns(3);
    await handle.terminate();
    expect(dutyTurns.slice(0, 3).map(({ input }) => input.cursor)).toEqual([null, 'a', 'b']);
    const [first, second, third] = dutyTurns;
    expect(second!.atMs - first!.atMs).toBeLessThan(DUTIES.restarts);
    expect(third!.atMs - second!.atMs).toBeGreaterThanOrEqual(DUTIES.restarts);
  });

  test('runs at once when it is asked to', async () => {
    reports = [NOTHING];
    const handle = await begin({ duty: 'restarts' });
    await turns(1);
    await handle.signal(RUN_NOW_SIGNAL);
    await turns(2);
    await handle.terminate();
    expect(dutyTurns[1]!.atMs - dutyTurns[0]!.atMs).toBeLessThan(DUTIES.restarts);
  });

  test('begins a fresh history before the old one is long, where it stood', async () => {
    // Without rests, which the server would have to skip; the last one has nothing more to do.
    reports = [...Array.from({ length: 499 }, () => ({ ...NOTHING, more: true })), { ...NOTHING, cursor: 'kept' }];
    const handle = await begin({ duty: 'statistics' });
    const { runId } = await handle.describe();
    await until('it goes on in another run', async () => (await handle.describe()).runId !== runId);
    await turns(501);
    await handle.terminate();
    expect(dutyTurns[500]!.input).toEqual({ duty: 'statistics', cursor: 'kept' });
  });
});
