import { randomUUID } from 'node:crypto';
import {
  ACCOUNT,
  claim,
  claimBlock,
  FAILED,
  hashNumber,
  messageOf,
  numberHash,
  PSEUDONYMS,
  receiptOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  withAttempt,
  withResult,
  type TestStore,
} from '../../../test/support/rows';
import { recordResults } from './results';
import type { DispatchRun } from './run';
import type { AttemptResult } from '../../store/dispatch/results';
import { listParkedKnown, replayParked } from '../../store/receipts/parked';
import { applyReceipts, type ReceiptDraft } from '../../store/receipts/receipts';
import { deleteSuppression, listConsents, listSuppressions, isSuppressed } from '../../store/messages/suppressions';

let store: TestStore;
let gateway: string;
beforeAll(async () => {
  store = await startStore();
  gateway = (await storeGateway(store)).id;
});
afterAll(() => store.stop());

let numbers = 0;
const phone = (): string => `+91980000${String(1_000 + numbers++)}`;

const OPTED_OUT = { status: 'failed', class: 'recipient', clevertap: '903', code: '14', optOut: true } as const;
const REFUSED = {
  attempt: 'refused',
  message: 'failed',
  class: 'recipient',
  clevertap: '903',
  code: '21610',
  reason: 'unsubscribed',
  optOut: true,
} as const satisfies Partial<AttemptResult>;

const suppressionsOf = (msisdn: string, accountId = ACCOUNT) =>
  listSuppressions(store.db, { accountId, msisdns: [msisdn], limit: 10 });
const consentsOf = (msisdn: string, accountId = ACCOUNT) =>
  listConsents(store.db, { accountId, numberHash: numberHash(msisdn), limit: 10 });
const apply = (...receipts: ReceiptDraft[]) => applyReceipts(store.pool, receipts, hashNumber);
/** A block of messages to one number, with the run that claimed it. */
async function claimed(msisdn: string, count = 1) {
  const { sliceId } = await storeSlice(store.pool, count, { msisdn });
  const own = randomUUID();
  const messages = await claimBlock(store.pool, sliceId, gateway, { claim: own });
  const record = (results: AttemptResult[], hash = hashNumber) =>
    recordResults(
      { database: store, sliceId, numberHash: hash, onSettlement: () => undefined } as unknown as DispatchRun,
      own,
      gateway,
      results,
    );
  return { message: messages[0]!, messages, record };
}
async function lift(msisdn: string): Promise<void> {
  const [row] = await suppressionsOf(msisdn);
  const draft = { accountId: ACCOUNT, id: row!.id, keyId: null, numberHash: numberHash(msisdn) };
  await store.db.transaction().execute((tx) => deleteSuppression(tx, draft));
}

describe('an answer that tells an opt-out', () => {
  it('fails the message, suppresses the number, and says by what; its neighbours are left alone', async () => {
    const [gone, other] = [phone(), phone()];
    const { message, record } = await claimed(gone);
    const neighbour = await claimed(other);
    await record([resultOf(message, REFUSED)]);
    const wrongNumber = { ...REFUSED, code: '21211', clevertap: '910' };
    await neighbour.record([{ ...resultOf(neighbour.message, wrongNumber), optOut: undefined } as AttemptResult]);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed', code: '903' });
    const evidence = { gatewayId: gateway, code: '21610', messageId: message.id };
    expect(await suppressionsOf(gone)).toMatchObject([{ source: 'provider', classes: 'all', evidence }]);
    expect(await consentsOf(gone)).toMatchObject([{ kind: 'opt-out', source: 'provider', classes: 'all', evidence }]);
    expect(await suppressionsOf(other)).toEqual([]);
  });

  it('the same again changes nothing, and is recorded once', async () => {
    const to = phone();
    const { message, record } = await claimed(to);
    for (let i = 0; i < 3; i++) await record([resultOf(message, REFUSED)]);
    expect([(await suppressionsOf(to)).length, (await consentsOf(to)).length]).toEqual([1, 1]);
  });

  it('two messages of one number in one block: suppressed once', async () => {
    const to = phone();
    const { messages, record } = await claimed(to, 2);
    await record(messages.map((message) => resultOf(message, REFUSED)));
    expect([(await suppressionsOf(to)).length, (await consentsOf(to)).length]).toEqual([1, 1]);
  });

  it('is no result that stands without it: where it can’t be written, nothing is', async () => {
    const { message, record } = await claimed(phone());
    const failing = () => Promise.reject(new Error('no secret'));
    await expect(record([resultOf(message, REFUSED)], failing)).rejects.toThrow('no secret');
    expect((await messageOf(store.pool, message.id)).state).not.toBe('failed');
  });
});

