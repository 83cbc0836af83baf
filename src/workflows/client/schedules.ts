/** What Temporal does by itself again and again: the duties of maintenance, and series of campaigns. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleHandle,
} from '@temporalio/client';
import { LATE_MS, type SeriesSchedule } from '../../core/campaigns/campaign';
import {
  DUTIES,
  dutyWorkflowId,
  OLD_MAINTENANCE_SCHEDULE_ID,
  RUN_NOW_SIGNAL,
  seriesScheduleId,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  type DutyInput,
  type DutyName,
  type OccurrenceInput,
} from '../contract';
import type { Descriptions } from './description';

const OVERLAP = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer: ScheduleOverlapPolicy.BUFFER_ONE,
  allow: ScheduleOverlapPolicy.ALLOW_ALL,
};

export interface WorkflowSchedules {
  /** Makes the schedule of a series stand as the series does: there, paused, or gone. Harmless to repeat. */
  followSeries(series: SeriesSchedule): Promise<void>;
  /** Makes sure that the duties of maintenance run, each of them once. Harmless to repeat. */
  ensureMaintenance(): Promise<void>;
  /** Has a duty take a turn now, or once more when it is in the middle of one. */
  runDutyNow(duty: DutyName): Promise<void>;
}

export function createWorkflowSchedules(client: Client, descriptions: Descriptions): WorkflowSchedules {
  return {
    async followSeries({ campaignId, accountId, cron, timezone, overlap, state }) {
      const handle = client.schedule.getHandle(seriesScheduleId(campaignId));
      if (state === 'cancelled') return remove(handle);
      const occurrence: OccurrenceInput = { seriesId: campaignId, accountId };
      try {
        await client.schedule.create({
          scheduleId: handle.scheduleId,
          spec: { cronExpressions: [cron], timezone },
          // How late an occurrence may begin after Temporal was away; one that would be later is left out.
          policies: { overlap: OVERLAP[overlap], catchupWindow: LATE_MS },
          state: { paused: state === 'paused' },
          action: {
            type: 'startWorkflow',
            workflowType: WORKFLOW_TYPES.occurrence,
            workflowId: handle.scheduleId,
            taskQueue: TASK_QUEUES.workflows,
            args: [occurrence],
            ...descriptions.occurrence(occurrence).texts,
          },
        });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await (state === 'paused' ? handle.pause() : handle.unpause());
      }
    },

    async ensureMaintenance() {
      await Promise.all((Object.keys(DUTIES) as DutyName[]).map(startDuty));
      await remove(client.schedule.getHandle(OLD_MAINTENANCE_SCHEDULE_ID));
    },

    async runDutyNow(duty) {
      await client.workflow.signalWithStart(WORKFLOW_TYPES.duty, { ...dutyOptions(duty), signal: RUN_NOW_SIGNAL });
    },
  };

  function dutyOptions(duty: DutyName) {
    return {
      workflowId: dutyWorkflowId(duty),
      taskQueue: TASK_QUEUES.workflows,
      args: [{ duty } satisfies DutyInput],
      ...descriptions.duty(duty).texts,
    };
  }

  async function startDuty(duty: DutyName): Promise<void> {
    await client.workflow.start(WORKFLOW_TYPES.duty, {
      ...dutyOptions(duty),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
  }
}

/** Removes a schedule, if it is there. */
async function remove(handle: ScheduleHandle): Promise<void> {
  await handle.delete().catch((error: unknown) => {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  });
}
