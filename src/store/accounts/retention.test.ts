import { randomBytes, randomUUID } from 'node:crypto';
import {
  ACCOUNT,
  countersOf,
  FAILED,
  receiptOf,
  sendDue,
  startStore,
  storeGateway,
  storeSlice,
  submit,
  WEBHOOK,
  type TestStore,
} from '../../../test/support/rows';
import { findAnywhere } from '../../../test/support/sweep';
import { maskMsisdn } from '../../core/messages/msisdn';
import { blankParkedReceipts, blankSlices, forgetInboundTexts, listRipeSlices } from './retention';
import { readLedger } from '../messages/slices';
import { applyReceipts } from '../receipts/receipts';

const DAYS = 30;
let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.pool.query('truncate slices, messages, receipts, parked_receipts, callbacks, inbound_texts cascade');
  await store.pool.query('update accounts set retention_days = $1', [DAYS]);
});

/** Blanks what is due. */
const blank = async (limit: number) => blankSlices(store.pool, await listRipeSlices(store.pool, limit));

interface Row {
  msisdn: string;
  body: string;
  meta: string | null;
  options: object | null;
  state: string;
}
const messagesOf = async (sliceId: string): Promise<Row[]> =>
  (await store.pool.query<Row>('select * from messages where slice_id = $1 order by id', [sliceId])).rows;
const isBlank = async (sliceId: string) => (await messagesOf(sliceId)).map(({ body }) => body === '');

/** A slice of two that was delivered so many days ago, told to CleverTap, with its report and a reply. */
async function settled(daysAgo: number, over: Parameters<typeof storeSlice>[2] = {}) {
  const { sliceId, ids } = await storeSlice(store.pool, 2, over);
  const { pool } = store;
  const at = `now() - make_interval(days => ${daysAgo})`;
  await pool.query(
    `update messages set state = 'delivered', settled_at = ${at}, accepted_at = ${at} where slice_id = $1`,
    [sliceId],
  );
  await pool.query(`update slices set delivered = 2, created_at = ${at} where id = $1`, [sliceId]);
  for (const id of ids) {
    await pool.query(
      `insert into receipts (message_id, dedupe, attempt_no, status, disposition, raw)
       values ($2, $1, 1, 'delivered', 'applied', '{"to":"919800000001"}')`,
      [randomUUID(), id],
    );
    await pool.query(
      `insert into callbacks (account_id, webhook_id, message_id, slot, event, occurred_at, state, detail)
       values ($1, 'wh', $2, 'replied:x', 'replied', now(), 'delivered', '{"toPhone": "5555", "incomingText": "my address"}')`,
      [ACCOUNT, id],
    );
  }
  return { sliceId, ids };
}

