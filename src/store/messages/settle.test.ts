import {
  callbacksOf,
  countersOf,
  messageOf,
  startStore,
  storeGateway,
  storeSlice,
  withAttempt,
  withResult,
  submit,
  type TestStore,
} from '../../../test/support/rows';
import { holdLeg } from '../dispatch/failover';
import type { GatewayRow } from '../gateways/gateways';
import type { AttemptResult } from '../dispatch/results';
import { readOutlook, settleOverdue } from './settle';
import { HOLD_DEADLINE_SECONDS } from './waiting';

const DEADLINE_SECONDS = 3_600;
let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store, { receiptDeadlineSeconds: DEADLINE_SECONDS });
});
afterAll(() => store.stop());

/** Time passes on the rows of a slice. */
async function pass(sliceId: string, seconds: number): Promise<void> {
  const ago = [sliceId, seconds];
  await store.pool.query(
    `update messages set submitted_at = submitted_at - $2 * interval '1 s', not_before = not_before - $2 * interval '1 s'
     where slice_id = $1`,
    ago,
  );
  await store.pool.query(
    `update attempts set answered_at = answered_at - $2 * interval '1 s'
     where message_id in (select id from messages where slice_id = $1)`,
    ago,
  );
  await store.pool.query(
    `update slices set created_at = created_at - $2 * interval '1 s', due_at = due_at - $2 * interval '1 s' where id = $1`,
    ago,
  );
}

const submitted = async (over: Partial<AttemptResult> = {}) => {
  const { sliceId, message } = await withResult(store.pool, gateway.id, over);
  return { sliceId, id: message.id };
};
const held = async (dueAt: Date | null = null) => {
  const { sliceId, ids } = await storeSlice(store.pool, 1, {}, { dueAt });
  await holdLeg(store.pool, sliceId, 0, gateway.id, 'the gateway is inactive', 60_000);
  return { sliceId, id: ids[0]! };
};
/** Seconds until the slice is to be looked at again. */
const wait = async (sliceId: string) => {
  const { nextAtMs, nowMs } = await readOutlook(store.pool, sliceId, []);
  return Math.round((nextAtMs! - nowMs) / 1_000);
};
const unknown = () => submitted({ attempt: 'unknown', message: 'submitting', class: 'unknown' });

it.each([
  ['submitted', submitted, DEADLINE_SECONDS, 'expired', '916', 'expired'],
  ['unknown', unknown, DEADLINE_SECONDS, 'unknown', '900', 'unknown'],
  ['held', held, HOLD_DEADLINE_SECONDS, 'failed', '904', undefined],
] as const)(
  '%s: settled at its deadline, not before, once, and told',
  async (_, make, seconds, state, code, attempt) => {
    const { sliceId, id } = await make();
    await pass(sliceId, seconds - 60);
    expect(await settleOverdue(store.pool, sliceId, [])).toEqual({ slices: [], webhookIds: [] });
    const before = await readOutlook(store.pool, sliceId, []);
    expect(before.open).toBe(1);

    await pass(sliceId, 60);
    expect(await readOutlook(store.pool, sliceId, [])).toMatchObject({ open: 1 });
    expect(await wait(sliceId)).toBeLessThanOrEqual(0);
    const settlement = await settleOverdue(store.pool, sliceId, []);
    expect(settlement).toEqual({
      slices: [{ sliceId, campaignId: null, groupId: null, open: 0, refused: 0, wakeSeq: 1 }],
      webhookIds: ['wh_test'],
    });
    expect(await messageOf(store.pool, id)).toMatchObject({ state, code, settled: true, reason: expect.any(String) });
    expect(await callbacksOf(store.pool, id)).toEqual([`failed ${code} pending`]);
    const { rows } = await store.pool.query<{ state: string }>('select state from attempts where message_id = $1', [
      id,
    ]);
    expect(rows[0]?.state).toBe(attempt);

    expect(await settleOverdue(store.pool, sliceId, [])).toEqual({ slices: [], webhookIds: [] });
    expect(await readOutlook(store.pool, sliceId, [])).toMatchObject({
      open: 0,
      waiting: 0,
      ready: 0,
      lookups: 0,
      nextAtMs: null,
    });
    const { kept, counted } = await countersOf(store.pool, sliceId);
    expect(kept).toEqual(counted);
    expect(kept).toMatchObject({ total: 1, [state]: 1 });
  },
);

