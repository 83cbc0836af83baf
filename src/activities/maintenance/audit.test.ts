/** Open work whose workflow is gone, on rows of a database; Temporal is played by a list of what it was asked to start. */
import { storeBlock, storeCampaign, campaignSlice } from '../../../test/support/campaign-rows';
import { testTurn } from '../../../test/support/maintenance';
import {
  CLAIM,
  FAILED,
  claim,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
} from '../../../test/support/rows';
import type { TestStore } from '../../../test/support/rows';
import { writeLookAt } from '../../store/campaigns/slices';
import { noteNextLook } from '../../store/campaigns/looks';
import { markCampaignStarted } from '../../store/campaigns/campaigns';
import { writeResults } from '../../store/dispatch/results';
import { readOutlook } from '../../store/messages/settle';
import { markStarted, sealSlice } from '../../store/messages/slices';
import { applyReceipts } from '../../store/receipts/receipts';
import { restartStranded } from './audit';

let store: TestStore;
let started: string[];
let refused: Set<string>;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  started = [];
  refused = new Set();
  await store.pool.query('truncate slices, messages, attempts, receipts, callbacks, campaigns cascade');
});

const start = (id: string): Promise<void> => {
  started.push(id);
  return refused.has(id) ? Promise.reject(new Error('refused')) : Promise.resolve();
};
let failed: string[];
const audit = async (): Promise<void> => {
  const turn = testTurn('audit');
  ({ failed } = turn);
  await restartStranded(
    {
      database: store,
      workflows: {
        restartSend: ({ sliceId }) => start(sliceId),
        restartCampaign: ({ campaignId }) => start(campaignId),
      },
    },
    turn.turn,
  );
};
const pass = async (minutes: number): Promise<void> => {
  for (const table of ['slices', 'campaigns'])
    await store.pool.query(`update ${table} set look_at = look_at - $1 * interval '1 minute'`, [minutes]);
};
const lookAt = async (table: 'slices' | 'campaigns', id: string): Promise<Date | null> => {
  const { rows } = await store.pool.query<{ look_at: Date | null }>(`select look_at from ${table} where id = $1`, [id]);
  return rows[0]!.look_at;
};

/** A send that was submitted a moment ago: its workflow looks again at the deadline of its receipt, in an hour. */
async function submitted(): Promise<{ sliceId: string; deliver: () => Promise<unknown> }> {
  const gateway = await storeGateway(store);
  const { sliceId } = await storeSlice(store.pool, 1);
  await sealSlice(store.pool, sliceId, CLAIM);
  const [message] = await claim(store.pool, sliceId, gateway.id);
  await writeResults(store.pool, CLAIM, [resultOf(message!)]);
  await readOutlook(store.pool, sliceId, []);
  return { sliceId, deliver: () => applyReceipts(store.pool, [receiptOf(gateway.id, message!, FAILED)]) };
}

test('a send is started again some minutes after its deadline, and once more after as many', async () => {
  const { sliceId } = await submitted();
  await pass(60);
  await audit();
  expect(started).toEqual([]);
  await pass(11);
  await audit();
  await audit();
  expect(started).toEqual([sliceId]);
  await pass(11);
  await audit();
  expect(started).toEqual([sliceId, sliceId]);
});

test('what campaigns note of their slices leaves those of sends alone', async () => {
  const { sliceId } = await submitted();
  const before = await lookAt('slices', sliceId);
  await writeLookAt(store.pool, sliceId, null);
  expect(before).not.toBeNull();
  expect(await lookAt('slices', sliceId)).toEqual(before);
});

test('one whose messages are settled is left alone, whenever they were', async () => {
  const before = await submitted();
  const after = await submitted();
  await before.deliver();
  expect(await lookAt('slices', before.sliceId)).toBeNull();
  await after.deliver();
  // A look that was under way meanwhile finds nothing open.
  await readOutlook(store.pool, after.sliceId, []);
  expect(await lookAt('slices', after.sliceId)).toBeNull();
  // A row of an earlier release.
  await store.pool.query('update slices set look_at = now()');
  await pass(60 * 24);
  await audit();
  expect(started).toEqual([]);
  expect(await lookAt('slices', before.sliceId)).toBeNull();
});

test('one that waits for its time has its workflow look then', async () => {
  const dueAt = new Date(Date.now() + 3_600_000);
  const { sliceId } = await storeSlice(store.pool, 1, {}, { dueAt });
  await markStarted(store.pool, [sliceId]);
  expect(await lookAt('slices', sliceId)).toEqual(dueAt);
  await pass(71);
  await audit();
  expect(started).toEqual([sliceId]);
});

test('one that can’t be started keeps none of the others from it', async () => {
  const sends = [await submitted(), await submitted(), await submitted()].map(({ sliceId }) => sliceId);
  refused.add(sends[1]!);
  await pass(71);
  await audit();
  expect(failed).toEqual([`group ${sends[1]}`]);
  expect([...started].sort()).toEqual([...sends].sort());
});

test('a campaign is started again that has not been surveyed; its slices have no workflow, nor has a series', async () => {
  const campaign = await storeCampaign(store);
  await storeBlock(store, campaign, [campaignSlice(0, 2)]);
  await store.pool.query('update slices set look_at = now()');
  const series = await storeCampaign(store, { recurrence: { cron: '0 10 * * *', overlap: 'skip' } });
  await markCampaignStarted(store.db, campaign.id);
  await pass(11);
  await audit();
  expect(started).toEqual([campaign.id]);

  await noteNextLook(store.pool, campaign.id, new Date(Date.now() + 300_000));
  await pass(11);
  await audit();
  expect(started).toEqual([campaign.id]);
  await noteNextLook(store.pool, campaign.id, null);
  expect([await lookAt('campaigns', campaign.id), await lookAt('campaigns', series.id)]).toEqual([null, null]);
});
