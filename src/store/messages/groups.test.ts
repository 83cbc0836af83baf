import {
  CLAIM,
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
import { findOpenSlice, listWakeDue, markStarted, sealSlice, takeUnstarted } from './slices';

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

/** The groups that these are in then, as their ids. */
async function join(...ids: string[]): Promise<Record<string, string[]>> {
  const groups = await joinGroup(
    store.pool,
    ids.map((id) => ({ id, accountId: 'default', priority: 1 })),
  );
  return Object.fromEntries(groups.map(({ id, slices }) => [id, slices.map((slice) => slice.id)]));
}

it('a group is listed as a whole, by whichever member; one that is by itself is a group of one', async () => {
  const [first, second, third, alone] = (await storeSlices(4)) as [string, string, string, string];
  await join(first, second, third);
  const unstarted = await takeUnstarted(store.pool, 0, null, 100);
  const groups = await listGroups(store.pool, [
    unstarted.find(({ id }) => id === third)!,
    unstarted.find(({ id }) => id === alone)!,
  ]);
  expect(groups).toEqual([
    { id: first, priority: 1, dueAt: null, slices: [first, second, third].map((id) => ({ id, accountId: 'default' })) },
    { id: alone, priority: 1, dueAt: null, slices: [{ id: alone, accountId: 'default' }] },
  ]);
});

it('members that are over are left out, also the first, after which the group is called; news name the group', async () => {
  const gateway = await storeGateway(store);
  const [first, second] = (await storeSlices(2)) as [string, string];
  await join(first, second);
  await sealSlice(store.pool, first, CLAIM);
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

it('a slice stays in its group, and leads no others when it has a workflow by itself', async () => {
  const [started, taken, second, third] = (await storeSlices(4)) as [string, string, string, string];
  await markStarted(store.pool, [started]);
  // Maintenance is about to start this one.
  expect(await takeUnstarted(store.pool, 0, null, 1)).toMatchObject([{ id: taken, groupId: taken }]);
  const groups = { [started]: [started], [taken]: [taken], [second]: [second, third] };
  expect(await join(started, taken, second, third)).toEqual(groups);
  // A start whose answer was lost: the same again.
  expect(await join(started, taken, second, third)).toEqual(groups);
  const unstarted = await takeUnstarted(store.pool, 0, null, 100);
  expect(unstarted.map(({ id, groupId }) => [id, groupId])).toEqual([
    [taken, taken],
    [second, second],
    [third, second],
  ]);
});

it('maintenance passes by what somebody is just joining', async () => {
  const [first, second] = (await storeSlices(2)) as [string, string];
  const client = await store.pool.connect();
  try {
    await client.query('begin');
    await client.query('select from slices where id = $1 for update', [first]);
    expect(await takeUnstarted(store.pool, 0, null, 100)).toMatchObject([{ id: second }]);
  } finally {
    await client.query('rollback');
    client.release();
  }
});
