/** What nothing matches is bounded: reports and texts that have no message of ours. */
import { randomBytes, randomUUID } from 'node:crypto';
import { ACCOUNT, startStore, storeGateway, storeSlice, type TestStore } from '../../../test/support/rows';
import { forgetUnasked } from '../messages/opt-outs';
import { forgetUnmatched, trimUnmatched } from './parked';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(() => store.pool.query('truncate parked_receipts, inbound_texts'));

const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
const DAY = 1_440;

async function parked(gatewayId: string, ages: readonly number[], disposition = 'parked'): Promise<void> {
  for (const age of ages) {
    await store.pool.query(
      `insert into parked_receipts (dedupe, received_at, gateway_id, provider_id, status, disposition, raw)
       values ($1, $2, $3, $4, 'delivered', $5, '{}')`,
      [randomUUID(), ago(age), gatewayId, `age ${age}`, disposition],
    );
  }
}

async function texts(gatewayId: string, ages: readonly number[], messageId: string | null = null): Promise<void> {
  for (const age of ages) {
    await store.pool.query(
      `insert into inbound_texts (dedupe, account_id, gateway_id, msisdn, body, message_id, received_at)
       values ($1, $2, $3, '+919800000001', $4, $5, $6)`,
      [randomBytes(32), ACCOUNT, gatewayId, `age ${age}`, messageId, ago(age)],
    );
  }
}

const left = async (table: 'parked_receipts' | 'inbound_texts', column: string, gatewayId: string): Promise<string[]> =>
  (
    await store.pool.query<{ what: string }>(
      `select ${column} as what from ${table} where gateway_id = $1 order by received_at desc`,
      [gatewayId],
    )
  ).rows.map(({ what }) => what);

describe('reports', () => {
  const of = (id: string) => left('parked_receipts', 'provider_id', id);

  it('of a gateway that has too many the oldest go, whatever became of them; others keep theirs', async () => {
    const [full, other] = [await storeGateway(store), await storeGateway(store)];
    await parked(full.id, [1, 2, 3, 5]);
    await parked(full.id, [4], 'refused');
    await parked(other.id, [1, 2, 3]);
    expect(await trimUnmatched(store.pool, 100, 3)).toBe(2);
    expect(await of(full.id)).toEqual(['age 1', 'age 2', 'age 3']);
    expect(await of(other.id)).toEqual(['age 1', 'age 2', 'age 3']);
    expect(await trimUnmatched(store.pool, 100, 3)).toBe(0);
  });

  it('go in steps', async () => {
    const full = await storeGateway(store);
    await parked(full.id, [1, 2, 3, 4, 5, 6]);
    expect(await trimUnmatched(store.pool, 2, 2)).toBe(2);
    expect(await of(full.id)).toEqual(['age 1', 'age 2', 'age 3', 'age 4']);
    expect(await trimUnmatched(store.pool, 2, 2)).toBe(2);
    expect(await trimUnmatched(store.pool, 2, 2)).toBe(0);
  });

  it('end after a week', async () => {
    const gateway = await storeGateway(store);
    await parked(gateway.id, [6 * DAY, 8 * DAY]);
    expect(await forgetUnmatched(store.pool, 100)).toBe(1);
    expect(await of(gateway.id)).toEqual([`age ${6 * DAY}`]);
  });
});

describe('texts that answer nothing', () => {
  const of = (id: string) => left('inbound_texts', 'body', id);

  it('of a gateway that has too many the oldest go; those that answer a message stay, and others’', async () => {
    const [full, other] = [await storeGateway(store), await storeGateway(store)];
    const { ids } = await storeSlice(store.pool, 1);
    await texts(full.id, [1, 2, 3, 4, 5]);
    await texts(full.id, [10, 20 * DAY], ids[0]!);
    await texts(other.id, [1, 2, 3]);
    expect(await forgetUnasked(store.pool, 100, 3)).toBe(2);
    expect(await of(full.id)).toEqual(['age 1', 'age 2', 'age 3', 'age 10', `age ${20 * DAY}`]);
    expect(await of(other.id)).toHaveLength(3);
    expect(await forgetUnasked(store.pool, 100, 3)).toBe(0);
  });

  it('end after a week', async () => {
    const gateway = await storeGateway(store);
    await texts(gateway.id, [6 * DAY, 8 * DAY]);
    expect(await forgetUnasked(store.pool, 100)).toBe(1);
    expect(await of(gateway.id)).toEqual([`age ${6 * DAY}`]);
  });
});
