/** Versioned workers: nothing goes to a version before somebody makes it current, and what is under way moves on to the next. */
import type { Client as TemporalClient } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { readConfig } from '../../src/config';
import { startWorker } from '../../src/runtime/worker';
import { campaignWorkflowId } from '../../src/workflows/contract';
import { campaignsOf, people } from '../support/campaigns';
import { WORKFLOW_BUNDLE } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';

const NAMESPACE = `versioned-${randomUUID()}`;

let stack: TestStack;
let client: TemporalClient;
beforeAll(async () => {
  client = await connectTemporal({ env: { TEMPORAL_NAMESPACE: NAMESPACE } });
  const workflowExecutionRetentionPeriod = { seconds: 86_400 as never };
  await client.workflowService.registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod });
  await until('the namespace takes starts', () =>
    client.workflow.start('none', { workflowId: 'none', taskQueue: 'none' }).then(
      () => true,
      () => false,
    ),
  );
  stack = await startStack({ env: { TEMPORAL_NAMESPACE: NAMESPACE, HELIOGRAPH_WORKER_BUILD_ID: '1.0.0' } });
  // With its key.
  await client.connection.close();
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await stack.stop();
  await client.connection.close();
});

/** What an operator does: `temporal worker deployment set-current-version`. */
const makeCurrent = (buildId: string): Promise<boolean> =>
  until(`${buildId} is current`, () =>
    client.workflowService
      .setWorkerDeploymentCurrentVersion({ namespace: NAMESPACE, deploymentName: 'heliograph', buildId })
      .then(
        () => true,
        () => false,
      ),
  );

/** The versions that took tasks of a workflow, in their order. */
async function versionsOf(workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const builds = events!.flatMap(
    ({ workflowTaskCompletedEventAttributes: task }) => task?.deploymentVersion?.buildId ?? [],
  );
  return [...new Set(builds)];
}

test('a version takes tasks once it is current, and hands on what is under way', async () => {
  const campaigns = campaignsOf(stack);
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const id = await campaigns.launch({ audience: { recipients: people(10, 900) }, time });
  const handle = client.workflow.getHandle(campaignWorkflowId(id));
  await until('it is started', () => handle.describe().catch(() => null));
  expect(await campaigns.read(id)).toMatchObject({ state: 'preparing' });
  await makeCurrent('1.0.0');
  await campaigns.reaches(id, 'scheduled');

  const next = await startWorker(
    readConfig({ ...stack.env, HELIOGRAPH_WORKER_BUILD_ID: '1.1.0' }),
    { info: () => undefined, warn: () => undefined, error: () => undefined },
    WORKFLOW_BUNDLE,
  );
  try {
    await makeCurrent('1.1.0');
    await stack.stopWorker();
    await campaigns.soon(id);
    const { counts } = await campaigns.reaches(id, 'finished');
    expect(counts).toMatchObject({ accepted: 10, delivered: 10 });
    await handle.result();
    expect(await versionsOf(handle.workflowId)).toEqual(['1.0.0', '1.1.0']);
  } finally {
    await next.stop();
  }
});
