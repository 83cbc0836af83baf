import { pinClock } from '../../../test/support/clock';
import {
  CLAIM,
  FAILED,
  callbacksOf,
  claim,
  countersOf,
  messageOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  submit,
  type TestStore,
} from '../../../test/support/rows';
import type { GatewayDraft } from '../gateways/gateways';
import { endLookups, confirmFound, listLookupGateways, listOverdue, moveOverdue, takeLookups } from './overdue';
import { applyReceipts } from '../receipts/receipts';
import { writeResults, type AttemptResult } from './results';
import { readOutlook, settleOverdue } from '../messages/settle';

const LOOKUP = ['twilio'];
const DEADLINE_SECONDS = 3_600;
const FAILOVER_SECONDS = 600;
/** Its clock stands still: only {@link pass} lets time go by, however long the test takes. */
let store: TestStore;
beforeAll(async () => {
  const own = await startStore(1);
  await pinClock(own);
  store = { ...own, ...own.connect(4) };
});
afterAll(() => store.stop());

/** Messages that were submitted (or what `over` says) over a gateway. */
async function sent(gateway: Partial<GatewayDraft> = {}, over: Partial<AttemptResult> = {}, count = 1) {
  const { id: gatewayId } = await storeGateway(store, {
    provider: 'twilio',
    receiptDeadlineSeconds: DEADLINE_SECONDS,
    ...gateway,
  });
  const { sliceId, ids } = await storeSlice(store.pool, count);
  const claimed = await submit(store.pool, sliceId, gatewayId, {}, over);
  return { gatewayId, sliceId, id: ids[0]!, message: claimed[0]! };
}
const UNKNOWN = { attempt: 'unknown', message: 'submitting', class: 'unknown', reason: 'lost' } as const;

async function pass(sliceId: string, seconds: number): Promise<void> {
  await store.pool.query(`update messages set submitted_at = submitted_at - $2 * interval '1 s' where slice_id = $1`, [
    sliceId,
    seconds,
  ]);
  await store.pool.query(
    `update attempts set answered_at = answered_at - $2 * interval '1 s'
     where message_id in (select id from messages where slice_id = $1)`,
    [sliceId, seconds],
  );
}

const take = async (sliceId: string, limit: number) => {
  const taken = [];
  for (const gatewayId of await listLookupGateways(store.pool, sliceId, LOOKUP)) {
    taken.push(...(await takeLookups(store.pool, sliceId, LOOKUP, gatewayId, limit)));
  }
  return taken;
};
/** Asks, and is answered. */
const asked = async (sliceId: string): Promise<number> => {
  const taken = await take(sliceId, 100);
  await endLookups(
    store.pool,
    taken.filter(({ last }) => last),
  );
  return taken.length;
};
const waitSeconds = async (sliceId: string, later?: boolean): Promise<number> => {
  const { nextAtMs, nowMs } = await readOutlook(store.pool, sliceId, LOOKUP, later);
  return Math.round((nextAtMs! - nowMs) / 1_000);
};

