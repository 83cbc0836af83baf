/** What is on its way: decided over by nobody else, and seen as it is. */
import { randomUUID } from 'node:crypto';
import { NEXT_LEG, UNSENT, expectToAddUp, listInBlocks, statesOf, storeBlock } from '../../../test/support/block-rows';
import { storeCampaign, storeCampaignIn } from '../../../test/support/campaign-rows';
import {
  ACCOUNT,
  OPT_OUTS,
  claimBlock,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { settleHeld } from '../campaigns/hold';
import { countCampaigns } from '../campaigns/live';
import { cancelWaiting } from '../campaigns/slices';
import { holdLeg, moveLeg } from '../dispatch/failover';
import { writeResults } from '../dispatch/results';
import { countOpenOfGateway, type GatewayRow } from '../gateways/gateways';
import { applyReceipts } from '../receipts/receipts';
import { settleCapped } from './caps';
import { settleSuppressed } from './opt-outs';
import { searchMessages } from './search';
import { settleOverdue } from './settle';
import { sealSlice } from './slices';
import { endWaiting, moveWaiting } from './take-over';
import { traceMessage } from './trace';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

/** Those that decide over messages that wait, each so that it would take all of a slice. */
const DECISIONS: Record<string, (sliceId: string, ids: string[]) => Promise<unknown>> = {
  'a move to another leg': (sliceId) => moveLeg(store.pool, sliceId, 0, { leg: 1, notRefusedBy: null }),
  'a hold': (sliceId) => holdLeg(store.pool, sliceId, 0, gateway.id, 'held', 60_000),
  'the end of its campaign': (sliceId) => cancelWaiting(store.pool, sliceId, 'cancelled'),
  'a suppression': async (sliceId) => {
    await store.pool.query(
      `insert into suppressions (account_id, msisdn, source) select distinct account_id, msisdn, 'manual'
       from messages where slice_id = $1 on conflict do nothing`,
      [sliceId],
    );
    await settleSuppressed(store.pool, sliceId, OPT_OUTS);
    await store.pool.query('delete from suppressions');
  },
  'a person who drops it': (sliceId, ids) => {
    const waiting = ids.map((id) => ({ id, slice_id: sliceId }));
    return store.db
      .transaction()
      .execute((tx) => endWaiting(tx, waiting, { state: 'cancelled', code: '917', reason: 'asked' }));
  },
  'a person who moves it': async (sliceId, ids) => {
    const leg = { index: 1, gatewayId: gateway.id };
    for (const id of ids) {
      await store.db.transaction().execute((tx) => moveWaiting(tx, { id, slice_id: sliceId }, leg));
    }
  },
  'a cap': (sliceId) =>
    settleCapped(store.pool, sliceId, { duplicateContentMinutes: null, frequency: { count: 0, hours: 1 } }),
  'its deadline': async (sliceId) => {
    await store.pool.query(`update slices set created_at = now() - interval '2 days' where id = $1`, [sliceId]);
    await settleOverdue(store.pool, sliceId, []);
  },
  'the deadline of its campaign': async (sliceId) => {
    const campaignId = await storeCampaignIn(store, 'running');
    await store.pool.query(`update campaigns set hold_until = now() - interval '1 minute' where id = $1`, [campaignId]);
    await store.pool.query('update slices set campaign_id = $2, no = 0 where id = $1', [sliceId, campaignId]);
    await settleHeld(store.pool, campaignId, 10);
  },
};

describe('what is on its way is left alone by', () => {
  it.each(Object.keys(DECISIONS))('%s, which takes all others', async (name) => {
    const { sliceId, ids, messages, claim } = await storeBlock(store, gateway, 3, { limit: 2 });
    await DECISIONS[name]!(sliceId, ids);
    const rows = async () =>
      (
        await store.pool.query<object>(
          'select state, leg, not_before, reason from messages where slice_id = $1 order by id',
          [sliceId],
        )
      ).rows;
    const fresh = { state: 'accepted', leg: 0, not_before: null, reason: null };
    const [first, second, other] = await rows();
    expect([first, second]).toEqual([fresh, fresh]);
    expect(other).not.toEqual(fresh);
    await writeResults(
      store.pool,
      claim,
      messages.map((one) => resultOf(one)),
    );
    expect((await statesOf(store, ids)).slice(0, 2)).toEqual(['submitted', 'submitted']);
    await expectToAddUp(store, sliceId);
  });

  it('the deadline of its campaign, after which its run claims nothing more', async () => {
    const { sliceId } = await storeSlice(store.pool, 3);
    const owner = randomUUID();
    await sealSlice(store.pool, sliceId, owner);
    await DECISIONS['the deadline of its campaign']!(sliceId, []);
    const { rows } = await store.pool.query('select owner from slices where id = $1', [sliceId]);
    expect(rows).toEqual([{ owner: null }]);
  });
});

describe('what people see', () => {
  it('a gateway has messages on their way: it can’t go', async () => {
    const own = await storeGateway(store);
    const { sliceId } = await storeSlice(store.pool, 2);
    expect(await countOpenOfGateway(store.db, ACCOUNT, own.id)).toBe(0);
    await claimBlock(store.pool, sliceId, own.id, { claim: randomUUID() });
    expect(await countOpenOfGateway(store.db, ACCOUNT, own.id)).toBe(2);
  });

  it('a message that is in a block is submitting, with its attempt', async () => {
    const { ids, claim } = await storeBlock(store, gateway, 2);
    const trace = await traceMessage(store.db, ACCOUNT, ids[0]!);
    expect(trace).toMatchObject({
      message: { state: 'submitting', gateway_id: gateway.id },
      attempts: [{ no: 1, state: 'submitting', gateway_id: gateway.id, sender: 'BRANDA', claim }],
    });
    const find = async (state?: 'submitting' | 'accepted') =>
      (await searchMessages(store.db, { accountId: ACCOUNT, state, limit: 1_000 })).rows.filter(({ id }) =>
        ids.includes(id),
      );
    expect((await find()).map(({ state }) => state)).toEqual(['submitting', 'submitting']);
    expect((await find('submitting')).map(({ state }) => state)).toEqual(['submitting', 'submitting']);
    expect(await find('accepted')).toEqual([]);
  });

  it('one that a report on an earlier attempt has ended meanwhile is what it came to', async () => {
    const { sliceId, ids, claim, messages } = await storeBlock(store, gateway, 1);
    await writeResults(store.pool, claim, [resultOf(messages[0]!, NEXT_LEG)]);
    await claimBlock(store.pool, sliceId, gateway.id, { claim: randomUUID() });
    await applyReceipts(store.pool, [receiptOf(gateway.id, messages[0]!)]);
    expect(await listInBlocks(store, sliceId)).toEqual(ids);
    const { message } = (await traceMessage(store.db, ACCOUNT, ids[0]!))!;
    expect(message.state).toBe('delivered');
    const find = async (state: 'submitting' | 'delivered') =>
      (await searchMessages(store.db, { accountId: ACCOUNT, state, limit: 1_000 })).rows.filter(({ id }) =>
        ids.includes(id),
      );
    expect(await find('submitting')).toEqual([]);
    expect((await find('delivered')).map(({ state }) => state)).toEqual(['delivered']);
    const { id: campaignId } = await storeCampaign(store);
    await store.pool.query('update slices set campaign_id = $2, no = 0, total = 2 where id = $1', [
      sliceId,
      campaignId,
    ]);
    expect((await countCampaigns(store.pool, [campaignId])).get(campaignId)).toMatchObject({
      submitting: 0,
      delivered: 1,
    });
  });

  it('a campaign counts it so', async () => {
    const { sliceId, claim, messages } = await storeBlock(store, gateway, 3);
    const { id: campaignId } = await storeCampaign(store);
    await store.pool.query('update slices set campaign_id = $2, no = 0 where id = $1', [sliceId, campaignId]);
    expect((await countCampaigns(store.pool, [campaignId])).get(campaignId)).toMatchObject({
      queued: 0,
      submitting: 3,
    });
    await writeResults(store.pool, claim, [resultOf(messages[0]!), resultOf(messages[1]!, UNSENT)]);
    expect((await countCampaigns(store.pool, [campaignId])).get(campaignId)).toMatchObject({
      queued: 1,
      submitting: 1,
      submitted: 1,
    });
  });
});
