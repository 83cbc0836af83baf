/**
 * The slices of a group are first looked at where their workflow runs, all at once. In whatever order that ends, and
 * whichever fails, another worker that takes the workflow over comes to the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../src/activities';
import type { AdvanceResult } from '../../src/activities/dispatch/advance';
import { sendWorkflowId, TASK_QUEUES, WORKFLOW_TYPES, type SendInput } from '../../src/workflows/contract';
import { WORKFLOW_BUNDLE } from '../support/servers';
import { quietTemporal, timeSkipping } from '../support/temporal';
import { startWorkflowWorkers } from '../support/workflow-workers';

const SLICES = ['a', 'b'];
/** Apart from each other, so that the workflow hears of each by itself. */
const APART_MS = 15;
/** What Temporal calls the mark of one in a history. */
const LOCAL_ACTIVITY = 'core_local_activity';
/** One and a half seconds. */
const LONG_TURNS = 100;
const nowMs = Date.now();
const OPEN: AdvanceResult = {
  open: 1,
  dueAtMs: nowMs + 3_600_000,
  nowMs,
  held: null,
  lookUp: false,
  taken: 0,
  waiting: 0,
};
const OVER: AdvanceResult = { ...OPEN, open: 0 };
/** What may come of a first look. */
const OUTCOMES: Record<string, AdvanceResult | Error> = {
  'waits for a receipt': OPEN,
  'is over': OVER,
  'asks its provider': { ...OPEN, lookUp: true },
  'is due at once': { ...OPEN, dueAtMs: 0 },
  fails: new Error('Postgres is away'),
};

let env: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
/** When the first look at each slice ends, counted in turns, and what comes of it. */
let turns: Record<string, number>;
let outcomes: Record<string, string>;

beforeAll(async () => {
  quietTemporal();
  env = await timeSkipping();
  const activities: Pick<Activities, 'advance' | 'advanceFirst' | 'lookUp'> = {
    async advanceFirst({ sliceId }) {
      await sleep(turns[sliceId]! * APART_MS);
      const outcome = OUTCOMES[outcomes[sliceId]!]!;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    advance: () => Promise.resolve(OVER),
    lookUp: () => Promise.resolve({ againMs: null }),
  };
  stopWorkers = await startWorkflowWorkers(env, ['transactional', 'lookups'], activities);
});
afterAll(async () => {
  await stopWorkers();
  await env.teardown();
});

const names = Object.keys(OUTCOMES);
const cases = [
  [0, 1],
  [1, 0],
].flatMap((order) => names.flatMap((a) => names.map((b) => ({ first: order[0] === 0 ? 'a' : 'b', order, a, b }))));

function start(workflowId: string, options: { workflowTaskTimeout?: Duration } = {}): Promise<WorkflowHandle> {
  const [slice, ...others] = SLICES.map((sliceId) => ({ sliceId, accountId: 'acc_1' }));
  const input: SendInput = { ...slice!, others, dueAtMs: null, priority: 1 };
  return env.client.workflow.start(WORKFLOW_TYPES.send, {
    ...options,
    workflowId,
    taskQueue: TASK_QUEUES.workflows,
    args: [input],
  });
}

/** Waits for its end: nothing was done before all first looks had ended, and another worker would come to the same. */
async function endsAlike(handle: WorkflowHandle): Promise<void> {
  expect(await handle.result()).toMatchObject({ slices: 2 });
  const history = await handle.fetchHistory();
  const events = history.events!;
  const lastLook = events.findLastIndex((event) => event.markerRecordedEventAttributes?.markerName === LOCAL_ACTIVITY);
  const firstDeed = events.findIndex((e) => e.timerStartedEventAttributes ?? e.activityTaskScheduledEventAttributes);
  expect(lastLook).toBeGreaterThan(0);
  if (firstDeed >= 0) expect(firstDeed).toBeGreaterThan(lastLook);
  await Worker.runReplayHistory({ workflowBundle: WORKFLOW_BUNDLE }, history, handle.workflowId);
}

test.each(cases)('$first first: one $a, the other $b', async ({ first, order, a, b }) => {
  turns = { a: order[0]!, b: order[1]! };
  outcomes = { a, b };
  await endsAlike(await start(sendWorkflowId(`${first}/${a}/${b}`)));
});

test('one fails after more than a workflow task, the other is due at once', async () => {
  turns = { a: 0, b: LONG_TURNS };
  outcomes = { a: 'is due at once', b: 'fails' };
  await endsAlike(await start(sendWorkflowId('long'), { workflowTaskTimeout: '1 second' }));
});
