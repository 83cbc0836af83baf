import type { Pool } from 'pg';
import {
  CLAIM,
  EXPIRED,
  FAILED,
  KEPT_RECEIPTS,
  SENDER_REFUSED,
  WEBHOOK,
  callbacksOf,
  claim,
  claimDue,
  countersOf,
  messageOf,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  sendDue,
  withResult,
  type TestStore,
} from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import type { ClaimedMessage } from '../dispatch/claim';
import type { GatewayRow } from '../gateways/gateways';
import { applyReceipts, type ReceiptDraft } from './receipts';
import { writeResults, type AttemptResult } from '../dispatch/results';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());

const apply = (...receipts: ReceiptDraft[]) => applyReceipts(store.pool, receipts);

const submitted = (over: Partial<AttemptResult> = {}) => withResult(store.pool, gateway.id, over);

/** Refused on its first leg, now waiting for the receipt of its second attempt. */
async function onSecondLeg() {
  const refused = { attempt: 'refused', message: 'queued', leg: 1, class: 'sender' } as const;
  const { sliceId, message: first } = await withResult(store.pool, gateway.id, refused);
  const [second] = await claim(store.pool, sliceId, gateway.id, { leg: 1 });
  await writeResults(store.pool, CLAIM, [resultOf(second!, { leg: 1 })]);
  return { sliceId, first: first!, second: second! };
}

/** CleverTap is told everything that waits. */
const relay = () => sendDue(store.pool, WEBHOOK, 1_000);

async function dispositionOf({ dedupe }: ReceiptDraft): Promise<string | undefined> {
  const { rows } = await store.pool.query<{ disposition: string }>(
    `select disposition from ${KEPT_RECEIPTS} where dedupe = $1`,
    [dedupe],
  );
  return rows[0]?.disposition;
}

it('delivered: settled, counted, told, its workflow and relay have news', async () => {
  const { sliceId, message } = await submitted();
  const settlement = await apply(receiptOf(gateway.id, message));
  expect(settlement).toEqual({
    slices: [{ sliceId, campaignId: null, groupId: null, open: 0, refused: 0, wakeSeq: 1 }],
    webhookIds: [WEBHOOK],
  });
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered', code: null, settled: true });
  expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
  expect((await countersOf(store.pool, sliceId)).kept).toMatchObject({ total: 1, delivered: 1 });
});

it('finds its attempt by the provider’s id where the provider does not echo ours', async () => {
  const { message } = await submitted({ providerId: 'abc-1' });
  await apply(receiptOf(gateway.id, message, { attempt: null, providerId: 'abc-1' }));
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
});

it('a refused account asks for another leg, as a refused sender ID does', async () => {
  const { sliceId, message } = await submitted();
  const settlement = await apply(receiptOf(gateway.id, message, { ...FAILED, class: 'account', clevertap: '904' }));
  expect(settlement).toEqual({
    slices: [{ sliceId, campaignId: null, groupId: null, open: 1, refused: 1, wakeSeq: 1 }],
    webhookIds: [],
  });
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'refused', settled: false });
});

describe('a gateway reaches its own attempts only', () => {
  it.each([
    ['our id', (message: ClaimedMessage) => ({ attempt: { messageId: message.id, no: message.no } })],
    ['the provider’s id', () => ({ attempt: null, providerId: 'foreign-1' })],
  ])('by %s: nothing changes, the receipt is parked', async (_, over) => {
    const other = await storeGateway(store);
    const { sliceId, message } = await submitted({ providerId: 'foreign-1' });
    const foreign = [
      receiptOf(other.id, message, over(message)),
      receiptOf(other.id, message, { ...over(message), ...FAILED }),
    ];
    expect(await apply(...foreign)).toEqual({ slices: [], webhookIds: [] });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitted', code: null, settled: false });
    expect(await callbacksOf(store.pool, message.id)).toEqual([]);
    for (const receipt of foreign) expect(await dispositionOf(receipt)).toBe('parked');
    const { rows } = await store.pool.query(`select message_id from ${KEPT_RECEIPTS} where gateway_id = $1`, [
      other.id,
    ]);
    expect(rows).toEqual([{ message_id: null }, { message_id: null }]);
    const { kept, counted } = await countersOf(store.pool, sliceId);
    expect(kept).toEqual(counted);
  });

  it('an attempt that does not exist parks it too', async () => {
    const { message } = await submitted();
    const receipt = receiptOf(gateway.id, { id: message.id, no: 7 });
    await apply(receipt);
    expect(await dispositionOf(receipt)).toBe('parked');
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitted' });
  });
});

