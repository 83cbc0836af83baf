/** The workflows alone, on a server that skips time: long waits, at once. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../src/activities';
import { RECEIPT_SIGNAL, TASK_QUEUES, WORKFLOW_TYPES, type SendInput } from '../../src/workflows/contract';
import { quietTemporal, timeSkipping } from '../support/temporal';
import { startWorkflowWorkers } from '../support/workflow-workers';

const HOUR_MS = 3_600_000;
let env: TestWorkflowEnvironment;
/** What `advance` answers, turn by turn; the last answer repeats. */
let turns: { open: number; waitMs: number }[];
let advancedAtMs: number[];
let relayTurns: { waitMs: number | null }[];
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  quietTemporal();
  env = await timeSkipping();
  const activities: Pick<Activities, 'advance' | 'relay' | 'sweep'> = {
    async advance() {
      advancedAtMs.push(await env.currentTimeMs());
      return { held: null, lookUp: false, ...(turns.length > 1 ? turns.shift()! : turns[0]!) };
    },
    async relay() {
      advancedAtMs.push(await env.currentTimeMs());
      return relayTurns.length > 1 ? relayTurns.shift()! : relayTurns[0]!;
    },
    sweep: () => Promise.resolve(),
  };
  stopWorkers = await startWorkflowWorkers(env, ['transactional', 'bulk', 'relay'], activities);
});
afterAll(async () => {
  await stopWorkers();
  await env.teardown();
});
beforeEach(() => {
  advancedAtMs = [];
});

const send = (workflowId: string, input: Partial<SendInput> = {}) =>
  env.client.workflow.start(WORKFLOW_TYPES.send, {
    workflowId,
    taskQueue: TASK_QUEUES.workflows,
    args: [{ sliceId: workflowId, dueAtMs: null, priority: 1, ...input }],
  });

test('waits for its time, a week ahead', async () => {
  turns = [{ open: 0, waitMs: HOUR_MS }];
  const dueAtMs = (await env.currentTimeMs()) + 7 * 24 * HOUR_MS;
  await (await send('due', { dueAtMs })).result();
  expect(advancedAtMs).toHaveLength(1);
  expect(advancedAtMs[0]).toBeGreaterThanOrEqual(dueAtMs);
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
