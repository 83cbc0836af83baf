/** What is too old does not leave, by whichever way; and it is told. */
import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import {
  OPT_OUTS,
  callbacksOf,
  claim,
  countersOf,
  messageOf,
  startStore,
  storeGateway,
  storeSlice,
  withAttempt,
  type TestStore,
} from '../../../test/support/rows';
import { callOrphansUnknown, takeOverOrphans } from '../dispatch/claim';
import { readOutlook, settleOverdue } from './settle';

const ANOTHER_CLAIM = '00000000-0000-4000-8000-00000000000b';
let store: TestStore;
let gatewayId: string;
beforeAll(async () => {
  store = await startStore();
  gatewayId = (await storeGateway(store)).id;
});
afterAll(() => store.stop());

/** Has a message be good until so many seconds from now. */
const good = (id: string, seconds: number) =>
  store.pool.query(`update messages set valid_until = now() + $2 * interval '1 second' where id = $1`, [id, seconds]);

it('a message on its own: it is not claimed any more, ends as expired, and is told; the others of its slice are sent', async () => {
  const { sliceId, ids } = await storeSlice(store.pool, 3);
  await good(ids[0]!, -1);
  await good(ids[1]!, 3_600);
  const claimed = await claim(store.pool, sliceId, gatewayId, { limit: 3 });
  expect(claimed.map(({ id }) => id)).toEqual(ids.slice(1));

  const settlement = await settleOverdue(store.pool, sliceId, []);
  expect(settlement.slices).toEqual([expect.objectContaining({ sliceId, open: 2 })]);
  expect(await messageOf(store.pool, ids[0]!)).toMatchObject({
    state: 'expired', code: '916', reason: 'its time was over before it could leave', attempts: 0,
  }); // prettier-ignore
  expect(await callbacksOf(store.pool, ids[0]!)).toEqual(['failed 916 pending']);
  const { kept, counted } = await countersOf(store.pool, sliceId);
  expect(kept).toEqual(counted);
});

it('its slice is looked at again when it is too old, and it is not taken for ready then', async () => {
  const { sliceId, ids } = await storeSlice(store.pool, 1);
  await store.pool.query(`update messages set state = 'queued', not_before = now() + interval '1 hour' where id = $1`, [
    ids[0],
  ]);
  await good(ids[0]!, 300);
  const { rows } = await store.pool.query<{ ms: string }>(
    'select floor(extract(epoch from valid_until) * 1000) as ms from messages where id = $1',
    [ids[0]],
  );
  // The first whole millisecond after it.
  expect((await readOutlook(store.pool, sliceId, [])).nextAtMs).toBe(Number(rows[0]!.ms) + 1);
  await store.pool.query('update messages set not_before = null where id = $1', [ids[0]]);
  expect(await readOutlook(store.pool, sliceId, [])).toMatchObject({ open: 1, ready: 1 });
  await good(ids[0]!, 0);
  expect(await readOutlook(store.pool, sliceId, [])).toMatchObject({ open: 1, waiting: 1, ready: 0 });
});

it('an attempt in doubt is not sent again once it is too old: it waits for its report', async () => {
  const [old, fresh] = [await withAttempt(store.pool, gatewayId), await withAttempt(store.pool, gatewayId)];
  await good(old.message.id, -1);
  await good(fresh.message.id, 3_600);
  for (const { sliceId } of [old, fresh]) {
    await callOrphansUnknown(store.pool, sliceId, ['infobip'], OPT_OUTS);
    await takeOverOrphans(store.pool, sliceId, ANOTHER_CLAIM, ['infobip'], OPT_OUTS);
  }
  const states = await store.pool.query<{ id: string; state: string; claim: string }>(
    'select message_id as id, state, claim from attempts where message_id = any($1) order by message_id',
    [[old.message.id, fresh.message.id]],
  );
  expect(states.rows).toEqual([
    expect.objectContaining({ id: old.message.id, state: 'unknown' }),
    expect.objectContaining({ id: fresh.message.id, state: 'submitting', claim: ANOTHER_CLAIM }),
  ]);
  // And what was submitted in time has its report to wait for, however old it is.
  await settleOverdue(store.pool, old.sliceId, []);
  expect(await messageOf(store.pool, old.message.id)).toMatchObject({ state: 'submitting' });
});

it.each([
  ['by its age', { max_age_seconds: 60 }],
  ['by the time it says', { valid_until: new Date(Date.now() - 1_000) }],
])('of a campaign nothing is claimed once all of it is too old, %s', async (_, age) => {
  const campaign = await storeCampaign(store);
  const slice = campaignSlice(0, 2);
  await storeBlock(store, campaign, [slice]);
  await store.db
    .updateTable('campaigns')
    .set({ state: 'running', started_at: new Date(), ...age })
    .where('id', '=', campaign.id)
    .execute();
  const isOver = 'valid_until' in age;
  expect(await claim(store.pool, slice.id, gatewayId, { limit: 1 })).toHaveLength(isOver ? 0 : 1);
  await store.pool.query(`update campaigns set started_at = now() - interval '61 seconds' where id = $1`, [
    campaign.id,
  ]);
  expect(await claim(store.pool, slice.id, gatewayId, { limit: 1 })).toEqual([]);
});