describe('blankSlices', () => {
  it('blanks what is personal of old messages; what happened, and the counts, stay', async () => {
    const options = { entityId: '1701158123540939524', extra: { name: 'Asha' } };
    const { sliceId } = await settled(DAYS + 1, { options, msisdn: '+919800000001' });
    // What is derived from the number and the text is personal too.
    await store.pool.query(`update messages set record_key = sha256(id::text::bytea) where slice_id = $1`, [sliceId]);
    const before = await readLedger(store.pool, ACCOUNT);
    expect(await blank(10)).toEqual({ slices: 1, messages: 2 });
    for (const message of await messagesOf(sliceId)) {
      expect(message).toMatchObject({
        body: '', meta: null, record_key: null, msisdn: '+9198******01', state: 'delivered', options: { entityId: options.entityId },
      }); // prettier-ignore
      expect(message.options).not.toHaveProperty('extra');
    }
    const { rows } = await store.pool.query(
      `select (select count(*) from receipts where raw is not null)::int as raw,
              (select count(*) from receipts)::int as receipts,
              (select count(*) from callbacks where detail->>'incomingText' <> '')::int as replies`,
    );
    expect(rows).toEqual([{ raw: 0, receipts: 2, replies: 0 }]);
    expect(await readLedger(store.pool, ACCOUNT)).toEqual(before);
    const counters = await countersOf(store.pool, sliceId);
    expect(counters.kept).toEqual(counters.counted);
    // Once is enough.
    expect(await blank(10)).toEqual({ slices: 0, messages: 0 });
  });

  it('leaves young messages, and accounts that keep everything', async () => {
    const young = await settled(DAYS - 1);
    const old = await settled(DAYS + 1);
    await store.pool.query('update accounts set retention_days = null');
    await blank(10);
    expect([await isBlank(young.sliceId), await isBlank(old.sliceId)]).toEqual([
      [false, false],
      [false, false],
    ]);
    await store.pool.query('update accounts set retention_days = $1', [DAYS]);
    await blank(10);
    expect([await isBlank(young.sliceId), await isBlank(old.sliceId)]).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it.each([
    ['a message settled lately', `update messages set settled_at = now() where id = $1`],
    ['an outcome is not told yet', `update callbacks set state = 'pending' where message_id = $1`],
    [
      'an outcome is being told',
      `with told as (update callbacks set state = 'pending' where message_id = $1 returning *)
       insert into relays (claim, slot, run, webhook_id, message_ids)
       select gen_random_uuid(), slot, gen_random_uuid(), webhook_id, array[message_id] from told`,
    ],
    [
      'a message is open',
      `with open as (update messages set state = 'submitted', settled_at = null where id = $1 returning slice_id)
       update slices s set delivered = 1 from open where s.id = open.slice_id`,
    ],
    ['it was due lately', `update slices s set due_at = now() from messages m where m.id = $1 and s.id = m.slice_id`],
  ])('waits for the whole slice: %s', async (_, statement) => {
    const { sliceId, ids } = await settled(DAYS + 1);
    await store.pool.query(statement, [ids[0]]);
    expect(await blank(10)).toEqual({ slices: 0, messages: 0 });
    expect(await isBlank(sliceId)).toEqual([false, false]);
  });

  it('takes the oldest first, so many at a time', async () => {
    const [newer, older] = [await settled(DAYS + 1), await settled(DAYS + 2)];
    expect(await blank(1)).toEqual({ slices: 1, messages: 2 });
    expect([await isBlank(older.sliceId), await isBlank(newer.sliceId)]).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('those that are left out are not listed', async () => {
    const [newer, older] = [await settled(DAYS + 1), await settled(DAYS + 2)];
    expect(await listRipeSlices(store.pool, 1)).toEqual([older.sliceId]);
    expect(await listRipeSlices(store.pool, 1, [older.sliceId])).toEqual([newer.sliceId]);
    expect(await listRipeSlices(store.pool, 1, [older.sliceId, newer.sliceId])).toEqual([]);
  });

  it.each(['+919800000001', '+12025550123', '+2901234', '+290123', '+29012'])(
    'masks %s as elsewhere',
    async (msisdn) => {
      const { sliceId } = await settled(DAYS + 1, { msisdn });
      await blank(10);
      expect((await messagesOf(sliceId))[0]!.msisdn).toBe(maskMsisdn(msisdn));
    },
  );
});

it('links, and what vendors and webhooks said in words, go with their messages; a report that comes after leaves nothing', async () => {
  const gateway = await storeGateway(store);
  const { sliceId, ids } = await storeSlice(store.pool, 1, {
    links: [{ code: 'c1', url: 'https://example.com/?t=asha' }],
  });
  const [message] = await submit(store.pool, sliceId, gateway.id);
  const said = { raw: 'to +919800000001', reason: 'no such number 9800000001' };
  await applyReceipts(store.pool, [receiptOf(gateway.id, message!, { ...FAILED, ...said })]);
  await sendDue(store.pool, WEBHOOK, 10);
  await store.pool.query(`update callbacks set last_error = 'refused 9800000001'`);
  await store.pool.query(`update messages set settled_at = now() - interval '31 days'`);
  await store.pool.query(`update slices set created_at = now() - interval '31 days'`);
  expect((await findAnywhere(store.pool, ['9800000001', 'asha'])).length).toBeGreaterThan(4);
  await blank(10);
  await applyReceipts(store.pool, [receiptOf(gateway.id, message!, said)]);
  expect(await findAnywhere(store.pool, ['9800000001', 'asha'])).toEqual([]);
  const { rows } = await store.pool.query('select count(*)::int as n from receipts where message_id = $1', [ids[0]]);
  expect(rows).toEqual([{ n: 2 }]);
});

it('old inbound texts are deleted, old reports that found no message are blanked', async () => {
  const { id } = await storeGateway(store);
  for (const days of [DAYS - 1, DAYS + 1]) {
    await store.pool.query(
      `insert into inbound_texts (dedupe, account_id, gateway_id, msisdn, body, received_at)
       values ($1, $2, $3, '+919800000001', 'STOP', now() - make_interval(days => $4))`,
      [randomBytes(32), ACCOUNT, id, days],
    );
    await store.pool.query(
      `insert into parked_receipts (dedupe, gateway_id, provider_id, status, disposition, raw, received_at)
       values ($1, $2, 'x', 'delivered', 'parked', '{}', now() - make_interval(days => $3))`,
      [randomUUID(), id, days],
    );
  }
  await forgetInboundTexts(store.pool, 100);
  await blankParkedReceipts(store.pool, 100);
  const { rows } = await store.pool.query(
    `select (select count(*) from inbound_texts)::int as texts, (select count(*) from parked_receipts)::int as reports,
            (select count(raw) from parked_receipts)::int as raw`,
  );
  expect(rows).toEqual([{ texts: 1, reports: 2, raw: 1 }]);
});
