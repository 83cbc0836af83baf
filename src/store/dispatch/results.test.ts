import {
  OPT_OUTS,
  CLAIM,
  FAILED,
  SENDER_REFUSED,
  callbacksOf,
  claim,
  countersOf,
  messageOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  withAttempt,
  type TestStore,
} from '../../../test/support/rows';
import { callOrphansUnknown, type ClaimedMessage } from './claim';
import { listRefused, resolveRefused } from './failover';
import type { GatewayRow } from '../gateways/gateways';
import { settleOverdue } from '../messages/settle';
import { replayParked } from '../receipts/parked';
import { applyReceipts } from '../receipts/receipts';
import { writeResults } from './results';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

const submitting = () => withAttempt(store.pool, gateway.id);

async function expectLedgerAddsUp(sliceId: string): Promise<void> {
  const { kept, counted } = await countersOf(store.pool, sliceId);
  expect(kept).toEqual(counted);
}

const attemptOf = async ({ id, no }: ClaimedMessage) => {
  const { rows } = await store.pool.query('select * from attempts where message_id = $1 and no = $2', [id, no]);
  return rows[0] as Record<string, unknown>;
};
const wakeDue = async (sliceId: string) => {
  const { rows } = await store.pool.query<{ wake_due: boolean }>('select wake_due from slices where id = $1', [
    sliceId,
  ]);
  return rows[0]!.wake_due;
};

const REFUSED = {
  attempt: 'refused',
  class: 'recipient',
  code: '51',
  clevertap: '910',
  reason: 'no such number',
} as const;

describe('writeResults', () => {
  it('submitted: waits for its receipt, is counted nowhere, tells nobody', async () => {
    const { sliceId, message } = await submitting();
    const settlement = await writeResults(store.pool, CLAIM, [resultOf(message, { providerId: 'p-1' })]);
    expect(settlement).toEqual({ slices: [], webhookIds: [] });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitted', settled: false });
    expect(await attemptOf(message)).toMatchObject({ state: 'submitted', provider_id: 'p-1' });
    expect(await callbacksOf(store.pool, message.id)).toEqual([]);
    await expectLedgerAddsUp(sliceId);
  });

  it('failed: settled, counted, told, its workflow has news', async () => {
    const { sliceId, message } = await submitting();
    const settlement = await writeResults(store.pool, CLAIM, [resultOf(message, { ...REFUSED, message: 'failed' })]);
    expect(settlement).toEqual({
      slices: [{ sliceId, campaignId: null, groupId: null, open: 0, refused: 0, wakeSeq: 1 }],
      webhookIds: ['wh_test'],
    });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed', code: '910', settled: true });
    expect(await attemptOf(message)).toMatchObject({ state: 'refused', class: 'recipient', code: '51' });
    expect(await callbacksOf(store.pool, message.id)).toEqual(['failed 910 pending']);
    expect(await wakeDue(sliceId)).toBe(true);
    await expectLedgerAddsUp(sliceId);
  });

  it('queued: the next leg, after its back-off', async () => {
    const { sliceId, message } = await submitting();
    const result = resultOf(message, {
      ...REFUSED,
      class: 'transient',
      message: 'queued',
      leg: 2,
      delayMs: 3_600_000,
      transients: 3,
    });
    await writeResults(store.pool, CLAIM, [result]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'queued', leg: 2, attempts: 1 });
    expect(await claim(store.pool, sliceId, gateway.id, { leg: 2 })).toEqual([]);
    await store.pool.query('update messages set not_before = now() where id = $1', [message.id]);
    expect(await claim(store.pool, sliceId, gateway.id, { leg: 2 })).toMatchObject([{ no: 2, transients: 3 }]);
    await expectLedgerAddsUp(sliceId);
  });

  it('written twice it changes nothing the second time', async () => {
    const { sliceId, message } = await submitting();
    const result = resultOf(message, { ...REFUSED, message: 'failed' });
    await writeResults(store.pool, CLAIM, [result]);
    expect(await writeResults(store.pool, CLAIM, [result])).toEqual({ slices: [], webhookIds: [] });
    expect(await callbacksOf(store.pool, message.id)).toHaveLength(1);
    await expectLedgerAddsUp(sliceId);
  });
});

