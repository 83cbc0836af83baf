/** The real workflows with activities of a test's own. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../src/activities';
import { TASK_QUEUES } from '../../src/workflows/contract';
import { WORKFLOW_BUNDLE } from './servers';

/**
 * Runs the workflows, and these activities on these task queues.
 * @param local those that workflows call where they run; absent = the same.
 * @returns how to stop it.
 */
export async function startWorkflowWorkers(
  env: TestWorkflowEnvironment,
  queues: readonly (keyof typeof TASK_QUEUES)[],
  activities: Partial<Activities>,
  local = activities,
): Promise<() => Promise<void>> {
  const connection = env.nativeConnection;
  const workers = await Promise.all([
    Worker.create({
      connection,
      taskQueue: TASK_QUEUES.workflows,
      workflowBundle: WORKFLOW_BUNDLE,
      activities: local,
      enableNonLocalActivities: false,
    }),
    ...queues.map((queue) => Worker.create({ connection, taskQueue: TASK_QUEUES[queue], activities })),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
}