describe('several attempts', () => {
  it('delivered counts from any of them', async () => {
    const { first, message } = await onSecondLeg().then(({ first, second }) => ({ first, message: second }));
    await apply(receiptOf(gateway.id, first));
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  });

  it('a failure counts for the newest only', async () => {
    const { first, second } = await onSecondLeg();
    for (const failure of [FAILED, SENDER_REFUSED]) {
      const receipt = receiptOf(gateway.id, first, failure);
      await apply(receipt);
      expect(await messageOf(store.pool, first.id)).toMatchObject({ state: 'submitted', attempts: 2 });
      expect(await dispositionOf(receipt)).toBe('no-change');
    }
    await apply(receiptOf(gateway.id, second, FAILED));
    expect(await messageOf(store.pool, first.id)).toMatchObject({ state: 'failed' });
  });

  it('in one request the delivered one wins over the failure of a newer attempt', async () => {
    const { first, second } = await onSecondLeg();
    await apply(receiptOf(gateway.id, second, FAILED), receiptOf(gateway.id, first));
    expect(await messageOf(store.pool, first.id)).toMatchObject({ state: 'delivered' });
    expect(await callbacksOf(store.pool, first.id)).toEqual(['delivered pending']);
  });
});

describe('failed, then delivered', () => {
  it.each([
    ['failed', FAILED],
    ['expired', EXPIRED],
  ])('%s and not yet told: told delivered', async (_, failure) => {
    const { sliceId, message } = await submitted();
    await apply(receiptOf(gateway.id, message, failure));
    await apply(receiptOf(gateway.id, message));
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered', code: null });
    expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
    expect((await countersOf(store.pool, sliceId)).kept).toMatchObject({ delivered: 1, failed: 0, expired: 0 });
  });

  it.each([
    ['was told', () => relay()],
    ['is being told', () => claimDue(store.pool, WEBHOOK, 1_000)],
  ])('and it %s: late, and nothing changes', async (_, tell) => {
    const { sliceId, message } = await submitted();
    await apply(receiptOf(gateway.id, message, FAILED));
    await tell();
    const told = await callbacksOf(store.pool, message.id);
    const late = receiptOf(gateway.id, message);
    expect(await apply(late)).toEqual({ slices: [], webhookIds: [] });
    expect(await dispositionOf(late)).toBe('late');
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed', code: '910' });
    expect(await callbacksOf(store.pool, message.id)).toEqual(told);
    expect((await countersOf(store.pool, sliceId)).kept).toMatchObject({ delivered: 0, failed: 1 });
  });

  it('committed side by side by two processes: the message and what is told agree', async () => {
    const { sliceId, message } = await submitted();
    const other = store.connect(1);
    const failing = await other.pool.connect();
    await failing.query('begin');
    await applyReceipts(failing as unknown as Pool, [receiptOf(gateway.id, message, FAILED)]);
    const delivering = apply(receiptOf(gateway.id, message));
    await until('the second statement waits for the first', async () => {
      const { rowCount } = await store.pool.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    await failing.query('commit');
    failing.release();
    await delivering;
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered', code: null });
    expect(await callbacksOf(store.pool, message.id)).toEqual(['delivered pending']);
    const { kept, counted } = await countersOf(store.pool, sliceId);
    expect(kept).toEqual(counted);
  });
});
