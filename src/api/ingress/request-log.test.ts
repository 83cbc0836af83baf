/** What the log of requests keeps in memory, and what becomes of it while the database is away. */
import type { Request } from 'express';
import { AppError } from '../../errors';
import { createRequestLog, type RequestLog, type Visitor } from './request-log';

interface Query {
  name: string;
  values: unknown[];
}
let queries: Query[];
let away: boolean;
let errors: unknown[];
let log: RequestLog;

const client = {
  query: (query: Query | string) => {
    if (typeof query === 'string') return Promise.resolve({ rows: [] });
    if (away) return Promise.reject(new Error('away'));
    queries.push(query);
    return Promise.resolve({ rows: [] });
  },
  release: () => undefined,
};

beforeEach(() => {
  [queries, away, errors] = [[], false, []];
  log = createRequestLog({
    database: { pool: { connect: () => Promise.resolve(client) } } as never,
    accounts: {
      context: () => Promise.resolve({ account: { default_country: 'IN' }, sensitiveTemplates: ['110'] } as never),
    },
    onError: (error) => errors.push(error),
  });
});
afterEach(() => log.stop());

const visitor = (accountId = 'acc_1'): Visitor => ({
  request: { method: 'POST', headers: {}, originalUrl: '/x' } as Request,
  shape: 'generic', route: '/x', accountId, keyId: 'key',
}); // prettier-ignore
const written = (name: string): unknown[][] =>
  queries.filter((one) => one.name === name).map(({ values }) => values as unknown[]);
const said = (over: object = {}) => ({
  to: '98000 00001,12',
  meta: 'm',
  templateId: undefined,
  sensitive: undefined,
  said: { to: 'x' },
  ...over,
});
const reject = (over: object = {}, accountId?: string): void => {
  const one = visitor(accountId);
  log.carries(one.request, 1, () => said(over));
  log.judged(one.request, 0, [{ index: 0, code: 'missing', field: 'text', message: 'text is missing' }]);
  log.answered(one, 400);
};

test('a request that was taken reads no record, and leaves one row for any number of them', async () => {
  for (let i = 0; i < 100; i++) {
    const one = visitor();
    log.carries(one.request, 1, () => {
      throw new Error('read');
    });
    log.judged(one.request, 1, []);
    log.answered(one, 200);
  }
  await log.flush();
  expect(written('insert-requests')).toEqual([]);
  expect(written('write-latest-requests')).toHaveLength(1);
  expect(written('write-latest-requests')[0]![0]).toEqual(['acc_1']);
});

test('each number of a refused record is found in E.164, or as it was written', async () => {
  reject();
  await log.flush();
  const [[, , , , numbers, metas]] = written('insert-request-records') as [unknown[]];
  expect([numbers, metas]).toEqual([
    ['+919800000001', '12'],
    ['m', 'm'],
  ]);
});

test.each([
  ['says so', { sensitive: 'true' }, null],
  ['names a sensitive template', { templateId: '110' }, null],
  ['has it in its words', { said: { tid: '110' } }, null],
  ['is so long that the name of one may be cut off', { said: { text: 'x'.repeat(5_000) } }, null],
  ['does not', { sensitive: 'false' }, '[{"to":"x"}]'],
])('a record that %s', async (_, over, body) => {
  reject(over);
  await log.flush();
  expect(written('insert-requests')[0]![12]).toEqual([body]);
});

test('who shows no valid key is not quoted; another refusal is', async () => {
  const one = () => ({
    ...visitor(),
    request: { method: 'GET', headers: {}, originalUrl: '/x?message=Hello' } as Request,
  });
  log.refused(one(), new AppError('unauthorized', 'The API key is wrong'));
  log.refused(one(), new AppError('invalid-request', 'to must be given'));
  await log.flush();
  expect(written('insert-requests')[0]![12]).toEqual([null, '{"message":"Hello"}']);
});

test('while the database is away refusals are lost and counted, and the next ones are written', async () => {
  away = true;
  reject();
  await log.flush();
  expect(errors).toHaveLength(1);
  away = false;
  reject({}, 'acc_2');
  await log.flush();
  expect(written('insert-requests')[0]![1]).toEqual(['acc_2']);
  expect(written('count-request-days')[0]).toEqual([
    ['acc_1', 'acc_2'],
    [0, 1],
    [0, expect.any(Number)],
    [1, 0],
  ]);
});

test('a crowd that can’t show a key leaves ten at once; another account is not concerned', async () => {
  const refusal = new AppError('unauthorized', 'The API key is wrong');
  for (let i = 0; i < 50; i++) log.refused(visitor(), refusal);
  log.refused(visitor('acc_2'), refusal);
  await log.flush();
  expect((written('insert-requests')[0]![1] as string[]).filter((id) => id === 'acc_1')).toHaveLength(10);
  expect(written('count-request-days')[0]).toEqual([['acc_1', 'acc_2'], [10, 1], expect.anything(), [40, 0]]);
});
