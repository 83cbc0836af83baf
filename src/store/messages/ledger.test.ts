import { storeCampaign } from '../../../test/support/campaign-rows';
import { ACCOUNT, startStore, storeGateway, storeSlice, type TestStore } from '../../../test/support/rows';
import { FINAL_STATES } from '../../core/messages/status';
import { listUnfinishedCampaigns } from '../campaigns/campaigns';
import { releaseHeld } from '../dispatch/failover';
import { listUnsettled, readLedger } from './slices';

let store: TestStore;
let gatewayId: string;
beforeAll(async () => {
  store = await startStore();
  gatewayId = (await storeGateway(store)).id;
});
afterAll(() => store.stop());

/** A slice of seven messages that are held for the gateway, one of them with each outcome: one is open. */
async function storeHeld(): Promise<string> {
  const { sliceId } = await storeSlice(store.pool, FINAL_STATES.length + 1);
  const outcomes = FINAL_STATES.map((state) => `${state} = 1`).join(', ');
  await store.pool.query(`update slices set started_at = now(), ${outcomes} where id = $1`, [sliceId]);
  await hold(sliceId);
  return sliceId;
}

const hold = (sliceId: string) =>
  store.pool.query(
    `update messages set state = 'queued', gateway_id = $2, not_before = now() + interval '1 day' where slice_id = $1`,
    [sliceId, gatewayId],
  );
const settle = (sliceId: string) => store.pool.query('update slices set delivered = 2 where id = $1', [sliceId]);

test('an account’s ledger has every outcome, and what is open', async () => {
  const before = await readLedger(store.pool, ACCOUNT);
  await storeHeld();
  const after = await readLedger(store.pool, ACCOUNT);
  const change = Object.entries(after).map(([name, n]) => [name, n - before[name as keyof typeof before]]);
  expect(Object.fromEntries(change)).toEqual({
    accepted: 7, delivered: 1, failed: 1, expired: 1, suppressed: 1, cancelled: 1, unknown: 1, open: 1,
  }); // prettier-ignore
});

test('a slice is unsettled, and what is held in it is released, until its last message has an outcome', async () => {
  const sliceId = await storeHeld();
  const unsettled = async () => (await listUnsettled(store.pool, null, 100)).slices.map((slice) => slice.id);
  const released = async () => (await releaseHeld(store.pool, ACCOUNT, gatewayId)).map((slice) => slice.sliceId);
  expect(await unsettled()).toContain(sliceId);
  expect(await released()).toContain(sliceId);

  await settle(sliceId);
  await hold(sliceId);
  expect(await unsettled()).not.toContain(sliceId);
  expect(await released()).not.toContain(sliceId);
});

test('a cancelled campaign is unfinished until its last message has an outcome', async () => {
  const sliceId = await storeHeld();
  const { id } = await storeCampaign(store);
  await store.pool.query(`update campaigns set workflow_at = now(), state = 'cancelled' where id = $1`, [id]);
  await store.pool.query('update slices set campaign_id = $2 where id = $1', [sliceId, id]);
  const unfinished = async () => (await listUnfinishedCampaigns(store.db, null, 100)).map((campaign) => campaign.id);
  expect(await unfinished()).toContain(id);

  await settle(sliceId);
  expect(await unfinished()).not.toContain(id);
});
