import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { GATEWAY_TEST_MS, TASK_QUEUES, type GatewayTestInput, type GatewayTestResult } from './contract';

/** Never tried again: whoever took the test may have sent it. */
const { testGateway } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.tests,
  scheduleToCloseTimeout: GATEWAY_TEST_MS,
  retry: { maximumAttempts: 1 },
});

/** Sends one test message over a gateway; somebody waits for the answer. */
export async function gatewayTestWorkflow(input: GatewayTestInput): Promise<GatewayTestResult> {
  return testGateway(input);
}
