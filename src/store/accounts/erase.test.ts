import { randomUUID } from 'node:crypto';
import {
  acceptOne,
  draftOf,
  keptAnswer,
  makeStoreTenant,
  PERSON,
  plantPerson,
  TRACES,
  type StoreTenant,
} from '../../../test/support/persons';
import {
  callbacksOf,
  claimBlock,
  countersOf,
  messageOf,
  PSEUDONYMS,
  receiptOf,
  recordHash,
  SEALER,
  sendDue,
  sliceDraft,
  startStore,
  submit,
  type TestStore,
} from '../../../test/support/rows';
import { findAnywhere } from '../../../test/support/sweep';
import { acceptMessages } from '../messages/accept';
import { readLedger } from '../messages/slices';
import { applyReceipts } from '../receipts/receipts';
import { advanceErasure } from './erase';
import { requestErasure, takeDueErasures, type ErasureRow, type ErasureSubject } from './erasures';

const keys = { sealer: SEALER, pseudonyms: PSEUDONYMS };
let store: TestStore;
let tenant: StoreTenant;
let other: StoreTenant;
beforeEach(async () => {
  store = await startStore();
  other = await makeStoreTenant(store, 'other');
  tenant = await makeStoreTenant(store, 'own');
});
afterEach(() => store.stop());

const NUMBER: ErasureSubject = { kind: 'number', value: PERSON };
const ask = async (subject = NUMBER): Promise<string> => {
  const { row } = await store.db.transaction().execute((tx) => requestErasure(tx, keys, subject, [tenant.accountId]));
  return row.id;
};
const rowOf = async (id: string): Promise<ErasureRow> =>
  (await store.pool.query<ErasureRow>('select * from erasures where id = $1', [id])).rows[0]!;

/** Lets the seconds pass that an erasure rests: for others' statements, and between its looks. */
const pass = async (): Promise<void> => {
  await store.pool.query(`update erasures set look_at = now(), opt_out_at = opt_out_at - interval '2 minutes'`);
  await store.pool.query(`update attempts set blanked_at = blanked_at - interval '1 minute'`);
};

/** So many turns, each after its rest. @param steps of a turn at most. */
async function carryOut(turns = 6, steps = Number.POSITIVE_INFINITY): Promise<void> {
  for (let i = 0; i < turns; i++) {
    await pass();
    for (const erasure of await takeDueErasures(store.pool, 10)) {
      let left = steps;
      await advanceErasure({ pool: store.pool, keys }, erasure, () => left-- <= 0);
    }
  }
}