describe('a report that tells an opt-out', () => {
  it.each<[string, (to: string) => Promise<[ReceiptDraft, string]>]>([
    ['by our id', async (to) => {
      const { message } = await withResult(store.pool, gateway, {}, { msisdn: to });
      return [receiptOf(gateway, message, OPTED_OUT), message.id];
    }],
    ['by the provider’s id', async (to) => {
      const providerId = randomUUID();
      const { message } = await withResult(store.pool, gateway, { providerId }, { msisdn: to });
      return [receiptOf(gateway, message, { ...OPTED_OUT, attempt: null, providerId }), message.id];
    }],
    ['before the answer, while the attempt is in its block', async (to) => {
      const { message } = await claimed(to);
      return [receiptOf(gateway, message, OPTED_OUT), message.id];
    }],
    ['about a part', async (to) => {
      const { message } = await withResult(store.pool, gateway, {}, { msisdn: to, segments: 2 });
      return [receiptOf(gateway, message, { ...OPTED_OUT, part: { no: 1, of: 2 } }), message.id];
    }],
  ])('%s', async (_label, made) => {
    const to = phone();
    const [receipt, messageId] = await made(to);
    await apply(receipt);
    expect(await messageOf(store.pool, messageId)).toMatchObject({ state: 'failed', code: '903' });
    expect(await suppressionsOf(to)).toMatchObject([{ source: 'provider', evidence: { gatewayId: gateway, code: '14' } }]);
    expect(await consentsOf(to)).toHaveLength(1);
  }); // prettier-ignore

  it('parked until the answer tells its id, and obeyed then', async () => {
    const to = phone();
    const providerId = randomUUID();
    const { message, record } = await claimed(to);
    await apply(receiptOf(gateway, message, { ...OPTED_OUT, attempt: null, providerId }));
    expect(await suppressionsOf(to)).toEqual([]);
    await record([resultOf(message, { providerId })]);
    expect(await suppressionsOf(to)).toHaveLength(1);
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed', code: '903' });
  });

  it('parked, and found by maintenance', async () => {
    const to = phone();
    const providerId = randomUUID();
    const { message } = await withAttempt(store.pool, gateway, { msisdn: to });
    await apply(receiptOf(gateway, message, { ...OPTED_OUT, attempt: null, providerId }));
    await store.pool.query(`update attempts set provider_id = $2, state = 'submitted' where message_id = $1`, [message.id, providerId]); // prettier-ignore
    const found = await listParkedKnown(store.pool, 100);
    await applyReceipts(store.pool, found, hashNumber);
    expect(await suppressionsOf(to)).toHaveLength(1);
    expect(await replayParked(store.pool, gateway, [providerId], hashNumber)).toEqual({ slices: [], webhookIds: [] });
  });

  it('the same report again does not take back a START that came in between', async () => {
    const to = phone();
    const { message } = await withResult(store.pool, gateway, {}, { msisdn: to });
    const receipt = receiptOf(gateway, message, OPTED_OUT);
    await apply(receipt);
    await lift(to);
    await apply(receipt);
    expect(await suppressionsOf(to)).toEqual([]);
  });

  it('reaches numbers of its own gateway only', async () => {
    const to = phone();
    const other = (await storeGateway(store)).id;
    const { message } = await withResult(store.pool, gateway, {}, { msisdn: to });
    await apply(receiptOf(other, message, OPTED_OUT));
    expect(await suppressionsOf(to)).toEqual([]);
  });

  it('an id that stands for two numbers tells of neither', async () => {
    const [one, two] = [phone(), phone()];
    const providerId = randomUUID();
    const { message } = await withResult(store.pool, gateway, { providerId }, { msisdn: one });
    await withResult(store.pool, gateway, { providerId }, { msisdn: two });
    await apply(receiptOf(gateway, message, { ...OPTED_OUT, attempt: null, providerId }));
    expect([...(await suppressionsOf(one)), ...(await suppressionsOf(two))]).toEqual([]);
  });

  it('one that failed for another reason tells of none, among those that do', async () => {
    const [gone, there] = [phone(), phone()];
    const a = await withResult(store.pool, gateway, {}, { msisdn: gone });
    const b = await withResult(store.pool, gateway, {}, { msisdn: there });
    await apply(receiptOf(gateway, b.message, FAILED), receiptOf(gateway, a.message, OPTED_OUT));
    expect([(await suppressionsOf(gone)).length, (await suppressionsOf(there)).length]).toEqual([1, 0]);
  });
});

it('goes by the account’s settings, and is nobody else’s', async () => {
  const accountId = `acc_${randomUUID()}`;
  await store.db
    .insertInto('accounts')
    .values({ id: accountId, name: accountId, opt_out_classes: 'promotional' })
    .execute();
  const to = phone();
  const { sliceId } = await storeSlice(store.pool, 1, { msisdn: to, accountId }, { accountId });
  const [message] = await claim(store.pool, sliceId, gateway);
  await apply(receiptOf(gateway, message!, OPTED_OUT));
  expect(await suppressionsOf(to, accountId)).toMatchObject([{ classes: 'promotional' }]);
  const suppressed = (promotional: boolean, of: string) => isSuppressed(store.db, PSEUDONYMS, of, to, promotional);
  expect(await suppressed(true, accountId)).toBe(true);
  expect(await suppressed(false, accountId)).toBe(false);
  expect(await suppressed(true, ACCOUNT)).toBe(false);
});

it('of an erased number its hash is suppressed, and recorded as the number’s', async () => {
  const to = phone();
  const hash = PSEUDONYMS.number(to);
  const { message } = await withResult(store.pool, gateway, {}, { msisdn: to });
  await store.pool.query('update messages set msisdn = $2 where id = $1', [message.id, hash]);
  await apply(receiptOf(gateway, message, OPTED_OUT));
  expect(await suppressionsOf(hash)).toHaveLength(1);
  expect(await consentsOf(to)).toHaveLength(1);
});

it('a number that retention has masked is nobody’s', async () => {
  const { message } = await withResult(store.pool, gateway);
  await store.pool.query(`update messages set msisdn = '+9198*****01' where id = $1`, [message.id]);
  await apply(receiptOf(gateway, message, OPTED_OUT));
  expect(await suppressionsOf('+9198*****01')).toEqual([]);
});

it('without a hash for its record it is refused aloud', async () => {
  const { message } = await withResult(store.pool, gateway);
  await expect(applyReceipts(store.pool, [receiptOf(gateway, message, OPTED_OUT)])).rejects.toThrow('without a hash');
});
