import { ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { campaignWorkflow } from './campaign';
import { campaignWorkflowId, TASK_QUEUES, type OccurrenceInput } from './contract';

const { makeOccurrence } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Each try is one look, and leaves nothing in the history. */
const { awaitCampaign } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/**
 * One time of a series: makes its campaign, and lives as long as that does, so that the schedule's overlap policy is
 * about whole campaigns.
 *
 * @returns its campaign; null = the series made none.
 */
export async function occurrenceWorkflow({ seriesId }: OccurrenceInput): Promise<{ campaignId: string } | null> {
  const { firstExecutionRunId, searchAttributes, startTime } = workflowInfo();
  const [scheduled] = searchAttributes.TemporalScheduledStartTime ?? [];
  const dueAtMs = scheduled instanceof Date ? scheduled.getTime() : startTime.getTime();
  const made = await makeOccurrence({ seriesId, occurrence: firstExecutionRunId, dueAtMs });
  if (made === null) return null;
  const { shown, ...campaign } = made;
  const { campaignId } = campaign;
  try {
    await executeChild(campaignWorkflow, {
      workflowId: campaignWorkflowId(campaignId),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: 'ABANDON',
      args: [campaign],
      ...shown,
    });
  } catch (error) {
    // Maintenance was faster: between the campaign's row and this line a worker had died. Or the campaign's workflow was ended
    // from outside, and another one goes on with it.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError || error instanceof ChildWorkflowFailure)) throw error;
    await awaitCampaign({ campaignId });
  }
  return { campaignId };
}