describe('after it no column of any table tells of the person', () => {
  it('by number; another tenant with the same person has everything', async () => {
    await plantPerson(store, other);
    const ofOther = await findAnywhere(store.pool, TRACES);
    expect(ofOther.length).toBeGreaterThan(20);
    const id = await plantPerson(store, tenant);
    const ledgers = await Promise.all([tenant, other].map(({ accountId }) => readLedger(store.pool, accountId)));
    // Nobody has forgotten to plant something: both have the same.
    expect((await findAnywhere(store.pool, TRACES)).length).toBe(2 * ofOther.length);
    await ask();
    await carryOut();
    expect(await findAnywhere(store.pool, TRACES)).toEqual(ofOther);
    const [erasure] = (await store.pool.query<ErasureRow>('select * from erasures')).rows;
    expect(erasure).toMatchObject({ state: 'done', subject: null, waiting: 0 });
    expect(erasure!.counts).toEqual({
      messages: 1, attempts: 1, receipts: 1, callbacks: 3, links: 1, provider_answers: 1, inbound_texts: 1, parked_receipts: 1, suppressions: 1,
      campaigns: 2, campaign_recipients: 2, group_members: 1, uploads: 1, upload_rows: 1, upload_errors: 2, test_phones: 1,
      gateway_tests: 1, gateways: 1, gateway_health: 1, webhooks: 1, senders: 1, audit: 2, idempotency_keys: 1,
      requests: 1, request_records: 1,
    }); // prettier-ignore
    // What happened stays, and so do those beside the person.
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'delivered', reason: null });
    expect(await Promise.all([tenant, other].map(({ accountId }) => readLedger(store.pool, accountId)))).toEqual(
      ledgers,
    );
    const { rows } = await store.pool.query(
      `select (select array_agg(msisdn) from group_members m where m.group_id = g.id) as left, members from groups g where account_id = $1`,
      [tenant.accountId],
    );
    expect(rows).toEqual([{ left: ['+919800000072'], members: 1 }]);
    expect(await keptAnswer(store, tenant.accountId)).toEqual({ to: '+*', id: 7 });
    expect(await keptAnswer(store, other.accountId)).toEqual({ to: PERSON, id: 7 });
    const { rows: problems } = await store.pool.query(
      `select problems from campaigns where account_id = $1 and state = 'failed'`,
      [tenant.accountId],
    );
    expect(problems).toEqual([
      { problems: [{ position: 2, code: 'too-long', message: '' }, { position: 3, code: 'x', message: 'kept' }] },
    ]); // prettier-ignore
  });

  it('also when every turn is cut off after a step, and one step fails', async () => {
    await plantPerson(store, other);
    const ofOther = await findAnywhere(store.pool, TRACES);
    await plantPerson(store, tenant);
    const id = await ask();
    await store.pool.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$`,
    );
    await store.pool.query(
      `create trigger refuses before delete on group_members for each row execute function refuse()`,
    );
    await carryOut(1, 1);
    await expect(carryOut(1, 1)).rejects.toThrow('not now');
    await expect(carryOut(1, 1)).rejects.toThrow('not now');
    await store.pool.query('drop trigger refuses on group_members');
    await carryOut(4, 1);
    expect((await findAnywhere(store.pool, TRACES)).length).toBeGreaterThan(ofOther.length);
    await carryOut(15, 1);
    expect(await rowOf(id)).toMatchObject({ state: 'done', counts: { group_members: 1, messages: 1, campaigns: 2 } });
    expect(await findAnywhere(store.pool, TRACES)).toEqual(ofOther);
  });

  it('by meta: one record, and nothing else of the person', async () => {
    const { sliceId, id } = await acceptOne(store.pool, tenant);
    const beside = await acceptOne(store.pool, tenant, { meta: 'another', recordHash: recordHash('another') });
    for (const slice of [sliceId, beside.sliceId]) {
      const [message] = await submit(store.pool, slice, tenant.gatewayId);
      await applyReceipts(store.pool, [receiptOf(tenant.gatewayId, message!)]);
    }
    await sendDue(store.pool, tenant.webhookId, 10);
    await ask({ kind: 'meta', value: 'meta-of-asha' });
    await carryOut();
    const { rows } = await store.pool.query(
      'select id, msisdn, meta, body from messages where account_id = $1 order by id',
      [tenant.accountId],
    );
    expect(rows).toEqual([
      { id, msisdn: '+*', meta: null, body: '' },
      { id: beside.id, msisdn: PERSON, meta: 'another', body: expect.stringMatching(/Asha/) },
    ]);
  });
});

describe('a message on its way', () => {
  it('that has not left is cancelled at once, told, and then blanked', async () => {
    const { id, sliceId } = await acceptOne(store.pool, tenant);
    await ask();
    await carryOut(1);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'cancelled', code: '917' });
    expect(await callbacksOf(store.pool, id)).toEqual(['failed 917 pending']);
    await carryOut(2);
    expect((await findAnywhere(store.pool, TRACES)).length).toBeGreaterThan(0);
    await sendDue(store.pool, tenant.webhookId, 10);
    await carryOut(2);
    expect(await findAnywhere(store.pool, TRACES)).toEqual([]);
    const counters = await countersOf(store.pool, sliceId);
    expect(counters.kept).toEqual(counters.counted);
  });

  it('that a claim has is left to it, and the run that has its slice claims no more', async () => {
    const slice = sliceDraft({ accountId: tenant.accountId });
    const drafts = [draftOf(tenant, slice.id), draftOf(tenant, slice.id, { meta: 'two', recordHash: null })];
    await acceptMessages(store.pool, [slice], drafts);
    const owner = randomUUID();
    const [claimed] = await claimBlock(store.pool, slice.id, tenant.gatewayId, { limit: 1 });
    await store.pool.query('update slices set owner = $2 where id = $1', [slice.id, owner]);
    await ask();
    await carryOut(1);
    const states = await Promise.all(drafts.map(({ id }) => messageOf(store.pool, id)));
    expect(states.map(({ id, state }) => (id === claimed!.id ? 'on the wire' : state)).sort()).toEqual([
      'cancelled',
      'on the wire',
    ]);
    expect((await store.pool.query('select owner from slices where id = $1', [slice.id])).rows).toEqual([
      { owner: null },
    ]);
  });

  it('that has left is awaited; what is reported leaves nothing of the person, also late', async () => {
    const { id, sliceId } = await acceptOne(store.pool, tenant);
    const [message] = await submit(store.pool, sliceId, tenant.gatewayId, {}, { providerId: 'v-1' });
    const erasure = await ask();
    await carryOut(2);
    expect(await rowOf(erasure)).toMatchObject({ state: 'running', waiting: 1 });
    const raw = { raw: `to ${PERSON}`, reason: 'no 98000 00071' };
    // The vendor's own id is known by the attempt, which keeps it.
    const named = { ...message!, attempt: null };
    const failed = { status: 'failed', class: 'recipient', clevertap: '910', ...raw } as const;
    await applyReceipts(store.pool, [
      receiptOf(tenant.gatewayId, named, { attempt: null, providerId: 'v-1', ...failed }),
    ]);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'failed', reason: null });
    await sendDue(store.pool, tenant.webhookId, 10);
    await carryOut(3);
    expect(await rowOf(erasure)).toMatchObject({ state: 'done', waiting: 0 });
    expect(await findAnywhere(store.pool, TRACES)).toEqual([]);
    await applyReceipts(store.pool, [
      receiptOf(tenant.gatewayId, message!, { ...raw }),
      receiptOf(tenant.gatewayId, message!, { ...raw, status: 'pending' }),
      receiptOf(tenant.gatewayId, named, { attempt: null, providerId: 'v-1', ...failed, code: '7' }),
    ]);
    expect(await findAnywhere(store.pool, TRACES)).toEqual([]);
    const { rows } = await store.pool.query('select count(*)::int as n from receipts where message_id = $1', [id]);
    expect(rows).toEqual([{ n: 4 }]);
  });

  it('a plain report that comes while the erasure waits leaves nothing either', async () => {
    const { sliceId } = await acceptOne(store.pool, tenant);
    const [message] = await submit(store.pool, sliceId, tenant.gatewayId);
    await ask();
    await carryOut(1);
    await applyReceipts(store.pool, [
      receiptOf(tenant.gatewayId, message!, { raw: `to ${PERSON}`, reason: '9800000071' }),
    ]);
    const { rows } = await store.pool.query('select raw, reason from receipts');
    expect(rows).toEqual([{ raw: null, reason: null }]);
  });

  it('whose webhook is disabled is told to nobody, and blanked', async () => {
    const { id, sliceId } = await acceptOne(store.pool, tenant);
    const [message] = await submit(store.pool, sliceId, tenant.gatewayId);
    await applyReceipts(store.pool, [receiptOf(tenant.gatewayId, message!)]);
    const beside = await acceptOne(store.pool, tenant, {
      msisdn: '+919800000072',
      body: 'Hello',
      meta: 'b',
      options: null,
    });
    const [second] = await submit(store.pool, beside.sliceId, tenant.gatewayId);
    await applyReceipts(store.pool, [receiptOf(tenant.gatewayId, second!)]);
    await store.pool.query(`update webhooks set state = 'disabled' where id = $1`, [tenant.webhookId]);
    await ask();
    await carryOut(3);
    expect(await callbacksOf(store.pool, id)).toEqual(['delivered dead']);
    expect(await findAnywhere(store.pool, TRACES)).toEqual([]);
    // The other one's waits on.
    expect(await callbacksOf(store.pool, beside.id)).toEqual(['delivered pending']);
    const { rows } = await store.pool.query('select message_ids from due_callbacks');
    expect(rows).toEqual([{ message_ids: [beside.id] }]);
  });

  it('of a campaign that was launched before is erased, though it was made after', async () => {
    await store.pool.query(
      `insert into campaigns (id, account_id, name, state, body, service, audience, timezone, send_id, launched_at)
       values ('cmp_1', $1, 'Sale', 'preparing', 'x', 'T', '{"kind":"recipients"}', 'UTC', gen_random_uuid(), now())`,
      [tenant.accountId],
    );
    const erasure = await ask();
    await carryOut(2);
    expect(await rowOf(erasure)).toMatchObject({ state: 'running' });
    const { sliceId, id } = await acceptOne(store.pool, tenant, { webhookId: null });
    await store.pool.query(`update slices set campaign_id = 'cmp_1', no = 0 where id = $1`, [sliceId]);
    await carryOut(2);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'cancelled' });
    expect(await rowOf(erasure)).toMatchObject({ state: 'running' });
    await store.pool.query(`update campaigns set state = 'scheduled'`);
    await carryOut(2);
    expect(await rowOf(erasure)).toMatchObject({ state: 'done' });
    expect(await findAnywhere(store.pool, TRACES)).toEqual([]);
  });
});

describe('what comes later', () => {
  it('a new message to the person is none of the erasure’s business', async () => {
    const before = await acceptOne(store.pool, tenant, { webhookId: null });
    const erasure = await ask();
    const after = await acceptOne(store.pool, tenant, { webhookId: null, recordHash: recordHash('later') });
    await carryOut(3);
    expect(await rowOf(erasure)).toMatchObject({ state: 'done' });
    expect((await messageOf(store.pool, before.id)).state).toBe('cancelled');
    const { rows } = await store.pool.query('select msisdn, body, state from messages where id = $1', [after.id]);
    expect(rows).toEqual([{ msisdn: PERSON, body: expect.stringMatching(/Asha/), state: 'accepted' }]);
  });

  it('the same record again is still a duplicate, with a meta or what stands in for it; another one is new', async () => {
    const one = await acceptOne(store.pool, tenant, { webhookId: null });
    const two = await acceptOne(store.pool, tenant, {
      webhookId: null,
      meta: null,
      recordHash: recordHash('stand-in'),
    });
    const own = { duplicateWindowMinutes: 60 };
    const three = await acceptOne(store.pool, tenant, { ...own, webhookId: null, recordHash: recordHash('hourly') });
    await ask();
    await carryOut(3);
    const again = async (meta: string | null, hash: Buffer, more = {}): Promise<[string, string][]> => {
      const slice = sliceDraft({ accountId: tenant.accountId });
      const erased = { number: PSEUDONYMS.number(PERSON), record: PSEUDONYMS.record(hash) };
      const draft = draftOf(tenant, slice.id, { meta, recordHash: hash, erased, ...more });
      const { duplicates } = await acceptMessages(store.pool, [slice], [draft]);
      return [...duplicates].map(([, repeated]) => ['repeats', repeated]);
    };
    expect(await again('meta-of-asha', recordHash(`${tenant.accountId} asha`))).toEqual([['repeats', one.id]]);
    expect(await again(null, recordHash('stand-in'))).toEqual([['repeats', two.id]]);
    expect(await again('meta-of-asha', recordHash('hourly'), own)).toEqual([['repeats', three.id]]);
    expect(await again('meta-of-asha', recordHash('another text'))).toEqual([]);
  });
});

it('the same request twice is one while it is pending, from the second on; then it is another', async () => {
  const first = await ask();
  await acceptOne(store.pool, tenant, { webhookId: null });
  expect(await ask()).toBe(first);
  await carryOut(3);
  expect(await rowOf(first)).toMatchObject({ state: 'done', counts: { messages: 1 } });
  expect(await ask()).not.toBe(first);
});

it('an upload that is still read is waited for', async () => {
  await store.pool.query(
    `insert into uploads (id, account_id, state, delimiter, columns, cursor_byte, cursor_row, cursor_line)
     values (gen_random_uuid(), $1, 'processing', ',', '{to}', 0, 1, 1)`,
    [tenant.accountId],
  );
  const erasure = await ask();
  await carryOut(2);
  expect(await rowOf(erasure)).toMatchObject({ state: 'running' });
  await store.pool.query(`update uploads set state = 'ready'`);
  await carryOut(2);
  expect(await rowOf(erasure)).toMatchObject({ state: 'done' });
});
