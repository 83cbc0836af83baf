/** What happens while a campaign is surveyed is not lost: it looks once more, however long it was told to sleep. */
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Activities } from '../../src/activities';
import type { CampaignSurvey } from '../../src/activities/campaigns/survey';
import {
  campaignWorkflowId,
  RECEIPT_SIGNAL,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  type CampaignInput,
  type CampaignNews,
} from '../../src/workflows/contract';
import { quietTemporal, timeSkipping } from '../support/temporal';
import { until } from '../support/until';
import { startWorkflowWorkers } from '../support/workflow-workers';

const SLEEP: CampaignSurvey = {
  state: 'running',
  done: false,
  openSlices: 2,
  due: [],
  width: 2,
  untilMs: null,
  dueAtMs: Date.now() + 6 * 3_600_000,
  nowMs: Date.now(),
  details: '',
  waitsFor: '',
};
const END: CampaignSurvey = { ...SLEEP, state: 'finished', done: true, openSlices: 0 };

let env: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
let handle: WorkflowHandle;
/** What the survey answers, turn by turn, with the slices that were in hand. */
let turns: ((busy: number[]) => Promise<CampaignSurvey>)[];
let surveys: number[][];
/** Runs in hand, by their first slice: how to let them come back. */
let inHand: Map<number, () => void>;

beforeAll(async () => {
  quietTemporal();
  env = await timeSkipping();
  const activities: Pick<Activities, 'surveyCampaign' | 'advanceCampaignSlices'> = {
    surveyCampaign({ busy }) {
      surveys.push(busy);
      return turns.shift()!(busy);
    },
    advanceCampaignSlices: ({ nos }) =>
      new Promise((resolve) => inHand.set(nos[0]!, () => resolve({ held: false, lookUp: [] }))),
  };
  stopWorkers = await startWorkflowWorkers(env, ['control', 'bulk'], activities);
});
afterAll(async () => {
  await stopWorkers();
  await env.teardown();
});
beforeEach(() => {
  surveys = [];
  inHand = new Map();
});

async function begin(campaignId: string): Promise<void> {
  const input: CampaignInput = { campaignId, accountId: 'acc_1', prepared: true };
  const options = { workflowId: campaignWorkflowId(campaignId), taskQueue: TASK_QUEUES.workflows, args: [input] };
  handle = await env.client.workflow.start(WORKFLOW_TYPES.campaign, options);
}

/** How many events of this kind its history has. */
async function countOf(kind: 'activityTaskCompletedEventAttributes' | 'workflowExecutionSignaledEventAttributes') {
  const { events } = await handle.fetchHistory();
  return events!.filter((event) => event[kind]).length;
}

test('a run that comes back: its slice was in hand when the survey began', async () => {
  turns = [
    () => Promise.resolve({ ...SLEEP, due: [0, 1] }),
    async () => {
      // One survey and the first run have been completed; the second run comes back now.
      inHand.get(1)!();
      await until('the second run is back', async () => (await countOf('activityTaskCompletedEventAttributes')) === 3);
      return SLEEP;
    },
    () => Promise.resolve(END),
  ];
  await begin('cmp_run');
  await until('both runs are in hand', () => inHand.size === 2);
  inHand.get(0)!();
  await until('it has looked once more', () => surveys.length === 3);
  expect(surveys).toEqual([[], [1], []]);
  await handle.result();
});

test('the last slices are told to be done: the survey may not have seen it', async () => {
  const tell = (news: CampaignNews) => handle.signal<[CampaignNews]>(RECEIPT_SIGNAL, news);
  turns = [
    () => Promise.resolve({ ...SLEEP, openSlices: 5 }),
    async () => {
      await tell({ done: 1, refused: 0 });
      await until('it is told', async () => (await countOf('workflowExecutionSignaledEventAttributes')) === 2);
      return { ...SLEEP, openSlices: 1 };
    },
    () => Promise.resolve(END),
  ];
  await begin('cmp_done');
  await until('it sleeps', async () =>
    (await handle.fetchHistory()).events!.some((e) => e.timerStartedEventAttributes),
  );
  await tell({ done: 0, refused: 1 });
  await until('it has looked once more', () => surveys.length === 3);
  await handle.result();
});
