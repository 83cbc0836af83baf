/** What happens while a campaign is surveyed is not lost: it looks once more, however long it was told to sleep. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
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
import { WORKFLOW_BUNDLE } from '../support/servers';
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

type Faked = Pick<Activities, 'surveyCampaign' | 'advanceCampaignSlices'>;

let env: TestWorkflowEnvironment;
let handle: WorkflowHandle;
/** What the survey answers, turn by turn, with the slices that were in hand. */
let turns: ((busy: number[]) => Promise<CampaignSurvey>)[];
let surveys: number[][];
/** Runs in hand, by their first slice: how to let them come back. */
let inHand: Map<number, () => void>;

const FAKED: Faked = {
  surveyCampaign({ busy }) {
    surveys.push(busy);
    return turns.shift()!(busy);
  },
  advanceCampaignSlices: ({ nos }) =>
    new Promise((resolve) => inHand.set(nos[0]!, () => resolve({ held: false, lookUp: [] }))),
};
const NO_LOCAL_SURVEY: Faked = { ...FAKED, surveyCampaign: () => Promise.reject(new Error('no place')) };

beforeAll(async () => {
  quietTemporal();
  env = await timeSkipping();
});
afterAll(() => env.teardown());
beforeEach(() => {
  surveys = [];
  inHand = new Map();
});

async function begin(): Promise<void> {
  const input: CampaignInput = { campaignId: `cmp_${randomUUID()}`, accountId: 'acc_1', prepared: true };
  const options = { workflowId: campaignWorkflowId(input.campaignId), taskQueue: TASK_QUEUES.workflows, args: [input] };
  handle = await env.client.workflow.start(WORKFLOW_TYPES.campaign, options);
}

describe.each([
  { made: 'where the workflow runs', local: FAKED },
  { made: 'over the queue, because it could not be made there', local: NO_LOCAL_SURVEY },
])('a survey made $made', ({ local }) => {
  let stopWorkers: () => Promise<void>;
  beforeAll(async () => {
    stopWorkers = await startWorkflowWorkers(env, ['control', 'bulk'], FAKED, local);
  });
  afterAll(() => stopWorkers());

  test('a run that comes back: its slice was in hand when the survey began', async () => {
    turns = [
      () => Promise.resolve({ ...SLEEP, due: [0, 1] }),
      async () => {
        inHand.get(1)!();
        await until(
          'the second run is back',
          async () => !(await pendingActivities()).includes('advanceCampaignSlices'),
        );
        return SLEEP;
      },
      () => Promise.resolve(END),
    ];
    await begin();
    await until('both runs are in hand', () => inHand.size === 2);
    inHand.get(0)!();
    await until('it has looked once more', () => surveys.length === 3);
    expect(surveys).toEqual([[], [1], []]);
    await endsAlike();
  });

  test('the last slices are told to be done: the survey may not have seen it', async () => {
    const tell = (news: CampaignNews) => handle.signal<[CampaignNews]>(RECEIPT_SIGNAL, news);
    turns = [
      () => Promise.resolve({ ...SLEEP, openSlices: 5 }),
      async () => {
        await tell({ done: 1, refused: 0 });
        // A workflow hears nothing while something is done where it runs.
        if (local !== FAKED) await until('it is told', async () => (await countSignals()) === 2);
        return { ...SLEEP, openSlices: 1 };
      },
      () => Promise.resolve(END),
    ];
    await begin();
    await until('it sleeps', async () =>
      (await handle.fetchHistory()).events!.some((e) => e.timerStartedEventAttributes),
    );
    await tell({ done: 0, refused: 1 });
    await until('it has looked once more', () => surveys.length === 3);
    await endsAlike();
  });
});

/** Waits for its end; another worker that took it over would come to the same. */
async function endsAlike(): Promise<void> {
  await handle.result();
  await Worker.runReplayHistory({ workflowBundle: WORKFLOW_BUNDLE }, await handle.fetchHistory(), handle.workflowId);
}

/** The types of those that have no result yet. */
async function pendingActivities(): Promise<string[]> {
  const { raw } = await handle.describe();
  return (raw.pendingActivities ?? []).map(({ activityType }) => activityType!.name!);
}

async function countSignals(): Promise<number> {
  const { events } = await handle.fetchHistory();
  return events!.filter((event) => event.workflowExecutionSignaledEventAttributes).length;
}
