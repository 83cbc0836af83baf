/** Starts of workflows that nobody waits for. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
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
import type { Description, Descriptions } from './description';
import type { SearchAttributes } from './search-attributes';

export interface WorkflowStarts {
  /** Starts a slice's workflow; harmless while it runs, and when it is over. One that was ended from outside starts anew. */
  startSend(input: SendInput): Promise<void>;
  /** Starts a campaign's workflow, as {@link startSend} does a slice's. */
  startCampaign(input: CampaignInput): Promise<void>;
  /** Starts the import of an upload; harmless while it runs, and when it is over. */
  startImport(input: ImportInput): Promise<void>;
  /** As {@link startSend}; one that runs and can't go on is ended first. */
  restartSend(input: SendInput): Promise<void>;
  /** As {@link startCampaign}; one that runs and can't go on is ended first. */
  restartCampaign(input: CampaignInput): Promise<void>;
}

/** Tries of one workflow task, of ten seconds each, after which it is taken for one that fails every time. */
const STUCK_AFTER_TRIES = 5;

export function createWorkflowStarts(
  client: Client,
  { withAttributes }: SearchAttributes,
  descriptions: Descriptions,
): WorkflowStarts {
  /**
   * Starts a workflow that comes to its end once: a start that is repeated after that must not run it again. One that was
   * terminated, cancelled, timed out or failed has not come to its end.
   */
  async function startOnce(
    type: string,
    workflowId: string,
    input: SendInput | CampaignInput,
    { texts, attributes }: Description,
  ): Promise<void> {
    try {
      await withAttributes(attributes, (options) =>
        client.workflow.start(type, {
          ...texts,
          ...options,
          workflowId,
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          workflowIdConflictPolicy: 'USE_EXISTING',
          taskQueue: TASK_QUEUES.workflows,
          args: [input],
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** Ends a workflow whose next task fails again and again, on whatever worker: it would stand still for good. */
  async function endStuck(workflowId: string): Promise<void> {
    try {
      const { status, runId, raw } = await client.workflow.getHandle(workflowId).describe();
      const tries = raw.pendingWorkflowTask?.attempt ?? 0;
      if (status.name !== 'RUNNING' || tries < STUCK_AFTER_TRIES) return;
      await client.workflow.getHandle(workflowId, runId).terminate(`its task failed ${tries} times: it starts anew`);
    } catch (error) {
      // It is gone, or has come to its end meanwhile.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  const startSend = (input: SendInput): Promise<void> =>
    startOnce(WORKFLOW_TYPES.send, sendWorkflowId(input.sliceId), input, descriptions.send(input));
  const startCampaign = (input: CampaignInput): Promise<void> =>
    startOnce(WORKFLOW_TYPES.campaign, campaignWorkflowId(input.campaignId), input, descriptions.campaign(input));

  return {
    startSend,
    startCampaign,

    async restartSend(input) {
      await endStuck(sendWorkflowId(input.sliceId));
      await startSend(input);
    },

    async restartCampaign(input) {
      await endStuck(campaignWorkflowId(input.campaignId));
      await startCampaign(input);
    },

    async startImport(input) {
      const { texts, attributes } = descriptions.import(input);
      await withAttributes(attributes, (options) =>
        client.workflow.start(WORKFLOW_TYPES.import, {
          ...texts,
          ...options,
          workflowId: importWorkflowId(input.uploadId),
          workflowIdConflictPolicy: 'USE_EXISTING',
          taskQueue: TASK_QUEUES.workflows,
          args: [input],
        }),
      );
    },
  };
}
