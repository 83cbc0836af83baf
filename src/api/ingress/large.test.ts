/** Large requests beside small ones. */
import { incoming } from '../../../test/support/incoming';
import { loadPseudonyms, startStore, type TestStore } from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import { createIngress, type Ingress, type IncomingMessage } from './ingress';

const LARGE = 500;

let store: TestStore;
let ingress: Ingress;
let started: string[];
beforeAll(async () => {
  store = await startStore(8);
});
afterAll(() => store.stop());
beforeEach(() => {
  started = [];
  ingress = createIngress({
    database: store,
    loadPseudonyms,
    workflows: {
      startSend: ({ sliceId }) => {
        started.push(sliceId);
        return Promise.resolve();
      },
    },
    onError: (error) => {
      throw error;
    },
  });
});
afterEach(() => ingress.stop());

let serial = 0;
const message = (): IncomingMessage => incoming({ meta: `meta ${++serial}` });
const request = (messages: IncomingMessage[]) => ({
  accountId: 'default',
  origin: { shape: 'generic' as const, keyId: 'key_1' },
  hasErasures: false,
  priority: 1,
  messages,
});
const many = (own: IncomingMessage[] = []) =>
  request([...Array.from({ length: LARGE - own.length }, () => message()), ...own]);

/** Stores a record in a transaction that stays open until it is let go of: another of the same record waits for it. */
async function holdRecord(record: IncomingMessage): Promise<{ letGo(): Promise<void> }> {
  const [accepted] = await ingress.accept(request([record]));
  const client = await store.pool.connect();
  await client.query('create temporary table held as select * from messages where false');
  await client.query(
    'with gone as (delete from messages where id = $1 returning *) insert into held select * from gone',
    [accepted!.id],
  );
  await client.query('begin');
  await client.query('insert into messages select * from held');
  return {
    async letGo() {
      await client.query('commit');
      client.release();
    },
  };
}

const waitsForLock = (expected: number) =>
  until(`${expected} wait for the lock`, async () => {
    const { rows } = await store.pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]!.n === expected;
  });

it('small ones, and other large ones, don’t wait behind a large one that is held up', async () => {
  const record = message();
  const { letGo } = await holdRecord(record);
  let done = false;
  const held = ingress.accept(many([record])).finally(() => (done = true));
  await waitsForLock(1);
  const beside = await Promise.all([ingress.accept(request([message()])), ingress.accept(many())]);
  expect(beside.map((accepted) => accepted.length)).toEqual([1, LARGE]);
  expect(done).toBe(false);
  await letGo();
  const accepted = await held;
  expect(accepted.map(({ duplicate }) => duplicate)).toEqual([...Array<boolean>(LARGE - 1).fill(false), true]);
});

it('large ones that come at once are committed whole, no slice beyond its size, and each slice is started once', async () => {
  const accepted = await Promise.all(Array.from({ length: 6 }, () => ingress.accept(many())));
  const ids = accepted.flat().map(({ id }) => id);
  expect(new Set(ids).size).toBe(6 * LARGE);
  const { rows } = await store.pool.query<{ id: string; total: number; stored: number }>(
    `select s.id, s.total, count(*)::int as stored from messages m join slices s on s.id = m.slice_id
     where m.id = any($1) group by s.id`,
    [ids],
  );
  expect(rows.every(({ total, stored }) => total === stored && total <= 1_000)).toBe(true);
  expect(rows.reduce((sum, { stored }) => sum + stored, 0)).toBe(6 * LARGE);
  await until('all are started', () => started.length >= rows.length);
  expect([...started].sort()).toEqual(rows.map(({ id }) => id).sort());
});

it('of the same record in two that come at once, one is the duplicate of the other', async () => {
  const record = message();
  const [first, second] = await Promise.all([ingress.accept(many([record])), ingress.accept(many([record]))]);
  const both = [first!.at(-1)!, second!.at(-1)!];
  expect(new Set(both.map(({ id }) => id)).size).toBe(1);
  expect(both.filter(({ duplicate }) => duplicate)).toHaveLength(1);
});
