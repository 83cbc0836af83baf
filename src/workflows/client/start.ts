/** Starts of workflows that nobody waits for. */
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import {
  campaignWorkflowId,
  importWorkflowId,
  sendWorkflowId,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  type CampaignInput,
  type ImportInput,
  type SendInput,
} from '../contract';

export interface WorkflowStarts {
  /** Starts a slice's workflow; harmless when it was started before. */
  startSend(input: SendInput): Promise<void>;
  /** Starts a campaign's workflow; harmless when it was started before. */
  startCampaign(input: CampaignInput): Promise<void>;
  /** Starts the import of an upload; harmless while it runs, and when it is over. */
  startImport(input: ImportInput): Promise<void>;
}

export function createWorkflowStarts(client: Client): WorkflowStarts {
  /** Starts a workflow that runs once: a start that is repeated after it ended must not run it again. */
  async function startOnce(type: string, workflowId: string, input: SendInput | CampaignInput): Promise<void> {
    try {
      await client.workflow.start(type, {
        workflowId,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: TASK_QUEUES.workflows,
        args: [input],
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  return {
    startSend: (input) => startOnce(WORKFLOW_TYPES.send, sendWorkflowId(input.sliceId), input),
    startCampaign: (input) => startOnce(WORKFLOW_TYPES.campaign, campaignWorkflowId(input.campaignId), input),

    async startImport(input) {
      await client.workflow.start(WORKFLOW_TYPES.import, {
        workflowId: importWorkflowId(input.uploadId),
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: TASK_QUEUES.workflows,
        args: [input],
      });
    },
  };
}
