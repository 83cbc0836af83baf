import {
  FAILED,
  SENDER_REFUSED,
  claim,
  receiptOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import { NIL_UUID } from '../../core/messages/ids';
import { applyReceipts } from '../receipts/receipts';
import { clearWakeDue, listWakeDue } from './slices';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** As the statements do that have news for a slice's workflow. */
const flag = (ids: readonly string[]) =>
  store.pool.query('update slices set wake_due = true, wake_seq = wake_seq + 1 where id = any($1)', [ids]);

async function isDue(id: string): Promise<boolean> {
  const { rows } = await store.pool.query<{ wake_due: boolean }>('select wake_due from slices where id = $1', [id]);
  return rows[0]!.wake_due;
}

async function flaggedCampaign(state: string, count: number): Promise<{ id: string; slices: string[] }> {
  const campaign = await storeCampaign(store);
  const slices = Array.from({ length: count }, (_, no) => campaignSlice(no, 1));
  await storeBlock(store, campaign, slices);
  await store.pool.query('update campaigns set state = $2 where id = $1', [campaign.id, state]);
  const ids = slices.map(({ id }) => id);
  await flag(ids);
  return { id: campaign.id, slices: ids };
}

describe('wakes that may not have been heard', () => {
  test('behind 1,200 of a paused campaign those of others come up, one for each campaign', async () => {
    const paused = await flaggedCampaign('paused', 1_200);
    const running = [await flaggedCampaign('running', 3), await flaggedCampaign('settling', 2)];
    const cancelled = await flaggedCampaign('cancelled', 2);
    const { sliceId } = await storeSlice(store.pool, 1);
    await flag([sliceId]);
    const due = await listWakeDue(store.pool, NIL_UUID, 1_000);
    const campaigns = due.flatMap(({ campaignId }) => campaignId ?? []);
    expect(campaigns.includes(paused.id)).toBe(false);
    expect(campaigns.sort()).toEqual([...running, cancelled].map(({ id }) => id).sort());
    expect(due.filter(({ campaignId }) => campaignId === null).map((owner) => owner.sliceId)).toEqual([sliceId]);
  });

  test('those of sends come in pages', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await storeSlice(store.pool, 1)).sliceId);
    await flag(ids);
    const seen: string[] = [];
    for (let after = NIL_UUID; ; after = seen.at(-1)!) {
      const page = (await listWakeDue(store.pool, after, 2)).filter(({ campaignId }) => campaignId === null);
      if (page.length === 0) break;
      expect(page.length).toBeLessThanOrEqual(2);
      seen.push(...page.map(({ sliceId }) => sliceId));
    }
    expect(seen).toEqual(expect.arrayContaining(ids));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('what came later than what was delivered stays due', async () => {
    const { sliceId } = await storeSlice(store.pool, 1);
    await flag([sliceId]);
    const delivered = (await listWakeDue(store.pool, NIL_UUID, 1_000)).find((owner) => owner.sliceId === sliceId)!;
    await flag([sliceId]);
    await clearWakeDue(store.pool, [delivered]);
    expect(await isDue(sliceId)).toBe(true);
    await clearWakeDue(store.pool, [{ ...delivered, wakeSeq: delivered.wakeSeq + 1 }]);
    expect(await isDue(sliceId)).toBe(false);
  });

  test('of two processes each clears only its own news', async () => {
    const gateway = await storeGateway(store);
    const { sliceId } = await storeSlice(store.pool, 3);
    const claimed = await claim(store.pool, sliceId, gateway.id);
    const [first, second] = claimed.map((message) => receiptOf(gateway.id, message, SENDER_REFUSED));
    const news = async (receipt: typeof first) => (await applyReceipts(store.pool, [receipt!])).slices[0]!;
    const earlier = await news(first);
    const later = await news(second);
    expect(later.wakeSeq).toBeGreaterThan(earlier.wakeSeq);
    await clearWakeDue(store.pool, [earlier]);
    expect(await isDue(sliceId)).toBe(true);
    await clearWakeDue(store.pool, [later]);
    expect(await isDue(sliceId)).toBe(false);
    // Neither a settled message among open ones, nor anything after the last one, is news for the workflow.
    const failure = await news(receiptOf(gateway.id, claimed[2]!, FAILED));
    expect(failure).toMatchObject({ open: 2, wakeSeq: later.wakeSeq });
    expect(await isDue(sliceId)).toBe(false);
  });

  test('a delivered report after the last failure is no news', async () => {
    const gateway = await storeGateway(store);
    const { sliceId } = await storeSlice(store.pool, 1);
    const [message] = await claim(store.pool, sliceId, gateway.id);
    const settle = async (over: object) =>
      (await applyReceipts(store.pool, [receiptOf(gateway.id, message!, over)])).slices[0]!;
    const failed = await settle(FAILED);
    await clearWakeDue(store.pool, [failed]);
    expect(await settle({})).toMatchObject({ open: 0, wakeSeq: failed.wakeSeq });
    expect(await isDue(sliceId)).toBe(false);
  });
});
