import { startStore, type TestStore } from '../../../test/support/rows';
import { sealerOf } from '../../../test/support/seal';
import { SealError } from '../seal';
import { createPersonalHash, createPersonalKey } from './personal-hash';

const OLD = { id: 'old', key: Buffer.alloc(32, 7) };
const NEW = { id: 'new', key: Buffer.alloc(32, 8) };
const NUMBER = '919800000001';

let store: TestStore;
beforeEach(async () => {
  store = await startStore();
});
afterEach(() => store.stop());

it('is the same in every process of a deployment, whoever came first, and another for each purpose and value', async () => {
  const processes = [1, 2, 3, 4].map(() => createPersonalHash(createPersonalKey(store.connect(1), sealerOf(OLD))));
  const hashes = await Promise.all(processes.map((hash) => hash('opt-out', NUMBER)));
  expect(hashes.map((hash) => hash.length)).toEqual([32, 32, 32, 32]);
  expect(new Set(hashes.map((hash) => hash.toString('hex'))).size).toBe(1);
  const [hash] = processes as [(typeof processes)[0]];
  expect(await hash('audit', NUMBER)).not.toEqual(hashes[0]);
  expect(await hash('opt-out', '919800000002')).not.toEqual(hashes[0]);
});

it('survives the rotation of master keys: also after the key is gone under which it was first made', async () => {
  const before = await createPersonalHash(createPersonalKey(store, sealerOf(OLD)))('opt-out', NUMBER);
  expect(await createPersonalHash(createPersonalKey(store, sealerOf(NEW, OLD)))('opt-out', NUMBER)).toEqual(before);
  const { rows } = await store.pool.query<{ value: string }>('select value from deployment_secrets');
  expect(rows).toHaveLength(1);
  expect(rows[0]!.value).toMatch(/^v2\.old\./);
});

it('without the key that sealed its secret there is an error that names it, and no other hash', async () => {
  await createPersonalHash(createPersonalKey(store, sealerOf(OLD)))('opt-out', NUMBER);
  const stranger = createPersonalHash(createPersonalKey(store, sealerOf(NEW)));
  await expect(stranger('opt-out', NUMBER)).rejects.toThrow(SealError);
  await expect(stranger('opt-out', NUMBER)).rejects.toThrow('was sealed with the master key old');
});

it('a database that was away is asked again', async () => {
  const other = store.connect(1);
  const hash = createPersonalHash(createPersonalKey(other, sealerOf(OLD)));
  await store.pool.query('alter table deployment_secrets rename to hidden');
  await expect(hash('opt-out', NUMBER)).rejects.toThrow('deployment_secrets');
  await store.pool.query('alter table hidden rename to deployment_secrets');
  expect(await hash('opt-out', NUMBER)).toHaveLength(32);
});
