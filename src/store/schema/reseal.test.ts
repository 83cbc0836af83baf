import type { Kysely } from 'kysely';
import { startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import { sealerOf, testContext } from '../../../test/support/seal';
import { until } from '../../../test/support/until';
import { findEncryption } from '../accounts/account-encryption';
import { insertAccount } from '../accounts/accounts';
import { createPersonalHash, createPersonalKey } from '../accounts/personal-hash';
import { uuidv7 } from '../../core/messages/ids';
import { rotateCallback } from '../gateways/callback-tokens';
import { findGateway, insertGateway, unsealGateway } from '../gateways/gateways';
import { SEALED, type Sealer } from '../seal';
import type { Schema } from '../tables';
import { ensureWebhook, findWebhook, rotateSecret } from '../webhooks/webhooks';
import { reseal, type ResealedColumn } from './reseal';

const OLD = { id: 'old', key: Buffer.alloc(32, 7) };
const NEW = { id: 'new', key: Buffer.alloc(32, 8) };
const before = sealerOf(OLD);
const both = sealerOf(NEW, OLD);
const after = sealerOf(NEW);

let store: TestStore;
beforeEach(async () => {
  store = await startStore();
});
afterEach(() => store.stop());

const totals = (columns: ResealedColumn[]) =>
  Object.fromEntries(
    columns
      .filter(({ resealed, refused }) => resealed > 0 || refused.length > 0)
      .map(({ table, column, resealed, refused }) => [`${table}.${column}`, [resealed, refused.length]]),
  );

/** An account with something in every sealed column; returns what opens all of it. */
async function storeTenant(name: string): Promise<(sealer: Sealer) => Promise<unknown>> {
  const { db } = store;
  const encryption = { keys: [{ version: '1', key: Buffer.alloc(32, 3) }], encoding: 'base64' as const };
  const account = await insertAccount(db as Kysely<Schema>, before, { name, encryption });
  const plain = { credentials: { apiKey: `${name} key` }, callbackAuth: { bearer: `${name} bearer` } };
  const template = await storeGateway(store);
  const gateway = await insertGateway(db, before, account.id, {
    ...{ provider: 'infobip', name: 'G', baseUrl: null, sendingPattern: 'batch', status: 'active', ...plain },
    ...{ priority: 1, weight: 1, defaultSender: null, fallbackSender: null, ratePerSecond: null, maxInFlight: 1 },
    ...{ batchSize: null, receiptDeadlineSeconds: 60, validitySeconds: null, description: null },
    ...{ signupLink: null, logo: null },
  });
  await store.pool.query('delete from gateways where id = $1', [template.id]);
  const draft = { accountId: account.id, kind: 'standard' as const, url: `https://${name}.example/hook` };
  const { webhook } = await ensureWebhook(db, before, { ...draft, secret: `${name} first`, isDefault: true });
  await rotateSecret(db, before, account.id, webhook.id, { secret: `${name} second`, graceSeconds: 3_600 });
  const answer = before.seal(`${name} answer`, SEALED.idempotencyAnswer.context(account.id, 'k'));
  await store.pool.query(
    `insert into idempotency_keys (account_id, key, request_hash, status, answer) values ($1, 'k', 'x', 200, $2)`,
    [account.id, answer],
  );
  await rotateCallback(db, before, account.id, gateway.id, {
    callbackAuth: { bearer: `${name} later` },
    graceSeconds: 3_600,
  });
  const erasure = uuidv7();
  await store.pool.query(
    `insert into erasures (id, account_id, kind, subject, subject_hash, look_at) values ($1, $2, 'number', $3, 'x', now())`,
    [erasure, account.id, before.seal(`${name} number`, SEALED.erasureSubject.context(erasure))],
  );
  return async (sealer) => {
    const asked = await store.pool.query<{ subject: string }>('select subject from erasures where id = $1', [erasure]);
    const kept = await store.pool.query<{ answer: string }>(
      'select answer from idempotency_keys where account_id = $1',
      [account.id],
    );
    const found = (await findWebhook(db, sealer, webhook.id))!;
    return {
      gateway: unsealGateway((await findGateway(db, account.id, gateway.id))!, sealer),
      webhook: [found.url, ...found.secrets],
      encryption: await findEncryption(db, sealer, account.id),
      erased: sealer.open(asked.rows[0]!.subject, SEALED.erasureSubject.context(erasure)),
      answer: sealer.open(kept.rows[0]!.answer, SEALED.idempotencyAnswer.context(account.id, 'k')),
    };
  };
}

/** `table.column` of every text in the database that looks sealed. */
async function listSealed(): Promise<string[]> {
  const { rows: columns } = await store.pool.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = 'public' and data_type in ('text', 'jsonb', 'ARRAY') and table_name not like 'kysely%'`,
  );
  const found: string[] = [];
  for (const { table, column } of columns) {
    const { rows } = await store.pool.query(
      `select from ${table} where ${column}::text ~ 'v[0-9]+\\.[\\w-]+\\.[\\w-]{16}\\.[\\w-]*\\.[\\w-]{22}' limit 1`,
    );
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found.sort();
}

test('every sealed column of two accounts is sealed anew, and opens without the old key', async () => {
  const tenants = [await storeTenant('acme'), await storeTenant('zeta')];
  const hash = await createPersonalHash(createPersonalKey(store, before))('opt-out', '919800000001');
  const expected = await Promise.all(tenants.map((open) => open(before)));
  expect(await listSealed()).toEqual(
    Object.values(SEALED)
      .map(({ table, column }) => `${table}.${column}`)
      .sort(),
  );

  const steps: ResealedColumn[] = [];
  const done = await reseal(store.pool, both, (column) => void steps.push({ ...column }));
  expect(totals(done)).toEqual({
    'gateways.credentials': [2, 0],
    'erasures.subject': [2, 0],
    'gateways.callback_auth': [2, 0],
    'gateways.callback_token_sealed': [2, 0],
    'gateways.previous_callback_auth': [2, 0],
    'webhooks.url': [2, 0],
    'webhooks.secret': [2, 0],
    'webhooks.previous_secret': [2, 0],
    'accounts.encryption': [2, 0],
    'idempotency_keys.answer': [2, 0],
    'deployment_secrets.value': [1, 0],
  });
  expect(steps.map(({ table, column }) => `${table}.${column}`)).toEqual(
    done.map(({ table, column }) => `${table}.${column}`),
  );
  expect(await Promise.all(tenants.map((open) => open(after)))).toEqual(expected);
  expect(await createPersonalHash(createPersonalKey(store, after))('opt-out', '919800000001')).toEqual(hash);
  await expect(tenants[0]!(before)).rejects.toThrow('was sealed with the master key new');
  expect(totals(await reseal(store.pool, both))).toEqual({});
});

const KEYS = 1_200;
const storeAnswers = (): Promise<unknown> => {
  const names = Array.from({ length: KEYS }, (_, i) => `k${i}`);
  const answers = names.map((name) => before.seal(`answer ${name}`, SEALED.idempotencyAnswer.context('default', name)));
  return store.pool.query(
    `insert into idempotency_keys (account_id, key, request_hash, status, answer)
     select 'default', k, 'x', 200, a from unnest($1::text[], $2::text[]) n (k, a)`,
    [names, answers],
  );
};

test('one that ends in the middle is begun again, and does the rest only', async () => {
  await storeAnswers();
  let calls = 0;
  const cut: Sealer = {
    ...both,
    seal: (text, context) => {
      if (++calls > 700) throw new Error('power cut');
      return both.seal(text, context);
    },
  };
  await expect(reseal(store.pool, cut)).rejects.toThrow('power cut');
  const [answers] = (await reseal(store.pool, both)).filter(({ table }) => table === 'idempotency_keys');
  expect(answers!.resealed).toBeGreaterThan(0);
  expect(answers!.resealed).toBeLessThan(KEYS);
  const { rows } = await store.pool.query<{ key: string; answer: string }>('select key, answer from idempotency_keys');
  expect(rows).toHaveLength(KEYS);
  for (const { key, answer } of rows) {
    expect(after.open(answer, SEALED.idempotencyAnswer.context('default', key))).toBe(`answer ${key}`);
  }
});

test('what another process writes meanwhile is not lost, and is sealed anew, too', async () => {
  const gateway = await storeGateway(store);
  const context = SEALED.gatewayCredentials.context(gateway.id);
  const set = 'update gateways set credentials = $2 where id = $1';
  await store.pool.query(set, [gateway.id, before.seal('{"apiKey":"first"}', context)]);
  const writer = await store.pool.connect();
  await writer.query('begin');
  await writer.query(set, [gateway.id, before.seal('{"apiKey":"second"}', context)]);
  const resealing = reseal(store.connect(1).pool, both);
  await until('the other waits for the row', async () => {
    const { rows } = await store.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  await writer.query('commit');
  writer.release();
  const [credentials] = await resealing;
  expect(credentials).toMatchObject({ column: 'credentials', resealed: 1, refused: [] });
  const row = (await findGateway(store.db, 'default', gateway.id))!;
  expect(after.open(row.credentials, context)).toBe('{"apiKey":"second"}');
});

test('a value that no key opens is named and left, and those beside it are sealed anew', async () => {
  const [lost, fine] = [await storeGateway(store), await storeGateway(store)];
  const strange = sealerOf({ id: 'lost', key: Buffer.alloc(32, 9) });
  const set = 'update gateways set credentials = $2 where id = $1';
  await store.pool.query(set, [lost.id, strange.seal('x', SEALED.gatewayCredentials.context(lost.id))]);
  await store.pool.query(set, [fine.id, before.seal('{}', SEALED.gatewayCredentials.context(fine.id))]);
  const [credentials] = await reseal(store.pool, both);
  expect(credentials).toMatchObject({ resealed: 1 });
  expect(credentials!.refused).toEqual([
    expect.stringContaining(
      `gateway:${lost.id}:credentials was sealed with the master key lost, which is not in the ring`,
    ),
  ]);
  const rows = await store.pool.query<{ credentials: string }>('select credentials from gateways where id = $1', [
    fine.id,
  ]);
  expect(after.open(rows.rows[0]!.credentials, SEALED.gatewayCredentials.context(fine.id))).toBe('{}');
});

test('a context that is no row of the list is not opened by one', () => {
  const sealed = before.seal('x', testContext('gateway:gw_1:name'));
  expect(() => both.open(sealed, SEALED.gatewayCredentials.context('gw_1'))).toThrow('belongs to another row');
});
