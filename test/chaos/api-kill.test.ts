/** The api is killed right after its 200: what it has confirmed is delivered all the same. */
import { drawFreePort } from '../../src/main/embedded/ports';
import { startProcess, type TestProcess } from '../support/process';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

const MESSAGES = 50;

let stack: TestStack;
const processes: TestProcess[] = [];
async function startApi(env: NodeJS.ProcessEnv = {}): Promise<TestProcess> {
  const api = await startProcess('api', { ...stack.env, ...env });
  processes.push(api);
  return api;
}

beforeAll(async () => {
  stack = await startStack({ api: false, worker: false });
});
afterAll(async () => {
  for (const each of processes) await each.kill();
  await stack.stop();
});

/** Sends a batch that no other test repeats, and kills the api as soon as it has answered. */
async function sendAndKill(api: TestProcess, batch: string): Promise<void> {
  const records = Array.from({ length: MESSAGES }, (_, i) => ({
    to: `+919800000${String(i).padStart(3, '0')}`,
    body: `Hello ${i}`,
    mid: `${batch}.${i}.-1.`,
  }));
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', { list: records });
  await api.kill();
  expect({ status, accepted: json.accepted }).toEqual({ status: 200, accepted: MESSAGES });
}

async function countOf(what: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(`select count(*)::int as n from ${what}`);
  return rows[0]!.n;
}

const unstarted = () => countOf('slices where started_at is null');

test('killed between its commit and the start of the workflow: the next api starts it', async () => {
  // Temporal is not where this one looks for it, so that it can't be faster than the kill.
  const victim = await startApi({ TEMPORAL_ADDRESS: `127.0.0.1:${await drawFreePort()}` });
  await sendAndKill(victim, 'before');
  expect(await unstarted()).toBe(1);

  const successor = await startApi();
  // No worker runs yet, so it isn't maintenance that finds it.
  await until('the workflow is started', async () => (await unstarted()) === 0);
  await stack.startWorker();
  expect(await stack.settled()).toMatchObject({ accepted: MESSAGES, delivered: MESSAGES, open: 0 });
  await successor.kill();
});

test('killed again and again right after its answer: everything is delivered once', async () => {
  await stack.startWorker();
  const before = await countOf('messages');
  const rounds = 4;
  for (let round = 1; round <= rounds; round++) await sendAndKill(await startApi(), `round-${round}`);
  await startApi();
  const accepted = before + MESSAGES * rounds;
  expect(await stack.settled()).toMatchObject({ accepted, delivered: accepted, open: 0 });
  const counts = (await stack.control('GET', '/control/counts')).json;
  expect(counts).toMatchObject({ accepted, duplicateIds: 0 });
}, 240_000);
