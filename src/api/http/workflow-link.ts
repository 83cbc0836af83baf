/** From what is shown to the workflow that looks after it, in the Temporal UI. */
import { z } from 'zod';

/** Fields of everything that has a workflow. */
export const workflowLink = {
  workflowId: z.string().describe('The workflow that looks after it, in Temporal.'),
  workflowUrl: z.string().optional().describe('That workflow in the Temporal UI; absent without TEMPORAL_UI_URL.'),
};

export interface WorkflowLink {
  workflowId: string;
  workflowUrl?: string;
}

/** Makes the link to a workflow. */
export type WorkflowLinks = (workflowId: string) => WorkflowLink;

/**
 * The list of workflows in the Temporal UI.
 * @param uiUrl of the Temporal UI, without a trailing slash; undefined = there is none.
 */
export const workflowsUrlOf = (uiUrl: string | undefined, namespace: string): string | undefined =>
  uiUrl === undefined ? undefined : `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows`;

/** @param workflowsUrl see {@link workflowsUrlOf}; undefined = links are ids only. */
export function createWorkflowLinks(workflowsUrl: string | undefined): WorkflowLinks {
  if (workflowsUrl === undefined) return (workflowId) => ({ workflowId });
  return (workflowId) => ({ workflowId, workflowUrl: `${workflowsUrl}/${encodeURIComponent(workflowId)}` });
}
