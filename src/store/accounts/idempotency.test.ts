import { createHash, randomUUID } from 'node:crypto';
import { atOneMoment, startStore, type TestStore } from '../../../test/support/rows';
import { claimIdempotencyKey, forgetIdempotencyKeys, keepAnswer, releaseIdempotencyKey } from './idempotency';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const hash = (text: string) => createHash('sha256').update(text).digest();
const FIRST = hash('a request');
const fresh = () => ({ accountId: 'default', key: randomUUID() });
const age = async ({ key }: { key: string }, interval: string, pool: Pick<TestStore['pool'], 'query'> = store.pool) =>
  pool.query(`update idempotency_keys set created_at = now() - $2::interval where key = $1`, [key, interval]);

it('goes from claimed to in progress to answered, and keeps the first answer', async () => {
  const key = fresh();
  expect(await claimIdempotencyKey(store.pool, key, FIRST)).toEqual({ state: 'claimed' });
  expect(await claimIdempotencyKey(store.pool, key, FIRST)).toEqual({ state: 'in-progress' });
  await keepAnswer(store.pool, key, 201, 'sealed');
  await keepAnswer(store.pool, key, 409, 'later');
  expect(await claimIdempotencyKey(store.pool, key, FIRST)).toEqual({
    state: 'answered',
    status: 201,
    answer: 'sealed',
  });
});

it('is a mismatch with another request, answered or not', async () => {
  const key = fresh();
  await claimIdempotencyKey(store.pool, key, FIRST);
  expect(await claimIdempotencyKey(store.pool, key, hash('another'))).toEqual({ state: 'mismatch' });
  await keepAnswer(store.pool, key, 200, 'sealed');
  expect(await claimIdempotencyKey(store.pool, key, hash('another'))).toEqual({ state: 'mismatch' });
});

it('belongs to its account', async () => {
  const key = fresh();
  await claimIdempotencyKey(store.pool, key, FIRST);
  const other = { ...key, accountId: 'other' };
  expect(await claimIdempotencyKey(store.pool, other, hash('another'))).toEqual({ state: 'claimed' });
});

it('is free again once released; an answer that is kept can’t be released', async () => {
  const key = fresh();
  await claimIdempotencyKey(store.pool, key, FIRST);
  await releaseIdempotencyKey(store.pool, key);
  expect(await claimIdempotencyKey(store.pool, key, hash('another'))).toEqual({ state: 'claimed' });
  await keepAnswer(store.pool, key, 200, 'sealed');
  await releaseIdempotencyKey(store.pool, key);
  expect(await claimIdempotencyKey(store.pool, key, hash('another'))).toMatchObject({ state: 'answered' });
});

it('a claim that a dead process left can be taken over, by the same request only', async () => {
  const key = fresh();
  await claimIdempotencyKey(store.pool, key, FIRST);
  await atOneMoment(store, async (pool) => {
    await age(key, '59 seconds', pool);
    expect(await claimIdempotencyKey(pool, key, FIRST)).toEqual({ state: 'in-progress' });
  });
  await age(key, '61 seconds');
  expect(await claimIdempotencyKey(store.pool, key, hash('another'))).toEqual({ state: 'mismatch' });
  expect(await claimIdempotencyKey(store.pool, key, FIRST)).toEqual({ state: 'claimed' });
  expect(await claimIdempotencyKey(store.pool, key, FIRST)).toEqual({ state: 'in-progress' });
});

it('is new after 24 hours, and then forgotten', async () => {
  const [day, almost] = [fresh(), fresh()];
  for (const key of [day, almost]) {
    await claimIdempotencyKey(store.pool, key, FIRST);
    await keepAnswer(store.pool, key, 200, 'sealed');
  }
  await age(almost, '23 hours 59 minutes');
  await age(day, '24 hours 1 minute');
  expect(await claimIdempotencyKey(store.pool, day, hash('another'))).toEqual({ state: 'claimed' });
  await age(day, '24 hours 1 minute');
  await forgetIdempotencyKeys(store.pool);
  const { rows } = await store.pool.query('select key from idempotency_keys where key = any($1)', [
    [day.key, almost.key],
  ]);
  expect(rows).toEqual([{ key: almost.key }]);
});

it('of many that claim a key at once, one gets it', async () => {
  const key = fresh();
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimIdempotencyKey(store.pool, key, FIRST)));
  expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
  expect(claims.filter(({ state }) => state === 'in-progress')).toHaveLength(19);
});
