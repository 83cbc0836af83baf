import { randomUUID } from 'node:crypto';
import {
  CLAIM,
  KEPT_RECEIPTS,
  callbacksOf,
  claim,
  claimBlock,
  messageOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  withAttempt,
  type TestStore,
} from '../../../test/support/rows';
import { listParkedKnown, replayParked } from './parked';
import { applyReceipts } from './receipts';
import { writeResults } from '../dispatch/results';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** A receipt that names the provider's id only, and comes before that id is written. */
async function overtaken(providerId: string) {
  const gateway = await storeGateway(store);
  const { message } = await withAttempt(store.pool, gateway.id);
  const receipt = { ...receiptOf(gateway.id, message), attempt: null, providerId };
  await applyReceipts(store.pool, [receipt]);
  const answered = () => writeResults(store.pool, CLAIM, [resultOf(message, { providerId })]);
  return { gateway, message, receipt, answered };
}

const dispositions = async (gatewayId: string) => {
  const { rows } = await store.pool.query<{ disposition: string; attempt_no: number | null }>(
    `select disposition, attempt_no from ${KEPT_RECEIPTS} where gateway_id = $1`,
    [gatewayId],
  );
  return rows;
};

test('a receipt that overtook its answer is applied once the answer is written', async () => {
  const { gateway, message, receipt, answered } = await overtaken('p-1');
  expect((await messageOf(store.pool, message.id)).state).toBe('submitting');
  expect(await dispositions(gateway.id)).toEqual([{ disposition: 'parked', attempt_no: null }]);
  await answered();
  const settlement = await replayParked(store.pool, gateway.id, ['p-1', 'p-2']);
  expect(settlement.slices).toEqual([expect.objectContaining({ open: 0 })]);
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  expect(await dispositions(gateway.id)).toEqual([{ disposition: 'applied', attempt_no: 1 }]);

  // Coming once more it changes nothing.
  await applyReceipts(store.pool, [receipt]);
  expect(await dispositions(gateway.id)).toEqual([{ disposition: 'applied', attempt_no: 1 }]);
  expect(await callbacksOf(store.pool, message.id)).toHaveLength(1);
});

test('what the two commits missed is found, and what is still unknown is not', async () => {
  const { message, answered } = await overtaken('p-3');
  const unknown = await overtaken('p-4');
  await answered();
  const found = await listParkedKnown(store.pool, 100);
  expect(found.map(({ providerId }) => providerId)).toEqual(['p-3']);
  await applyReceipts(store.pool, found);
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  expect(await dispositions(unknown.gateway.id)).toEqual([{ disposition: 'parked', attempt_no: null }]);
});

test('one provider id that stands for two messages reports both, and is stored once', async () => {
  const gateway = await storeGateway(store);
  const { sliceId } = await storeSlice(store.pool, 2);
  const messages = await claim(store.pool, sliceId, gateway.id);
  await writeResults(
    store.pool,
    CLAIM,
    messages.map((message) => resultOf(message, { providerId: 'shared' })),
  );
  await applyReceipts(store.pool, [{ ...receiptOf(gateway.id, messages[0]!), attempt: null, providerId: 'shared' }]);
  for (const { id } of messages) expect((await messageOf(store.pool, id)).state).toBe('delivered');
  expect(await dispositions(gateway.id)).toEqual([{ disposition: 'applied', attempt_no: 1 }]);
});

test('another gateway’s id is not its own', async () => {
  const { message, answered } = await overtaken('p-5');
  await answered();
  const other = await storeGateway(store);
  await replayParked(store.pool, other.id, ['p-5']);
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitted' });
});

const countParked = async (gatewayId: string) => {
  const { rows } = await store.pool.query<{ n: number }>(
    'select count(*)::int as n from parked_receipts where gateway_id = $1',
    [gatewayId],
  );
  return rows[0]!.n;
};

test('with its message known it is parked no more, and came when it came', async () => {
  const { gateway, message, answered } = await overtaken('p-6');
  const came = '2026-08-01 10:00:00.123456+00';
  await store.pool.query('update parked_receipts set received_at = $2 where gateway_id = $1', [gateway.id, came]);
  await answered();
  await replayParked(store.pool, gateway.id, ['p-6']);
  expect(await countParked(gateway.id)).toBe(0);
  const { rows } = await store.pool.query('select received_at::text from receipts where message_id = $1', [message.id]);
  expect(rows).toEqual([{ received_at: came }]);
});

test('parked, then brought again once its message is known: one receipt, and none parked', async () => {
  const { gateway, message, receipt, answered } = await overtaken('p-7');
  await answered();
  const again = { ...receipt, providerId: 'p-7' };
  await Promise.all([
    applyReceipts(store.pool, [again]),
    replayParked(store.pool, gateway.id, ['p-7']),
    applyReceipts(store.connect(1).pool, [again]),
  ]);
  expect(await dispositions(gateway.id)).toEqual([{ disposition: 'applied', attempt_no: 1 }]);
  expect(await countParked(gateway.id)).toBe(0);
  expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
});

test('reports of messages that are not ours are parked once each, whatever id they name, and reach no message', async () => {
  const gateway = await storeGateway(store);
  const strangers = Array.from({ length: 20 }, (_, i) => receiptOf(gateway.id, { id: randomUUID(), no: i + 1 }));
  const theirs = { ...receiptOf(gateway.id, { id: randomUUID(), no: 1 }), attempt: null, providerId: 'stranger' };
  for (let i = 0; i < 3; i++) {
    expect(await applyReceipts(store.pool, [...strangers, theirs])).toEqual({ slices: [], webhookIds: [] });
  }
  expect(await countParked(gateway.id)).toBe(21);
  const ids = strangers.map(({ attempt }) => attempt!.messageId);
  const { rows } = await store.pool.query('select 1 from receipts where message_id = any($1::uuid[])', [ids]);
  expect(rows).toEqual([]);
});

test('one under our id that overtakes the answer of its block is never parked', async () => {
  const gateway = await storeGateway(store);
  const { sliceId } = await storeSlice(store.pool, 1);
  const [message] = await claimBlock(store.pool, sliceId, gateway.id);
  await store.pool.query(`
    create function refuse_parking() returns trigger language plpgsql as $$ begin raise 'parked'; end $$;
    create trigger refuses_parking before insert on parked_receipts for each row execute function refuse_parking()`);
  await applyReceipts(store.pool, [receiptOf(gateway.id, message!)]);
  await store.pool.query('drop trigger refuses_parking on parked_receipts');
  expect(await messageOf(store.pool, message!.id)).toMatchObject({ state: 'delivered' });
});
