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

/** @param uiUrl of the Temporal UI, without a trailing slash; undefined = links are ids only. */
export function createWorkflowLinks(uiUrl: string | undefined, namespace: string): WorkflowLinks {
  if (uiUrl === undefined) return (workflowId) => ({ workflowId });
  const workflows = `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/`;
  return (workflowId) => ({ workflowId, workflowUrl: workflows + encodeURIComponent(workflowId) });
}
