/** What accounts suppressed before suppressions had ids is suppressed after it, and the release before can go on writing. */
import fs from 'node:fs';
import path from 'node:path';
import { startStore, type TestStore } from '../../../test/support/rows';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const MIGRATION = fs.readFileSync(path.resolve(__dirname, '../../../db/migrations/0046_suppressions.sql'), 'utf8');

it('rows of before keep number, time and meaning, and come in the order in which they were made', async () => {
  // The tables as they were, apart from those of today.
  await store.pool.query(`
    create schema before;
    set search_path = before;
    create table accounts (id text primary key);
    create table inbound_texts (dedupe bytea primary key, account_id text not null, msisdn text not null);
    create table suppressions (
      account_id text not null references accounts, msisdn text not null,
      source text not null check (source in ('opt-out', 'manual')), reason text,
      created_at timestamptz not null default now(), primary key (account_id, msisdn)
    );
    insert into accounts values ('a'), ('b');
    insert into suppressions values
      ('a', '+919800000001', 'opt-out', 'STOP', '2026-02-01'), ('a', '+919800000002', 'manual', null, '2026-01-01'),
      ('b', '+919800000001', 'manual', null, '2026-03-01');
    ${MIGRATION}
    -- As the release before writes.
    insert into suppressions (account_id, msisdn, source, reason) values ('a', '+919800000001', 'manual', 'again')
      on conflict (account_id, msisdn) do update set reason = 'again';
    insert into suppressions (account_id, msisdn, source, reason) values ('b', '+919800000003', 'opt-out', null);
    set search_path = public`);
  const { rows } = await store.pool.query(
    `select account_id, right(msisdn, 1) as n, source, reason, classes, at::date::text as at,
            substr(id::text, 15, 1) as version
     from before.suppressions order by id limit 3`,
  );
  expect(rows).toEqual([
    { account_id: 'a', n: '2', source: 'person', reason: null, classes: 'all', at: '2026-01-01', version: '7' },
    { account_id: 'a', n: '1', source: 'inbound', reason: 'again', classes: 'all', at: '2026-02-01', version: '7' },
    { account_id: 'b', n: '1', source: 'person', reason: null, classes: 'all', at: '2026-03-01', version: '7' },
  ]);
});
