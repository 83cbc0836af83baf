/** Starting, signalling and asking workflows, for the api and for activities. Ids, policies and options live here only. */
import type { Client } from '@temporalio/client';
import { createWorkflowCalls, type WorkflowCalls } from './call';
import { createWorkflowSchedules, type WorkflowSchedules } from './schedules';
import { createWorkflowSignals, type HeardNews, type OpenWork, type WorkflowSignals } from './signal';
import { createWorkflowStarts, type WorkflowStarts } from './start';

export { isTemporalAway, temporalStatus } from './away';
export { WrongStateError } from './call';

export interface WorkflowsOptions {
  client: Client;
  openWork: OpenWork;
  /** Called with news that the workflows of slices heard (or that are over), some hundred milliseconds after the fact. */
  onWoken(heard: HeardNews[]): Promise<void>;
  /** A signal was not delivered; its flag stays on the row and maintenance repeats it. */
  onError(error: unknown): void;
}

export interface Workflows extends WorkflowStarts, WorkflowSignals, WorkflowCalls, WorkflowSchedules {
  /** Forgets the signals that still wait, after those that were delivered have been told to `onWoken`. */
  stop(): Promise<void>;
}

export function createWorkflows(options: WorkflowsOptions): Workflows {
  const { client } = options;
  const starts = createWorkflowStarts(client);
  return {
    ...starts,
    ...createWorkflowSignals({ ...options, starts }),
    ...createWorkflowCalls({ ...options, starts }),
    ...createWorkflowSchedules(client),
  };
}
