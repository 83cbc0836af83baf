import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { TASK_QUEUES } from './contract';

const { sweep } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.relay,
  startToCloseTimeout: '5 minutes',
  retry: { maximumAttempts: 3 },
});

/** One sweep for what a crash left behind; a Temporal Schedule runs it every few seconds, never twice at a time. */
export async function maintenanceWorkflow(): Promise<void> {
  await sweep();
}
