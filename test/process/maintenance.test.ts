/** The duties of maintenance: they run as long as a worker does. */
import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { DUTIES, dutyWorkflowId, TASK_QUEUES, WORKFLOW_TYPES, type DutyName } from '../../src/workflows/contract';
import { startStack, type TestStack } from '../support/stack';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';

let stack: TestStack;
let client: Client;
beforeAll(async () => {
  stack = await startStack();
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await client.connection.close();
  await stack.stop();
});

const duties = Object.keys(DUTIES) as DutyName[];
const statusOf = async (duty: DutyName) =>
  (await client.workflow.getHandle(dutyWorkflowId(duty)).describe()).status.name;

test('is a workflow for each duty, and one that was ended from outside runs again', async () => {
  for (const duty of duties) expect(await statusOf(duty)).toBe('RUNNING');
  await client.workflow.getHandle(dutyWorkflowId('relays')).terminate();
  await stack.stopWorker();
  await stack.startWorker();
  expect(await statusOf('relays')).toBe('RUNNING');
});

test('takes the place of the schedule of an earlier release', async () => {
  const old = client.schedule.getHandle('maintenance');
  await client.schedule.create({
    scheduleId: old.scheduleId,
    spec: { intervals: [{ every: '1 hour' }] },
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOW_TYPES.maintenance,
      taskQueue: TASK_QUEUES.workflows,
      args: [],
    },
  });
  await old.trigger();
  await stack.stopWorker();
  await stack.startWorker();
  await expect(old.describe()).rejects.toThrow(ScheduleNotFoundError);
  // What it had started is done with.
  await until('none of its runs is open', async () => {
    const query = `WorkflowType = '${WORKFLOW_TYPES.maintenance}' and ExecutionStatus = 'Running'`;
    for await (const _ of client.workflow.list({ query })) return false;
    return true;
  });
});