describe('a receipt that is earlier than the submit result', () => {
  it.each([
    ['delivered', {}, 'delivered', 'delivered pending'],
    ['failed', FAILED, 'failed', 'failed 910 pending'],
  ] as const)('%s stands', async (_, receipt, state, callback) => {
    const { sliceId, message } = await submitting();
    await applyReceipts(store.pool, [receiptOf(gateway.id, message, receipt)]);
    for (const result of [resultOf(message), resultOf(message, { ...REFUSED, message: 'failed', clevertap: '902' })]) {
      await writeResults(store.pool, CLAIM, [result]);
      expect(await messageOf(store.pool, message.id)).toMatchObject({ state, settled: true });
    }
    expect(await attemptOf(message)).toMatchObject({ state });
    expect(await callbacksOf(store.pool, message.id)).toEqual([callback]);
    await expectLedgerAddsUp(sliceId);
  });

  it('refused sender: the result does not take the message back from its next leg', async () => {
    const { sliceId, message } = await submitting();
    await applyReceipts(store.pool, [receiptOf(gateway.id, message, SENDER_REFUSED)]);
    await writeResults(store.pool, CLAIM, [resultOf(message)]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'refused' });
    await resolveRefused(store.pool, [{ ...message, nextLeg: 1 }]);
    const [next] = await claim(store.pool, sliceId, gateway.id, { leg: 1 });
    await writeResults(store.pool, CLAIM, [resultOf(message)]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitting', leg: 1, attempts: 2 });
    await writeResults(store.pool, CLAIM, [resultOf(next!, { leg: 1 })]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitted', leg: 1 });
  });
});

describe('an answer that comes after its attempt was called unknown', () => {
  const lateOver = async () => {
    const own = await storeGateway(store, { provider: 'pingbix' });
    const { sliceId, message } = await withAttempt(store.pool, own.id);
    await callOrphansUnknown(store.pool, sliceId, ['infobip'], OPT_OUTS);
    return { sliceId, message, gatewayId: own.id };
  };
  const unknownRow = { state: 'unknown' };

  it('completes it with the provider’s id, and the receipt that waits under that id is applied', async () => {
    const { sliceId, message, gatewayId } = await lateOver();
    const receipt = { ...receiptOf(gatewayId, message), attempt: null, providerId: 'late-1' };
    await applyReceipts(store.pool, [receipt]);
    expect(await attemptOf(message)).toMatchObject(unknownRow);
    await writeResults(store.pool, CLAIM, [resultOf(message, { providerId: 'late-1' })]);
    expect(await attemptOf(message)).toMatchObject({ state: 'submitted', provider_id: 'late-1', lookups: 0 });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitted', code: null });
    await replayParked(store.pool, gatewayId, ['late-1']);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
    expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
    await expectLedgerAddsUp(sliceId);
  });

  it('a refusal ends the message, told once', async () => {
    const { sliceId, message } = await lateOver();
    const settlement = await writeResults(store.pool, CLAIM, [resultOf(message, { ...REFUSED, message: 'failed' })]);
    expect(settlement.webhookIds).toEqual(['wh_test']);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed', code: '910' });
    expect(await callbacksOf(store.pool, message.id)).toEqual(['failed 910 pending']);
    await expectLedgerAddsUp(sliceId);
  });

  it.each([
    ['refused for its sender ID it goes on', { class: 'sender', leg: 1 }, { state: 'queued', leg: 1, attempts: 1 }],
    ['never sent it is given back', { class: 'transient', counts: false }, { state: 'queued', leg: 0, attempts: 0 }],
  ] as const)('%s, and its workflow, which sleeps, is woken', async (_, over, expected) => {
    const { sliceId, message } = await lateOver();
    expect(await wakeDue(sliceId)).toBe(false);
    const result = resultOf(message, { ...REFUSED, message: 'queued', ...over });
    await writeResults(store.pool, CLAIM, [result]);
    expect(await messageOf(store.pool, message.id)).toMatchObject(expected);
    expect(await wakeDue(sliceId)).toBe(true);
    await expectLedgerAddsUp(sliceId);
  });

  it('after the message ended as unknown its attempt is completed, and a late report still finds it', async () => {
    const { sliceId, message, gatewayId } = await lateOver();
    await store.pool.query(`update attempts set answered_at = now() - interval '30 days' where message_id = $1`, [
      message.id,
    ]);
    await settleOverdue(store.pool, sliceId, []);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'unknown', code: '900', settled: true });
    await writeResults(store.pool, CLAIM, [resultOf(message, { providerId: 'late-2' })]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'unknown', settled: true });
    expect(await attemptOf(message)).toMatchObject({ state: 'submitted', provider_id: 'late-2' });

    const report = { ...receiptOf(gatewayId, message), attempt: null, providerId: 'late-2' };
    await applyReceipts(store.pool, [report]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
    expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
    await expectLedgerAddsUp(sliceId);
  });

  it('unknown stays unknown: only what is known counts', async () => {
    const { message } = await lateOver();
    const before = await attemptOf(message);
    await writeResults(store.pool, CLAIM, [resultOf(message, { attempt: 'unknown', message: 'submitting' })]);
    expect(await attemptOf(message)).toEqual(before);
  });
});

