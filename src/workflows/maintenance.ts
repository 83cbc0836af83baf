import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { DUTIES, RUN_NOW_SIGNAL, TASK_QUEUES, type DutyInput } from './contract';

/** Take the next turn at once. */
export const runNowSignal = defineSignal(RUN_NOW_SIGNAL);

const { runDuty } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.maintenance,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
const { sweep } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.relay,
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 3 },
});

/** Some 5,000 events, of Temporal's 51,200 in one history. */
const MAX_TURNS = 500;

/**
 * One duty of maintenance, for ever: a turn, and a rest. Turns of a duty never overlap, and none waits for another
 * duty. What a turn finds is in Postgres; between turns only a cursor is kept.
 */
export async function dutyWorkflow({ duty, cursor = null }: DutyInput): Promise<void> {
  let asked = false;
  setHandler(runNowSignal, () => {
    asked = true;
  });
  for (let turns = 1; ; turns++) {
    const report = await runDuty({ duty, cursor });
    cursor = report.cursor;
    const { done, failed, more } = report;
    setCurrentDetails(`Last turn: ${done} done, ${failed} failed.`);
    // The next run begins with a turn, which is what somebody who asked wants.
    if ((turns >= MAX_TURNS && !more) || workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof dutyWorkflow>({ duty, cursor });
    }
    if (more) continue;
    await condition(() => asked, DUTIES[duty], { summary: 'rests until its next turn' });
    asked = false;
  }
}

/** A sweep of a release before the duties. */
export async function maintenanceWorkflow(): Promise<void> {
  await sweep();
}
