/** Secrets of the deployment: one for all processes, sealed, and asked for again only where asking failed. */
import { randomBytes } from 'node:crypto';
import { startStore, type TestStore } from '../../../test/support/rows';
import { sealerOf } from '../../../test/support/seal';
import { SealError } from '../seal';
import { createDeploymentSecret, type DeploymentSecretName } from './deployment-secret';

const FIRST = { id: 'first', key: randomBytes(32) };
const OTHER = { id: 'other', key: randomBytes(32) };
const NAME = 'personal-hash';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
beforeEach(() => store.pool.query('delete from deployment_secrets'));
afterAll(() => store.stop());

const secretOf = (
  sealer = sealerOf(FIRST),
  name: DeploymentSecretName = NAME,
  database: Pick<TestStore, 'pool'> = store,
) => createDeploymentSecret(database, sealer, name);
const rows = async (): Promise<{ name: string; value: string }[]> =>
  (await store.pool.query<{ name: string; value: string }>('select name, value from deployment_secrets order by name'))
    .rows;

/** The store, and how often it was asked. @param fails the first that many questions. */
function counted(fails = 0) {
  const asked = { times: 0 };
  const query = (...question: [string, unknown[]]) => {
    if (++asked.times <= fails) return Promise.reject(new Error('away'));
    return store.pool.query(...question);
  };
  return { asked, database: { pool: { query } } as unknown as Pick<TestStore, 'pool'> };
}

test('it has 32 bytes and is the same in every process, also in one that looked before the first had made it', async () => {
  let first: Buffer | undefined;
  const query = async (...question: [string, unknown[]]) => {
    const answer = await store.pool.query(...question);
    first ??= await secretOf()();
    return answer;
  };
  const second = await secretOf(sealerOf(FIRST), NAME, { pool: { query } as unknown as TestStore['pool'] })();
  expect(second).toHaveLength(32);
  expect(second).toEqual(first);
  expect(await secretOf()()).toEqual(first);
  expect(await rows()).toHaveLength(1);
});

test('each name has a secret of its own', async () => {
  const [hash, payloads] = [await secretOf()(), await secretOf(sealerOf(FIRST), 'temporal-payloads')()];
  expect(hash.equals(payloads)).toBe(false);
  expect((await rows()).map(({ name }) => name)).toEqual(['personal-hash', 'temporal-payloads']);
});

test('nothing is asked before the first call, and once only', async () => {
  const { asked, database } = counted();
  const secret = secretOf(sealerOf(FIRST), NAME, database);
  expect(asked.times).toBe(0);
  await Promise.all([secret(), secret()]);
  const { times } = asked;
  await secret();
  expect(asked.times).toBe(times);
});

test('where Postgres was away the next call asks again', async () => {
  const secret = secretOf(sealerOf(FIRST), NAME, counted(1).database);
  await expect(secret()).rejects.toThrow('away');
  expect(await secret()).toEqual(await secretOf()());
});

test('it stands in Postgres sealed, for its name only', async () => {
  const secret = await secretOf()();
  const { value } = (await rows())[0]!;
  for (const spelled of [secret.toString('base64'), secret.toString('hex')]) expect(value).not.toContain(spelled);
  await store.pool.query(`insert into deployment_secrets (name, value) values ('temporal-payloads', $1)`, [value]);
  await expect(secretOf(sealerOf(FIRST), 'temporal-payloads')()).rejects.toThrow(SealError);
});

test('without the key that sealed it there is none, and no other one is made', async () => {
  const secret = await secretOf()();
  const before = await rows();
  await expect(secretOf(sealerOf(OTHER))()).rejects.toThrow(SealError);
  expect(await rows()).toEqual(before);
  expect(await secretOf(sealerOf(OTHER, FIRST))()).toEqual(secret);
});