it('a message that is held from a time in the future waits a day from that time', async () => {
  const { sliceId } = await held(new Date(Date.now() + 7 * 86_400_000));
  await pass(sliceId, 7 * 86_400);
  expect((await settleOverdue(store.pool, sliceId, [])).slices).toEqual([]);
  await pass(sliceId, HOLD_DEADLINE_SECONDS + 60);
  expect((await settleOverdue(store.pool, sliceId, [])).slices).toHaveLength(1);
});

it('an attempt that waits to be sent again ends as unknown, counted from its first request', async () => {
  const lost = { attempt: 'submitting', message: 'submitting', class: 'unknown', delayMs: 128_000 } as const;
  const { sliceId, id } = await submitted(lost);
  const sentAgo = (seconds: number) =>
    store.pool.query(`update attempts set created_at = now() - $2 * interval '1 s' where message_id = $1`, [
      id,
      seconds,
    ]);
  await sentAgo(DEADLINE_SECONDS - 60);
  expect((await settleOverdue(store.pool, sliceId, [])).slices).toEqual([]);
  await sentAgo(DEADLINE_SECONDS);
  expect((await settleOverdue(store.pool, sliceId, [])).slices).toMatchObject([{ open: 0 }]);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'unknown', code: '900', settled: true });
  const { rows } = await store.pool.query('select state from attempts where message_id = $1', [id]);
  expect(rows).toEqual([{ state: 'unknown' }]);
});

it('an attempt that is being sent right now has no deadline', async () => {
  const { sliceId } = await withAttempt(store.pool, gateway.id);
  await pass(sliceId, 10 * HOLD_DEADLINE_SECONDS);
  expect((await settleOverdue(store.pool, sliceId, [])).slices).toEqual([]);
});

it('settles only the slice it was asked about, and only what is overdue in it', async () => {
  const other = await submitted();
  const { sliceId, ids } = await storeSlice(store.pool, 3);
  await submit(store.pool, sliceId, gateway.id);
  await pass(other.sliceId, DEADLINE_SECONDS);
  await store.pool.query(`update messages set submitted_at = now() - interval '1 day' where id = $1`, [ids[1]]);
  expect((await settleOverdue(store.pool, sliceId, [])).slices).toEqual([
    { sliceId, campaignId: null, groupId: null, open: 2, refused: 0, wakeSeq: 0 },
  ]);
  expect(await messageOf(store.pool, ids[1]!)).toMatchObject({ state: 'expired' });
  expect(await messageOf(store.pool, other.id)).toMatchObject({ state: 'submitted' });
});

describe('readOutlook', () => {
  it('waits for the first deadline or back-off', async () => {
    const { sliceId } = await submitted();
    expect(await wait(sliceId)).toBeGreaterThan(DEADLINE_SECONDS - 60);
    expect(await wait(sliceId)).toBeLessThanOrEqual(DEADLINE_SECONDS);
    const queued = { attempt: 'refused', message: 'queued', class: 'transient', delayMs: 600_000 } as const;
    const backingOff = await submitted(queued);
    expect(await readOutlook(store.pool, backingOff.sliceId, [])).toMatchObject({ open: 1, waiting: 1, ready: 0 });
    expect(await wait(backingOff.sliceId)).toBeGreaterThan(540);
    expect(await wait(backingOff.sliceId)).toBeLessThanOrEqual(600);
    await pass(backingOff.sliceId, 600);
    expect(await readOutlook(store.pool, backingOff.sliceId, [])).toMatchObject({
      open: 1,
      waiting: 1,
      ready: 1,
      lookups: 0,
    });
    expect(await wait(backingOff.sliceId)).toBeLessThanOrEqual(0);
  });

  it('what was never claimed is ready', async () => {
    const { sliceId } = await storeSlice(store.pool, 2);
    expect(await readOutlook(store.pool, sliceId, [])).toMatchObject({ open: 2, ready: 2 });
  });
});
