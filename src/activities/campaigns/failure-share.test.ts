import fc from 'fast-check';
import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import { ACCOUNT, startStore, type TestStore } from '../../../test/support/rows';
import { moveCampaign, readCampaign } from '../../store/campaigns/campaigns';
import { readLiveCampaigns } from '../../store/campaigns/live';
import { countOutcomes, type CountedSlices } from '../../store/campaigns/slices';
import { createFailureGuard, failureShare } from './failure-share';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** A running campaign of slices, each with so many of its hundred messages delivered and failed. */
async function running(slices: readonly (readonly [delivered: number, failed: number])[]): Promise<string> {
  const campaign = await storeCampaign(store);
  await storeBlock(
    store,
    campaign,
    slices.map((_, no) => campaignSlice(no, 100)),
  );
  await moveCampaign(store.db, campaign.id, 'scheduled');
  await moveCampaign(store.db, campaign.id, 'running');
  for (const [no, counts] of slices.entries()) await settle(campaign.id, no, counts);
  return campaign.id;
}
const settle = (id: string, no: number, [delivered, failed]: readonly [number, number]) =>
  store.pool.query('update slices set delivered = $3, failed = $4 where campaign_id = $1 and no = $2', [
    id,
    no,
    delivered,
    failed,
  ]);
const limitTo = (share: number | null) =>
  store.pool.query(`update accounts set safety = $2 where id = $1`, [
    ACCOUNT,
    JSON.stringify(share === null ? {} : { autoPauseFailureShare: share }),
  ]);

async function guardOf(id: string) {
  let halted = 0;
  const value = (await readLiveCampaigns(store.pool, [id])).get(id)!;
  const mayClaim = createFailureGuard(store, id, { value }, () => halted++);
  return { mayClaim, halted: () => halted };
}

test('what is added up from where it was left off is what all slices say, as their messages settle', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 5,
      }),
      async (steps) => {
        const id = await running(steps.map(([first]) => first!));
        let counted: CountedSlices = { no: 0, settled: 0, failed: 0 };
        for (let step = 0; step < 4; step++) {
          const now = steps.map((counts) => counts[Math.min(step, counts.length - 1)]!);
          // Counts only grow: what is settled is counted by one outcome or the other.
          const grown = now.map((_, no) => {
            const until = steps[no]!.slice(0, step + 1);
            return [Math.max(...until.map(([d]) => d)), Math.max(...until.map(([, f]) => f))] as const;
          });
          for (const [no, counts] of grown.entries()) await settle(id, no, counts);
          const found = await countOutcomes(store.pool, id, counted);
          ({ counted } = found);
          const failed = grown.reduce((sum, [, f]) => sum + f, 0);
          expect(found).toMatchObject({ failed, settled: grown.reduce((sum, [d]) => sum + d, failed) });
        }
      },
    ),
    { numRuns: 15 },
  ));

test('slices that are over are not read again', async () => {
  const id = await running([
    [50, 50],
    [100, 0],
    [10, 0],
  ]);
  const { counted } = await countOutcomes(store.pool, id, { no: 0, settled: 0, failed: 0 });
  expect(counted).toEqual({ no: 2, settled: 200, failed: 50 });
});

test('fewer than a hundred outcomes say nothing', () => {
  expect(failureShare({ settled: 99, failed: 99 })).toBe(0);
  expect(failureShare({ settled: 100, failed: 60 })).toBe(0.6);
});

test('beyond the limit it pauses itself and halts the run; an account without one, and others’, go on', async () => {
  await limitTo(0.5);
  const [id, other] = [await running([[40, 70]]), await running([[70, 40]])];
  const { mayClaim, halted } = await guardOf(id);
  expect([await mayClaim(), halted()]).toEqual([false, 1]);
  expect(await readCampaign(store.db, id)).toMatchObject({
    state: 'paused',
    reason: 'paused by itself: 64 % of the messages with an outcome failed',
  });
  const { rows } = await store.pool.query('select action, detail from audit where subject = $1', [id]);
  expect(rows).toEqual([{ action: 'campaign.paused-itself', detail: { percent: 64 } }]);
  const good = await guardOf(other);
  expect([await good.mayClaim(), good.halted()]).toEqual([true, 0]);
  await limitTo(null);
  const free = await guardOf(await running([[0, 100]]));
  expect([await free.mayClaim(), free.halted()]).toEqual([true, 0]);
});

test('one that somebody resumed does not pause itself again', async () => {
  await limitTo(0.5);
  const id = await running([[0, 100]]);
  await store.pool.query('update campaigns set self_pausing = false where id = $1', [id]);
  const { mayClaim } = await guardOf(id);
  expect(await mayClaim()).toBe(true);
});

test('what a run knew before a person resumed it pauses it no more; its neighbour pauses itself', async () => {
  await limitTo(0.3);
  const [resumed, neighbour] = [await running([[0, 100]]), await running([[0, 100]])];
  const [guard, beside] = [await guardOf(resumed), await guardOf(neighbour)];
  await store.pool.query('update campaigns set self_pausing = false where id = $1', [resumed]);
  expect([await guard.mayClaim(), guard.halted()]).toEqual([true, 0]);
  expect((await readCampaign(store.db, resumed))!.state).toBe('running');
  expect([await beside.mayClaim(), beside.halted()]).toEqual([false, 1]);
  await limitTo(null);
});
