/** A worker is killed in the middle of a send: nothing is lost, nothing is doubled, and what is in doubt is written down. */
import { listUnderWay } from '../support/database';
import { startProcess, type TestProcess } from '../support/process';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

const MESSAGES = 1_200;
/** Requests on the wire. */
const IN_FLIGHT = 4;
/** The slices of a dead worker go to its successor after a minute. */
const SETTLE_MS = 200_000;

let stack: TestStack;
const workers: TestProcess[] = [];
async function startWorker(): Promise<TestProcess> {
  const worker = await startProcess('worker', stack.env);
  workers.push(worker);
  return worker;
}

beforeAll(async () => {
  stack = await startStack({ worker: false });
});
afterAll(async () => {
  for (const worker of workers) await worker.kill();
  await stack.stop();
});

interface Submitted {
  to: string;
  messageId: string;
  outcome: string;
  seen: number;
}

const metaOf = (i: number): string => `91999980${String(i).padStart(4, '0')}.1400000000.-1.`;

async function queryOne<T extends object>(text: string, values: unknown[] = []): Promise<T> {
  const { rows } = await stack.database.pool.query<T>(text, values);
  return rows[0]!;
}

const submissions = async (): Promise<number> => (await stack.control('GET', '/control/counts')).json.submissions;

/** Slow enough to be killed in the middle, half a minute long: four requests at a time of 100 ms each, one message per request. */
async function slowDown(): Promise<void> {
  await script({ latencyMs: 100 });
  const gateway = (await stack.call('GET', '/api/v1/gateways')).json.items[0];
  const change = { sendingPattern: 'loop', maxInFlight: IN_FLIGHT, receiptDeadlineSeconds: 300 };
  expect((await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, change)).status).toBe(200);
}

/** How the provider takes messages from now on. */
async function script({ latencyMs = 20, delayMs = 100 }: { latencyMs?: number; delayMs?: number }): Promise<void> {
  await stack.control('PUT', '/control/script', { latencyMs, receipts: { delayMs } });
}

test('a killed worker loses nothing; its successor resends what is in doubt under the same ids', async () => {
  await slowDown();
  const victim = await startWorker();
  const records = Array.from({ length: MESSAGES }, (_, i) => ({
    to: `+91999980${String(i).padStart(4, '0')}`,
    body: `Offer ${i}`,
    mid: metaOf(i),
  }));
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', { list: records });
  expect({ status, accepted: json.accepted }).toEqual({ status: 200, accepted: MESSAGES });

  const third = async () => (await submissions()) >= MESSAGES / 3;
  await until('a third was submitted', third, { deadlineMs: 60_000 });
  // What is on the wire at the kill must still be in doubt when the successor takes over: receipts would resolve it.
  await script({ latencyMs: 60_000, delayMs: 60_000 });
  const quick = await submissions();
  await until('the wire is full of such', async () => (await submissions()) >= quick + IN_FLIGHT);
  await victim.kill();
  await script({});
  expect(await submissions()).toBeLessThan(MESSAGES);
  const { killed_at: killedAt } = await queryOne<{ killed_at: Date }>('select now() as killed_at');
  const inDoubt = (await listUnderWay(stack.database.pool)).length;

  // What was claimed and had not left is no more than one block, which is as much as the wire takes.
  expect(inDoubt).toBeGreaterThanOrEqual(IN_FLIGHT);
  expect(inDoubt).toBeLessThanOrEqual(2 * IN_FLIGHT);

  await startWorker();
  const ledger = await stack.settled(SETTLE_MS);
  expect(ledger).toMatchObject({ accepted: MESSAGES, delivered: MESSAGES, open: 0 });

  // The provider took every number once; what came again came under the same id and was recognised.
  const counts = (await stack.control('GET', '/control/counts')).json;
  const { messages } = (await stack.control('GET', '/control/messages?limit=50000')).json as { messages: Submitted[] };
  expect(new Set(messages.map(({ to }) => to)).size).toBe(MESSAGES);
  expect(messages).toHaveLength(MESSAGES);
  expect(messages.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
  expect(counts.accepted).toBe(MESSAGES);
  const repeated = messages.reduce((sum, { seen }) => sum + seen - 1, 0);
  expect(counts.duplicateIds).toBe(repeated);
  expect(repeated).toBeGreaterThanOrEqual(IN_FLIGHT);
  expect(repeated).toBeLessThanOrEqual(inDoubt);
  const { attempts } = await queryOne<{ attempts: number }>(`select count(*)::int as attempts from attempts`);
  expect(attempts).toBe(MESSAGES);

  // CleverTap was told each outcome once. Callbacks whose answer the kill cut off wait, visibly, for their later try.
  const known = await until(
    'every callback is delivered or was in flight at the kill',
    async () => {
      const row = await queryOne<{ delivered: number; cut_off: string[] }>(
        `select count(*) filter (where c.state = 'delivered')::int as delivered,
                coalesce(array_agg(m.meta) filter (where c.state = 'pending' and (
                  c.last_error = 'interrupted before the answer came' or exists (
                    select from relays r where r.created_at < $1 and r.slot = c.slot and c.message_id = any(r.message_ids)
                  ))), '{}') as cut_off
         from callbacks c join messages m on m.id = c.message_id`,
        [killedAt],
      );
      return row.delivered + row.cut_off.length === MESSAGES ? row : null;
    },
    { deadlineMs: SETTLE_MS },
  );
  const told = (await stack.control('GET', '/control/clevertap?account=DEMO')).json;
  expect(told).toMatchObject({ duplicates: 0, conflicts: 0 });
  expect(told.metas).toBe(told.records);
  const { records: heard } = (await stack.control('GET', '/control/clevertap/records?limit=50000')).json as {
    records: { meta: string; event: string }[];
  };
  const heardOf = new Set(heard.map(({ meta }) => meta));
  const untold = records.map(({ mid }) => mid).filter((meta) => !heardOf.has(meta));
  expect(known.cut_off).toEqual(expect.arrayContaining(untold));
  const stats = (await stack.call('GET', '/api/v1/stats')).json as { callbacks: { event: string; count: number }[] };
  expect(stats.callbacks.reduce((sum, { count }) => sum + count, 0)).toBe(MESSAGES);
}, 400_000);