describe('takeLookups', () => {
  it('asks about a submitted message at half of its deadline and at the end of it, before it is settled', async () => {
    const { sliceId, id, gatewayId, message } = await sent({}, { providerId: 'sm1' });
    expect(await waitSeconds(sliceId)).toBe(DEADLINE_SECONDS / 2);
    expect(await waitSeconds(sliceId, false)).toBe(DEADLINE_SECONDS / 2);
    await pass(sliceId, DEADLINE_SECONDS / 2);
    expect(await take(sliceId, 100)).toMatchObject([
      {
        messageId: id,
        no: message.no,
        gatewayId,
        providerId: 'sm1',
        msisdn: '+919800000001',
        body: 'Hello',
        unknown: false,
      },
    ]);
    expect(await asked(sliceId)).toBe(0);
    expect(await waitSeconds(sliceId)).toBe(DEADLINE_SECONDS / 2);

    await pass(sliceId, DEADLINE_SECONDS / 2);
    await settleOverdue(store.pool, sliceId, LOOKUP);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'submitted' });
    expect(await asked(sliceId)).toBe(1);
    expect(await asked(sliceId)).toBe(0);
    await settleOverdue(store.pool, sliceId, LOOKUP);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'expired', code: '916' });
  });

  it('asks about an attempt whose answer was lost a few times, then at the deadline', async () => {
    const { sliceId, id } = await sent({}, UNKNOWN);
    const times: [number, number][] = [
      [0, 1],
      [14, 0],
      [1, 1],
      [45, 1],
      [240, 1],
      [1_000, 0],
      [DEADLINE_SECONDS, 1],
      [1, 0],
    ];
    for (const [seconds, expected] of times) {
      await pass(sliceId, seconds);
      expect([seconds, await asked(sliceId)]).toEqual([seconds, expected]);
    }
    await settleOverdue(store.pool, sliceId, LOOKUP);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'unknown', code: '900' });
  });

  it.each([
    ['a submitted message', {}, 'expired'],
    ['an attempt whose answer was lost', UNKNOWN, 'unknown'],
  ])('asks again after a last look-up of %s that got no answer, some times', async (_, over, state) => {
    const { sliceId, id } = await sent({}, over);
    await pass(sliceId, DEADLINE_SECONDS / 2);
    await asked(sliceId);
    await pass(sliceId, DEADLINE_SECONDS / 2);
    for (const waits of [15, 45]) {
      expect(await take(sliceId, 100)).toMatchObject([{ messageId: id, last: true }]);
      await settleOverdue(store.pool, sliceId, LOOKUP);
      expect(await messageOf(store.pool, id)).toMatchObject({ settled: false });
      expect(await waitSeconds(sliceId)).toBe(waits);
      await pass(sliceId, waits - 1);
      expect(await take(sliceId, 100)).toEqual([]);
      await pass(sliceId, 1);
    }
    expect(await take(sliceId, 100)).toHaveLength(1);
    await settleOverdue(store.pool, sliceId, LOOKUP);
    expect(await messageOf(store.pool, id)).toMatchObject({ state });
  });

  it('is not asked again once the last look-up was answered', async () => {
    const { sliceId, id } = await sent({}, { providerId: 'sm1' });
    await pass(sliceId, DEADLINE_SECONDS);
    expect(await asked(sliceId)).toBe(1);
    await settleOverdue(store.pool, sliceId, LOOKUP);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'expired' });
  });

  it('asks once where several moments were missed', async () => {
    for (const over of [{}, UNKNOWN]) {
      const { sliceId } = await sent({}, over);
      await pass(sliceId, 2 * DEADLINE_SECONDS);
      expect([await asked(sliceId), await asked(sliceId)]).toEqual([1, 0]);
    }
    const { sliceId } = await sent({}, UNKNOWN);
    await pass(sliceId, 70);
    expect([await asked(sliceId), await asked(sliceId)]).toEqual([1, 0]);
  });

  it('goes on where the limit ended, and asks of nobody who can’t be asked', async () => {
    const { sliceId } = await sent({}, UNKNOWN, 3);
    expect(await take(sliceId, 2)).toHaveLength(2);
    expect(await take(sliceId, 2)).toHaveLength(1);
    const other = await sent({ provider: 'infobip' }, UNKNOWN);
    expect(await asked(other.sliceId)).toBe(0);
  });
});

describe('confirmFound', () => {
  it('makes an unknown attempt a submitted one, under its provider id, which waits for its receipt', async () => {
    const { sliceId, id, gatewayId, message } = await sent({}, UNKNOWN);
    await confirmFound(store.pool, [{ messageId: id, no: message.no, providerId: 'sm2' }]);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'submitted', code: null, reason: null });
    await pass(sliceId, DEADLINE_SECONDS / 2);
    expect(await asked(sliceId)).toBe(1);
    await applyReceipts(store.pool, [receiptOf(gatewayId, message, { attempt: null, providerId: 'sm2' })]);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'delivered' });
    const { kept, counted } = await countersOf(store.pool, sliceId);
    expect(kept).toEqual(counted);
  });

  it('leaves what was settled or answered meanwhile', async () => {
    const { id, gatewayId, message } = await sent({}, UNKNOWN);
    await applyReceipts(store.pool, [receiptOf(gatewayId, message)]);
    await confirmFound(store.pool, [{ messageId: id, no: message.no, providerId: 'sm3' }]);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'delivered', settled: true });
  });
});

