import { createHash } from 'node:crypto';
import { ACCOUNT, SEALER, startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import {
  findGatewayByToken,
  hashCallbackToken,
  isCallbackToken,
  newCallbackToken,
  rotateCallback,
  sealCallbackTokens,
} from './callback-tokens';
import { deleteGateway, findGateway, unsealGateway, type GatewayRow } from './gateways';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const tokenOf = (row: GatewayRow): string => unsealGateway(row, SEALER).callbackToken;
const idOf = async (token: string): Promise<string | undefined> => (await findGatewayByToken(store.db, token))?.id;
const reread = async ({ id }: GatewayRow): Promise<GatewayRow> => (await findGateway(store.db, ACCOUNT, id))!;

/** A gateway as earlier versions stored it, after the migration. */
async function unsealed(): Promise<{ row: GatewayRow; token: string }> {
  const row = await storeGateway(store);
  const token = newCallbackToken();
  await store.pool.query(
    `update gateways set callback_token = $2, callback_token_sealed = null,
            callback_token_hash = sha256(convert_to($2, 'UTF8')) where id = $1`,
    [row.id, token],
  );
  return { row, token };
}

it('a token is 192 bits that no other has, and is known by its shape', () => {
  const tokens = Array.from({ length: 100 }, newCallbackToken);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens)
    expect([isCallbackToken(token), Buffer.from(token, 'base64url').length]).toEqual([true, 24]);
  for (const text of ['', 'short', `${tokens[0]}x`, tokens[0]!.replace(/./, '/')])
    expect(isCallbackToken(text)).toBe(false);
});

it('a gateway is found by its token, also when it is deleted, and by nothing else', async () => {
  const row = await storeGateway(store);
  const token = tokenOf(row);
  expect(await idOf(token)).toBe(row.id);
  expect(await idOf(newCallbackToken())).toBeUndefined();
  expect(await idOf(row.callback_token_hash!.toString('hex'))).toBeUndefined();
  await deleteGateway(store.db, ACCOUNT, row.id);
  expect(await idOf(token)).toBe(row.id);
});

it('the migration’s hash is ours', async () => {
  const { row, token } = await unsealed();
  expect((await reread(row)).callback_token_hash).toEqual(hashCallbackToken(token));
  expect(hashCallbackToken(token)).toEqual(createHash('sha256').update(token).digest());
});

describe('sealCallbackTokens', () => {
  it('leaves nothing of a plain token but hash and sealed copy; it works before and after', async () => {
    const old = await Promise.all(Array.from({ length: 20 }, unsealed));
    const untouched = await storeGateway(store);
    for (const { row, token } of old) {
      expect(await idOf(token)).toBe(row.id);
      expect(tokenOf(await reread(row))).toBe(token);
    }
    // Two processes start at once.
    const counts = await Promise.all([sealCallbackTokens(store.db, SEALER), sealCallbackTokens(store.db, SEALER)]);
    expect(counts[0] + counts[1]).toBeGreaterThanOrEqual(old.length);
    await sealCallbackTokens(store.db, SEALER);
    for (const { row, token } of old) {
      const now = await reread(row);
      expect(JSON.stringify(now)).not.toContain(token);
      expect(tokenOf(now)).toBe(token);
      expect(await idOf(token)).toBe(row.id);
    }
    expect(tokenOf(await reread(untouched))).toBe(tokenOf(untouched));
    expect(await sealCallbackTokens(store.db, SEALER)).toBe(0);
  });

  it('takes one that an old process made since, without a hash', async () => {
    const { row, token } = await unsealed();
    await store.pool.query('update gateways set callback_token_hash = null where id = $1', [row.id]);
    await sealCallbackTokens(store.db, SEALER);
    expect(await idOf(token)).toBe(row.id);
  });
});

describe('rotateCallback', () => {
  const AUTH = { bearer: 'new' };
  const rotate = (row: GatewayRow, graceSeconds: number) =>
    rotateCallback(store.db, SEALER, ACCOUNT, row.id, { callbackAuth: AUTH, graceSeconds });

  it('keeps what was good, until its time', async () => {
    const row = await storeGateway(store, { callbackAuth: { bearer: 'old' } });
    const fresh = (await rotate(row, 60))!;
    expect(tokenOf(fresh)).not.toBe(tokenOf(row));
    expect(await idOf(tokenOf(row))).toBe(row.id);
    expect(await idOf(tokenOf(fresh))).toBe(row.id);
    expect(unsealGateway(fresh, SEALER)).toMatchObject({ callbackAuth: AUTH, previousCallbackAuth: { bearer: 'old' } });
    await store.pool.query('update gateways set previous_callback_until = now() where id = $1', [row.id]);
    expect(await idOf(tokenOf(row))).toBeUndefined();
    expect(unsealGateway(await reread(row), SEALER)).toMatchObject({ callbackAuth: AUTH, previousCallbackAuth: null });
  });

  it('also of one whose token is not sealed yet', async () => {
    const { row, token } = await unsealed();
    const fresh = (await rotate(row, 60))!;
    expect(fresh.callback_token).toBeNull();
    expect(await idOf(token)).toBe(row.id);
  });

  it('knows only the account’s own', async () => {
    const row = await storeGateway(store);
    const foreign = { callbackAuth: null, graceSeconds: 0 };
    expect(await rotateCallback(store.db, SEALER, 'another', row.id, foreign)).toBeNull();
    expect(tokenOf(await reread(row))).toBe(tokenOf(row));
  });
});

it('finding one reads one row, however many gateways there are', async () => {
  const row = await storeGateway(store);
  const { rows } = await store.pool.query<{ 'QUERY PLAN': string }>(
    `explain select * from gateways where callback_token_hash = '\\x00'
       or (previous_callback_token_hash = '\\x00' and previous_callback_until > now())`,
  );
  const plan = rows.map((line) => line['QUERY PLAN']).join('\n');
  expect(plan).toContain('gateways_callback_token_hash');
  expect(plan).toContain('gateways_previous_callback_token_hash');
  expect(plan).not.toContain('Seq Scan');
  expect(await idOf(tokenOf(row))).toBe(row.id);
});
