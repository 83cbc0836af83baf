/**
 * The slices of a group are first looked at where their workflow runs, all at once. In whatever order that ends, and
 * whichever fails, another worker that takes the workflow over comes to the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
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
const cases = [[0, 1], [1, 0]].flatMap((order) =>
  names.flatMap((a) => names.map((b) => ({ first: order[0] === 0 ? 'a' : 'b', order, a, b }))),
); // prettier-ignore

test.each(cases)('$first first: one $a, the other $b', async ({ first, order, a, b }) => {
  turns = { a: order[0]!, b: order[1]! };
  outcomes = { a, b };
  const [slice, ...others] = SLICES.map((sliceId) => ({ sliceId, accountId: 'acc_1' }));
  const input: SendInput = { ...slice!, others, dueAtMs: null, priority: 1 };
  const workflowId = sendWorkflowId(`${first}/${a}/${b}`);
  const options = { workflowId, taskQueue: TASK_QUEUES.workflows, args: [input] };
  const handle = await env.client.workflow.start(WORKFLOW_TYPES.send, options);
  expect(await handle.result()).toMatchObject({ slices: 2 });
  await Worker.runReplayHistory({ workflowBundle: WORKFLOW_BUNDLE }, await handle.fetchHistory(), workflowId);
});
