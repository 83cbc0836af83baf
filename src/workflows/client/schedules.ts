/** Temporal Schedules: one for the sweep, one for each series of campaigns. */
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { LATE_MS, type SeriesSchedule } from '../../core/campaigns/campaign';
import {
  MAINTENANCE_ID,
  MAINTENANCE_INTERVAL_MS,
  seriesScheduleId,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  type OccurrenceInput,
} from '../contract';

const OVERLAP = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer: ScheduleOverlapPolicy.BUFFER_ONE,
  allow: ScheduleOverlapPolicy.ALLOW_ALL,
};

export interface WorkflowSchedules {
  /** Makes the schedule of a series stand as the series does: there, paused, or gone. Harmless to repeat. */
  followSeries(series: SeriesSchedule): Promise<void>;
  /** Makes sure that the sweep's schedule exists. */
  ensureMaintenance(): Promise<void>;
}

export function createWorkflowSchedules(client: Client): WorkflowSchedules {
  return {
    async followSeries({ campaignId, accountId, cron, timezone, overlap, state }) {
      const handle = client.schedule.getHandle(seriesScheduleId(campaignId));
      if (state === 'cancelled') {
        return handle.delete().catch((error: unknown) => {
          if (!(error instanceof ScheduleNotFoundError)) throw error;
        });
      }
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
            args: [{ seriesId: campaignId, accountId } satisfies OccurrenceInput],
          },
        });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await (state === 'paused' ? handle.pause() : handle.unpause());
      }
    },

    async ensureMaintenance() {
      try {
        await client.schedule.create({
          scheduleId: MAINTENANCE_ID,
          spec: { intervals: [{ every: MAINTENANCE_INTERVAL_MS }] },
          policies: { overlap: ScheduleOverlapPolicy.SKIP },
          action: {
            type: 'startWorkflow',
            workflowType: WORKFLOW_TYPES.maintenance,
            taskQueue: TASK_QUEUES.workflows,
            args: [],
          },
        });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      }
    },
  };
}
