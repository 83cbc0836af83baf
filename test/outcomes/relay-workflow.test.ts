/** The relay's workflow under a stream of news: it goes on under fresh histories, loses no wake, and lets an endpoint rest. */
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { RelayResult } from '../../src/activities/relay/relay';
import {
  OUTBOX_SIGNAL,
  RESUME_SIGNAL,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  relayWorkflowId,
  type RelayInput,
} from '../../src/workflows/contract';
import { quietTemporal, timeSkipping } from '../support/temporal';
import { until } from '../support/until';
import { startWorkflowWorkers } from '../support/workflow-workers';

let env: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
/** What the activity does, turn by turn, and the run that each turn belonged to. */
let turn: (no: number) => Promise<RelayResult>;
let runs: string[];

beforeAll(async () => {
  quietTemporal();
  env = await timeSkipping();
  stopWorkers = await startWorkflowWorkers(env, ['relay'], {
    relay() {
      runs.push(Context.current().info.workflowExecution!.runId);
      return turn(runs.length);
    },
  });
});
afterAll(async () => {
  await stopWorkers();
  await env.teardown();
});
beforeEach(() => {
  runs = [];
});

function begin(webhookId: string): Promise<WorkflowHandle> {
  return env.client.workflow.signalWithStart(WORKFLOW_TYPES.relay, {
    workflowId: relayWorkflowId(webhookId),
    taskQueue: TASK_QUEUES.workflows,
    args: [{ webhookId } satisfies RelayInput],
    signal: OUTBOX_SIGNAL,
  });
}
const EMPTY: RelayResult = { waitMs: null };
const RESTING: RelayResult = { waitMs: 3_600_000, resting: true };

async function signalsIn(handle: WorkflowHandle, runId: string): Promise<number> {
  const { events } = await env.client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
  return events!.filter((event) => event.workflowExecutionSignaledEventAttributes).length;
}
/** How many timers it has begun to sleep by. */
async function sleepsOf(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  return events!.filter((event) => event.timerStartedEventAttributes).length;
}

test('news at every turn: it continues as new, and looks once more after the last of it', async () => {
  const AT_ONCE = 100;
  const PER_TURN = 500;
  let told = 0;
  turn = async (no) => {
    if (no > 6) return EMPTY;
    for (let i = 0; i < PER_TURN; i += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => handle.signal(OUTBOX_SIGNAL)));
      told += AT_ONCE;
    }
    return EMPTY;
  };
  const handle = await begin('wh_news');
  await until('it has looked after the last news', () => runs.length === 7);
  expect(told).toBe(3_000);
  const distinct = [...new Set(runs)];
  expect(distinct).toHaveLength(2);
  // The one it was begun with, and those of four or five turns: the turn after 2,000 is another run's.
  expect(await signalsIn(handle, distinct[0]!)).toBeLessThanOrEqual(2_000 + PER_TURN + 1);
});

test('while its endpoint rests, news wakes nothing, a person does', async () => {
  turn = (no) => Promise.resolve(no === 1 ? RESTING : EMPTY);
  const handle = await begin('wh_rest');
  await until('it rests', async () => (await sleepsOf(handle)) === 1);
  for (let i = 0; i < 5; i++) await handle.signal(OUTBOX_SIGNAL);
  await until('all of it was heard', async () => {
    const { events } = await handle.fetchHistory();
    const heard = events!.findLastIndex((event) => event.workflowTaskCompletedEventAttributes);
    return heard > events!.findLastIndex((event) => event.workflowExecutionSignaledEventAttributes);
  });
  expect(runs).toHaveLength(1);
  await handle.signal(RESUME_SIGNAL);
  await until('it looks', () => runs.length === 2);
});

test('a word that comes while it looks is not lost, though it was told to rest', async () => {
  turn = async (no) => {
    if (no > 1) return EMPTY;
    await handle.signal(RESUME_SIGNAL);
    return RESTING;
  };
  const handle = await begin('wh_word');
  await until('it looks once more', () => runs.length === 2);
});

test('news that comes while it looks is not lost', async () => {
  turn = async (no) => {
    if (no === 1) await handle.signal(OUTBOX_SIGNAL);
    return no === 1 ? { waitMs: 3_600_000 } : EMPTY;
  };
  const handle = await begin('wh_wake');
  await until('it looks once more', () => runs.length === 2);
});
