import {
  messageDraft,
  sliceDraft,
  startStore,
  storeGateway,
  submit,
  receiptOf,
  type TestStore,
} from '../../../test/support/rows';
import { applyReceipts } from '../receipts/receipts';
import { acceptMessages } from './accept';
import { joinGroup, listGroups } from './groups';
import { findOpenSlice, listUnstarted, listWakeDue, sealSlice } from './slices';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(() => store.pool.query('truncate messages, attempts, slices, receipts, callbacks'));

/** Slices of one message each; returns their ids in order. */
async function storeSlices(count: number): Promise<string[]> {
  const slices = Array.from({ length: count }, () => sliceDraft());
  await acceptMessages(
    store.pool,
    slices,
    slices.map(({ id }) => messageDraft(id)),
  );
  return slices.map(({ id }) => id);
}

it('a group is listed as a whole, by whichever member; one that is by itself is a group of one', async () => {
  const [first, second, third, alone] = (await storeSlices(4)) as [string, string, string, string];
  await joinGroup(store.pool, first, [first, second, third]);
  const unstarted = await listUnstarted(store.pool, 0, null, 100);
  const groups = await listGroups(store.pool, [
    unstarted.find(({ id }) => id === third)!,
    unstarted.find(({ id }) => id === alone)!,
  ]);
  expect(groups).toEqual([
    { id: alone, priority: 1, dueAt: null, slices: [{ id: alone, accountId: 'default' }] },
    { id: first, priority: 1, dueAt: null, slices: [first, second, third].map((id) => ({ id, accountId: 'default' })) },
  ]);
});

it('members that are over are left out, also the first, after which the group is called; news name the group', async () => {
  const gateway = await storeGateway(store);
  const [first, second] = (await storeSlices(2)) as [string, string];
  await joinGroup(store.pool, first, [first, second]);
  await sealSlice(store.pool, first);
  const [message] = await submit(store.pool, first, gateway.id);
  const settlement = await applyReceipts(store.pool, [receiptOf(gateway.id, message!, { status: 'delivered' })]);
  expect(settlement.slices).toMatchObject([{ sliceId: first, groupId: first, open: 0 }]);
  expect(await listWakeDue(store.pool, '00000000-0000-0000-0000-000000000000', 10)).toMatchObject([
    { sliceId: first, groupId: first, campaignId: null },
  ]);
  expect(await findOpenSlice(store.pool, first)).toBeNull();
  const open = (await findOpenSlice(store.pool, second))!;
  expect(await listGroups(store.pool, [open])).toMatchObject([{ id: first, slices: [{ id: second }] }]);
});