describe('resolveRefused', () => {
  async function refused() {
    const { sliceId, message } = await submitting();
    await writeResults(store.pool, CLAIM, [resultOf(message)]);
    const settlement = await applyReceipts(store.pool, [receiptOf(gateway.id, message, SENDER_REFUSED)]);
    return { sliceId, message, settlement };
  }

  it('a refused sender ID is news for the workflow, and open', async () => {
    const { sliceId, message, settlement } = await refused();
    expect(settlement).toEqual({
      slices: [{ sliceId, campaignId: null, groupId: null, open: 1, refused: 1, wakeSeq: 1 }],
      webhookIds: [],
    });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'refused', code: '906', settled: false });
    expect(await callbacksOf(store.pool, message.id)).toEqual([]);
    expect(await wakeDue(sliceId)).toBe(true);
    await expectLedgerAddsUp(sliceId);
  });

  it('is listed with what decides over its next leg', async () => {
    const { sliceId, message } = await refused();
    const own = { own: null, service: 'T', msisdn: '+919800000001', segments: 1, options: null };
    const attempt = { no: 1, leg: 0, class: 'sender', sender: 'BRANDA' };
    expect(await listRefused(store.pool, sliceId)).toEqual([{ id: message.id, ...attempt, ...own }]);
  });

  it('gives it its next leg', async () => {
    const { sliceId, message } = await refused();
    await resolveRefused(store.pool, [{ ...message, nextLeg: 1 }]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'queued', leg: 1, settled: false });
    expect(await listRefused(store.pool, sliceId)).toEqual([]);
    await expectLedgerAddsUp(sliceId);
  });

  it('leaves alone what has moved on meanwhile', async () => {
    const { sliceId, message } = await refused();
    await applyReceipts(store.pool, [receiptOf(gateway.id, message)]);
    await resolveRefused(store.pool, [{ ...message, nextLeg: null }]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
    const again = await refused();
    await resolveRefused(store.pool, [{ ...again.message, no: 2, nextLeg: null }]);
    expect(await messageOf(store.pool, again.message.id)).toMatchObject({ state: 'refused' });
    await expectLedgerAddsUp(sliceId);
  });

  it('or its end, which is told with the code of the refusal', async () => {
    const { sliceId, message } = await refused();
    const settlement = await resolveRefused(store.pool, [{ ...message, nextLeg: null }]);
    expect(settlement).toEqual({
      slices: [{ sliceId, campaignId: null, groupId: null, open: 0, refused: 0, wakeSeq: 2 }],
      webhookIds: ['wh_test'],
    });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed', code: '906', settled: true });
    expect(await callbacksOf(store.pool, message.id)).toEqual(['failed 906 pending']);
    await expectLedgerAddsUp(sliceId);
  });
});
