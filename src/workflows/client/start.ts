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
import type { Description, Descriptions } from './description';
import type { SearchAttributes } from './search-attributes';

export interface WorkflowStarts {
  /** Starts a slice's workflow; harmless while it runs, and when it is over. One that was ended from outside starts anew. */
  startSend(input: SendInput): Promise<void>;
  /** Starts a campaign's workflow, as {@link startSend} does a slice's. */
  startCampaign(input: CampaignInput): Promise<void>;
  /** Starts the import of an upload; harmless while it runs, and when it is over. */
  startImport(input: ImportInput): Promise<void>;
}

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

  return {
    startSend: (input) =>
      startOnce(WORKFLOW_TYPES.send, sendWorkflowId(input.sliceId), input, descriptions.send(input)),
    startCampaign: (input) =>
      startOnce(WORKFLOW_TYPES.campaign, campaignWorkflowId(input.campaignId), input, descriptions.campaign(input)),

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