describe('an overdue receipt', () => {
  const overdue = async (provider = 'infobip') => {
    const made = await sent({ provider, failoverAfterSeconds: FAILOVER_SECONDS });
    expect(await waitSeconds(made.sliceId)).toBe(FAILOVER_SECONDS);
    expect(await listOverdue(store.pool, made.sliceId, LOOKUP)).toEqual([]);
    await pass(made.sliceId, FAILOVER_SECONDS);
    return made;
  };
  const moveOn = ({ id, message }: Awaited<ReturnType<typeof overdue>>) =>
    moveOverdue(store.pool, [{ id, no: message.no, nextLeg: 1 }]);

  it('puts the message on its next leg and closes the attempt', async () => {
    const made = await overdue();
    expect(await listOverdue(store.pool, made.sliceId, LOOKUP)).toMatchObject([
      { id: made.id, no: 1, leg: 0, sender: 'BRANDA', own: null, service: 'T' },
    ]);
    expect(await moveOn(made)).toBe(1);
    expect(await messageOf(store.pool, made.id)).toMatchObject({ state: 'queued', leg: 1, settled: false });
    const { rows } = await store.pool.query('select state, reason from attempts where message_id = $1', [made.id]);
    expect(rows).toEqual([{ state: 'expired', reason: 'no delivery report came in time' }]);
    expect(await claim(store.pool, made.sliceId, made.gatewayId, { leg: 1 })).toMatchObject([{ id: made.id, no: 2 }]);
  });

  it('is asked about first, where the provider can be asked', async () => {
    const made = await overdue('twilio');
    expect(await listOverdue(store.pool, made.sliceId, LOOKUP)).toEqual([]);
    expect(await asked(made.sliceId)).toBe(1);
    expect(await listOverdue(store.pool, made.sliceId, LOOKUP)).toHaveLength(1);
  });

  it('of the first copy counts when it says delivered, and not when it says failed', async () => {
    const made = await overdue();
    await moveOn(made);
    const [second] = await claim(store.pool, made.sliceId, made.gatewayId, { leg: 1 });
    await writeResults(store.pool, CLAIM, [resultOf(second!, { leg: 1 })]);
    await applyReceipts(store.pool, [receiptOf(made.gatewayId, made.message, FAILED)]);
    expect(await messageOf(store.pool, made.id)).toMatchObject({ state: 'submitted' });
    await applyReceipts(store.pool, [receiptOf(made.gatewayId, made.message)]);
    expect(await messageOf(store.pool, made.id)).toMatchObject({ state: 'delivered' });
    await applyReceipts(store.pool, [receiptOf(made.gatewayId, second!, FAILED)]);
    expect(await callbacksOf(store.pool, made.id)).toEqual(['delivered pending']);
  });

  it('on the last leg is noted once, and the message waits until the deadline', async () => {
    const made = await overdue();
    await moveOverdue(store.pool, [{ id: made.id, no: 1, nextLeg: null }]);
    expect(await messageOf(store.pool, made.id)).toMatchObject({ state: 'submitted', leg: 0 });
    expect(await listOverdue(store.pool, made.sliceId, LOOKUP)).toEqual([]);
    expect(await waitSeconds(made.sliceId)).toBe(DEADLINE_SECONDS - FAILOVER_SECONDS);
  });

  it('that came meanwhile wins', async () => {
    const made = await overdue();
    await applyReceipts(store.pool, [receiptOf(made.gatewayId, made.message)]);
    expect(await moveOn(made)).toBe(0);
    expect(await messageOf(store.pool, made.id)).toMatchObject({ state: 'delivered', leg: 0 });
  });
});
