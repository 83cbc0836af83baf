import { claim, messageOf, CLAIM, resultOf, startStore, storeGateway, storeSlice } from '../../../test/support/rows';
import type { TestStore } from '../../../test/support/rows';
import { recordResults } from './results';
import type { DispatchRun } from './run';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

test('a result that can’t be written is left out alone, and thrown once the others are written', async () => {
  const gateway = await storeGateway(store);
  const { sliceId } = await storeSlice(store.pool, 7);
  const claimed = await claim(store.pool, sliceId, gateway.id);
  // No index of Postgres takes so long a key that doesn't compress.
  const unwritable = Array.from({ length: 900 }, (_, i) => (i * 7_919_317).toString(36)).join('');
  const results = claimed.map((message, i) => resultOf(message, { providerId: i === 4 ? unwritable : `p-${i}` }));
  const run = { database: store, sliceId, onSettlement: () => undefined } as unknown as DispatchRun;
  await expect(recordResults(run, CLAIM, gateway.id, results)).rejects.toMatchObject({ code: '54000' });
  const states = await Promise.all(claimed.map(async ({ id }) => (await messageOf(store.pool, id)).state));
  expect(states).toEqual(claimed.map((_, i) => (i === 4 ? 'submitting' : 'submitted')));
});
