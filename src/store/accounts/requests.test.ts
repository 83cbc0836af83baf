/** Requests that were refused: whose they are, how long they are kept, and how they are paged; another account stands beside. */
import { ACCOUNT, startStore, type TestStore } from '../../../test/support/rows';
import { uuidv7 } from '../../core/messages/ids';
import {
  countDropped,
  findRefused,
  forgetRequests,
  listLatest,
  listRefused,
  writeRequests,
  type LatestRequest,
  type RefusedRequest,
  type RequestFilter,
} from './requests';

const OTHER = 'acc_other';
const DAY_MS = 86_400_000;

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
  await store.pool.query(`insert into accounts (id, name) values ($1, 'Other')`, [OTHER]);
});
afterAll(() => store.stop());
beforeEach(() => store.pool.query('truncate requests, request_records, request_days, latest_requests'));

const refused = (over: Partial<RefusedRequest> = {}): RefusedRequest => ({
  id: uuidv7((over.at ?? new Date()).getTime()), at: new Date(), shape: 'generic', route: '/x', status: 400, code: null, message: null,
  accepted: 0, rejected: 1, body: null, accountId: ACCOUNT, keyId: 'key', outcome: 'refused',
  problems: [{ record: 0, msisdn: '+919800000001', meta: 'm', field: 'text', code: 'missing', message: 'text is missing' }], ...over,
}); // prettier-ignore
const latestOf = (over: Partial<LatestRequest> = {}): LatestRequest => ({
  accountId: ACCOUNT, keyId: 'key', shape: 'generic', at: new Date(), status: 200, outcome: 'taken', code: null, taken: null, ...over,
}); // prettier-ignore
const write = (rows: RefusedRequest[], latest: LatestRequest[] = [], dropped = new Map<string, number>()) =>
  writeRequests(store.pool, { refused: rows, latest, dropped });
const list = async (over: Partial<RequestFilter> = {}): Promise<string[]> =>
  (await listRefused(store.pool, { accountId: ACCOUNT, limit: 100, ...over })).map(({ id }) => id);
const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

test.each<[string, Partial<RequestFilter>]>([
  ['all of them', {}],
  ['those of a number', { msisdns: ['+919800000001'] }],
  ['those of a meta', { meta: 'm' }],
])('%s: the account’s own alone, page by page each once, newest first', async (_, by) => {
  const own = [refused(), refused(), refused()];
  await write([...own, refused({ accountId: OTHER })]);
  const ids = own.map(({ id }) => id).reverse();
  expect(await list(by)).toEqual(ids);
  expect(await list({ ...by, limit: 2 })).toEqual(ids.slice(0, 2));
  expect(await list({ ...by, limit: 2, after: ids[1] })).toEqual(ids.slice(2));
  expect(await findRefused(store.pool, OTHER, ids[0]!)).toBeNull();
  expect(await findRefused(store.pool, ACCOUNT, ids[0]!)).toMatchObject({ id: ids[0], problems: [{ meta: 'm' }] });
});

test('from a moment on, and until before one', async () => {
  const at = new Date(Date.now() - 60_000);
  const one = refused({ at });
  await write([one]);
  expect(await list({ from: at })).toEqual([one.id]);
  expect(await list({ until: at })).toEqual([]);
  expect(await list({ until: new Date(at.getTime() + 1) })).toEqual([one.id]);
});

test('kept for seven days, and less where the account keeps less; the other one keeps its own', async () => {
  await store.pool.query('update accounts set retention_days = 2 where id = $1', [OTHER]);
  const [young, old] = [refused({ at: daysAgo(6) }), refused({ at: daysAgo(8) })];
  const [theirs, theirOld] = [
    refused({ at: daysAgo(1), accountId: OTHER }),
    refused({ at: daysAgo(3), accountId: OTHER }),
  ];
  await write([young, old, theirs, theirOld]);
  // What is too old is shown no longer, whether it was deleted yet or not.
  expect(await list()).toEqual([young.id]);
  await store.pool.query(`insert into request_days (account_id, day, kept, bytes, dropped) values ($1, current_date - 8, 0, 0, 1), ($1, current_date - 7, 0, 0, 1)`, [ACCOUNT]); // prettier-ignore
  await forgetRequests(store.pool, 100);
  const { rows } = await store.pool.query<{ id: string }>('select id from requests order by at desc');
  expect(rows.map(({ id }) => id)).toEqual([theirs.id, young.id]);
  const days = await store.pool.query(`select from request_days where day < current_date`);
  expect(days.rowCount).toBe(1);
});

test('what an account has no room for today is counted, and not kept; another one has its own room', async () => {
  await store.pool.query(
    `insert into request_days (account_id, day, kept, bytes, dropped) values ($1, current_date, 1, $2, 0)`,
    [ACCOUNT, 16 * 1_048_576],
  );
  const theirs = refused({ accountId: OTHER });
  await write([refused(), refused(), theirs], [], new Map([[ACCOUNT, 3]]));
  expect([await list(), await list({ accountId: OTHER })]).toEqual([[], [theirs.id]]);
  expect([await countDropped(store.pool, ACCOUNT), await countDropped(store.pool, OTHER)]).toEqual([5, 0]);
});

test('of two processes that tell of the latest request the later one says it, and what was taken stays', async () => {
  const at = new Date();
  const taken = { id: uuidv7(), at, route: '/x', accepted: 1 };
  await write([], [latestOf({ at, taken }), latestOf({ accountId: OTHER })]);
  const earlier = new Date(at.getTime() - 1_000);
  await write([], [latestOf({ at: earlier, status: 400, outcome: 'refused', code: 'missing' })]);
  const latest = () => listLatest(store.pool, ACCOUNT);
  expect(await latest()).toMatchObject([{ at, status: 200, outcome: 'taken', code: null, taken_id: taken.id }]);
  const later = new Date(at.getTime() + 1_000);
  await write([], [latestOf({ at: later, status: 401, outcome: 'refused', code: 'unauthorized' })]);
  expect(await latest()).toMatchObject([
    { at: later, status: 401, outcome: 'refused', code: 'unauthorized', taken_id: taken.id, taken_at: at },
  ]);
});
