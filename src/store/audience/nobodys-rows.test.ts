/** Rows that became nobody's, and recipients left out, over all lists of an account. */
import { randomUUID } from 'node:crypto';
import { makeStoreTenant, type StoreTenant } from '../../../test/support/persons';
import { startStore, type TestStore } from '../../../test/support/rows';
import { listLeftOut } from '../campaigns/rejected';
import { writeImportBlock } from './upload-rows';
import { listNobodysRows } from './uploads';

let store: TestStore;
let own: StoreTenant;
let other: StoreTenant;
beforeAll(async () => {
  store = await startStore();
  [own, other] = [await makeStoreTenant(store, 'own'), await makeStoreTenant(store, 'other')];
});
afterAll(() => store.stop());

async function importRows({ accountId }: StoreTenant): Promise<string> {
  const id = randomUUID();
  await store.pool.query(
    `insert into uploads (id, account_id, name, state, delimiter, columns, bytes, cursor_byte, cursor_row, cursor_line)
     values ($1, $2, 'list.csv', 'processing', ',', '{to,meta,city}', 100, 0, 1, 1)`,
    [id, accountId],
  );
  const of = { column: 'city', value: '?', message: 'is not UTF-8' };
  const block = {
    valid: [
      { no: 2, msisdn: '+919800000501', meta: 'm-2', variables: '{}' },
      { no: 3, msisdn: '+919800000501', meta: 'm-3', variables: '{}' },
    ],
    invalid: [
      { no: 4, ...of, msisdn: '+919800000502', meta: 'm-4' },
      { no: 5, column: 'to', value: '98', message: 'has 2 digits', msisdn: '98', meta: null },
    ],
    notes: [{ no: 2, column: 'to', value: '', message: 'is empty' }],
    from: { byte: 0, row: 1, line: 1 },
    to: { byte: 100, row: 5, line: 5 },
  };
  expect(await writeImportBlock(store.pool, id, block, 'to')).toBe(true);
  return id;
}

test('rows of uploads by number as it was written, and by meta; those of another account are not seen', async () => {
  const id = await importRows(own);
  await importRows(other);
  const rowsOf = async (sought: { msisdns: string[] } | { meta: string }) =>
    (await listNobodysRows(store.pool, own.accountId, sought, 10)).map(({ upload_id, no }) => [upload_id, no]);
  expect(await rowsOf({ msisdns: ['+919800000502'] })).toEqual([[id, 4]]);
  expect(await rowsOf({ msisdns: ['98'] })).toEqual([[id, 5]]);
  expect(await rowsOf({ meta: 'm-4' })).toEqual([[id, 4]]);
  // The first row with the number is a recipient, the second one is no error of its own.
  expect(await rowsOf({ msisdns: ['+919800000501'] })).toEqual([]);
});

test('recipients that campaigns leave out', async () => {
  for (const [id, { accountId }] of [['cmp_own', own], ['cmp_other', other]] as const) {
    await store.pool.query(
      `insert into campaigns (id, account_id, name, state, body, service, audience, timezone, send_id, variables, lateness)
       values ($1, $2, 'Sale', 'draft', 'x', 'T', '{"kind":"recipients"}', 'UTC', gen_random_uuid(), '{}', 'send')`,
      [id, accountId],
    );
    await store.pool.query(
      `insert into campaign_recipients (campaign_id, position, msisdn, meta, variables, code, message, account_id)
       values ($1, 1, '+919800000511', 'm-1', '{}', 'missing', '{name} has no value', $2), ($1, 2, '+919800000512', 'm-2', '{}', null, null, null)`,
      [id, accountId],
    );
  } // prettier-ignore
  const found = [{ campaign_id: 'cmp_own', campaign_name: 'Sale', position: 1, code: 'missing' }];
  expect(await listLeftOut(store.pool, own.accountId, { msisdns: ['+919800000511'] }, 10)).toMatchObject(found);
  expect(await listLeftOut(store.pool, own.accountId, { meta: 'm-1' }, 10)).toMatchObject(found);
  expect(await listLeftOut(store.pool, own.accountId, { meta: 'm-2' }, 10)).toEqual([]);
});
