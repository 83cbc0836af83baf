/** A campaign that is told a lot goes on under a fresh history, by its own count, before the server asks for it. */
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../src/activities';
import type { CampaignState } from '../../src/core/campaigns/campaign';
import {
  campaignWorkflowId,
  COMMAND_UPDATE,
  RECEIPT_SIGNAL,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  type CampaignCommand,
  type CampaignInput,
  type CampaignNews,
} from '../../src/workflows/contract';
import { quietTemporal, timeSkipping } from '../support/temporal';
import { until } from '../support/until';
import { startWorkflowWorkers } from '../support/workflow-workers';

const HOUR_MS = 3_600_000;
/** So much news the workflow takes in one history. */
const MAX_NEWS = 2_000;
const AT_ONCE = 100;
const INPUT: CampaignInput = { campaignId: 'cmp_1', accountId: 'acc_1' };

let env: TestWorkflowEnvironment;
let stopWorkers: (() => Promise<void>) | undefined;
let state: CampaignState = 'running';
/** The runs that prepared, that surveyed, that carried out a command, call by call. */
const prepared: string[] = [];
const surveyed: string[] = [];
const commanded: string[] = [];

const activities: Pick<Activities, 'prepareCampaign' | 'surveyCampaign' | 'commandCampaign'> = {
  prepareCampaign() {
    prepared.push(callingRun());
    return Promise.resolve(state);
  },
  surveyCampaign() {
    surveyed.push(callingRun());
    return Promise.resolve({
      state,
      done: state === 'cancelled',
      openSlices: 3,
      due: [],
      width: 6,
      untilMs: null,
      dueAtMs: Date.now() + HOUR_MS,
      nowMs: Date.now(),
      details: '',
      waitsFor: '',
    });
  },
  commandCampaign() {
    commanded.push(callingRun());
    state = 'cancelled';
    return Promise.resolve({ state, problem: null });
  },
};
const callingRun = (): string => Context.current().info.workflowExecution!.runId;

beforeAll(async () => {
  quietTemporal();
  env = await timeSkipping();
});
afterAll(async () => {
  await stopWorkers?.();
  await env.teardown();
});

const tell = (handle: WorkflowHandle): Promise<void> =>
  handle.signal<[CampaignNews]>(RECEIPT_SIGNAL, { done: 0, refused: 1 });

async function historyOf(workflowId: string, runId: string) {
  const { events } = await env.client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events!;
}

test('news beyond 2,000 makes it continue as new; it looks again and still takes commands', async () => {
  const workflowId = campaignWorkflowId(INPUT.campaignId);
  const started = await env.client.workflow.start(WORKFLOW_TYPES.campaign, {
    workflowId,
    taskQueue: TASK_QUEUES.workflows,
    args: [INPUT],
  });
  const first = started.firstExecutionRunId;
  const handle = env.client.workflow.getHandle(workflowId);
  // All that it may take lies there when it begins: one task reads it, so the history stays short of the server's limit.
  for (let told = 0; told < MAX_NEWS; told += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => tell(handle)));
  }
  stopWorkers = await startWorkflowWorkers(env, ['control', 'audience'], activities);
  await until('it has surveyed and sleeps', async () =>
    (await historyOf(workflowId, first)).some((event) => event.timerStartedEventAttributes),
  );

  await tell(handle);
  const second = await until('another run of it has begun', async () => {
    const { runId } = await handle.describe();
    return runId !== first && runId;
  });

  const before = await historyOf(workflowId, first);
  expect(before.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(MAX_NEWS + 1);
  expect(before.filter((event) => event.workflowTaskStartedEventAttributes?.suggestContinueAsNew)).toEqual([]);
  expect(before.at(-1)!.workflowExecutionContinuedAsNewEventAttributes!.newExecutionRunId).toBe(second);
  const { input, continuedExecutionRunId } = (await historyOf(workflowId, second))[0]!
    .workflowExecutionStartedEventAttributes!;
  expect(continuedExecutionRunId).toBe(first);
  expect(input!.payloads!.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual([
    { ...INPUT, prepared: true },
  ]);

  await until('the new run surveys', () => surveyed.includes(second));
  const command: CampaignCommand = { action: 'cancel', keyId: null };
  expect(await handle.executeUpdate<CampaignState, [CampaignCommand]>(COMMAND_UPDATE, { args: [command] })).toBe(
    'cancelled',
  );
  await handle.result();
  expect((await handle.describe()).runId).toBe(second);
  expect(commanded).toEqual([second]);
  expect(prepared).toEqual([first]);
});
