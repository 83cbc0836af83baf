import {
  CLAIM,
  callbacksOf,
  claim,
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
    'select disposition, attempt_no from receipts where gateway_id = $1',
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
