/** What looking for keys costs Postgres, and that nobody's ids put out a key that there is. */
import { ACCOUNT, startStore, type TestStore } from '../../../test/support/rows';
import { insertKey, revokeKey } from '../../store/accounts/api-keys';
import { createKeys } from './keys';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const draft = (ratePerSecond: number | null, accountId = ACCOUNT) => ({
  accountId, name: 'k', scopes: ['read' as const], expiresAt: null, ratePerSecond,
}); // prettier-ignore
const unknownId = (n: number): string => String(n).padStart(16, '0');

const make = () => ({ keys: createKeys(store, () => undefined) });

/** Each of Kysely's statements takes a connection of the pool. */
async function countStatements(work: () => Promise<unknown>): Promise<number> {
  const connect = jest.spyOn(store.pool, 'connect');
  try {
    await work();
    return connect.mock.calls.length;
  } finally {
    connect.mockRestore();
  }
}

test('ids that could be no key’s are not asked about; many that nobody has share a query, and are not asked about again', async () => {
  const { keys } = make();
  const malformed = [
    '',
    'unknown',
    'x'.repeat(16) + 'x',
    unknownId(1).toUpperCase() + 'A',
    "' or 1=1",
    'ilou'.repeat(4),
  ];
  expect(await countStatements(() => Promise.all(malformed.map((id) => keys.withSecret(id, 'x'))))).toBe(0);
  const ids = Array.from({ length: 400 }, (_, i) => unknownId(i));
  // At one moment, so that none of them is to be asked about anew.
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  const first = await countStatements(() => Promise.all(ids.map((id) => keys.withSecret(id, 'x'))));
  expect([first > 0, first <= 3]).toEqual([true, true]);
  expect(await countStatements(() => Promise.all(ids.map((id) => keys.withSecret(id, 'x'))))).toBe(0);
  expect(await keys.withSecret(ids[0]!, 'x')).toEqual({ key: null, reason: 'unknown-key' });
  now.mockRestore();
});

test('ids that nobody has put out no key that there is', async () => {
  const { keys } = make();
  const { id, key } = await insertKey(store.db, draft(null));
  const secret = key.split('_')[2]!;
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  await keys.withSecret(id, secret);
  for (let from = 0; from < 12_000; from += 4_000) {
    await Promise.all(Array.from({ length: 4_000 }, (_, i) => keys.withSecret(unknownId(10_000 + from + i), 'x')));
  }
  expect(await countStatements(() => keys.withSecret(id, secret))).toBe(0);
  now.mockRestore();
});

test('a key is known by its secret as long as it is good, and what is wrong is told apart', async () => {
  const { keys } = make();
  const { id, key } = await insertKey(store.db, draft(7));
  const secret = key.split('_')[2]!;
  expect((await keys.withSecret(id, secret)).key).toMatchObject({ id, ratePerSecond: 7 });
  expect(await keys.withSecret(id, `${secret}0`)).toEqual({ key: null, reason: 'wrong-secret', accountId: ACCOUNT });
  await revokeKey(store.db, ACCOUNT, id);
  keys.forget(id);
  expect(await keys.withSecret(id, secret)).toEqual({ key: null, reason: 'ended', accountId: ACCOUNT });
});

test('the rate of an account is that of its fastest key that is good', async () => {
  await store.pool.query(`insert into accounts (id, name) values ('other', 'other') on conflict do nothing`);
  const { keys } = make();
  const [slow, fast, ended] = [
    await insertKey(store.db, draft(20, 'other')),
    await insertKey(store.db, draft(30, 'other')),
    await insertKey(store.db, draft(40, 'other')),
  ];
  await insertKey(store.db, draft(null, 'other'));
  await revokeKey(store.db, 'other', ended.id);
  for (const { id } of [slow, fast]) expect((await keys.valid(id)).key!.accountRatePerSecond).toBe(30);
});
