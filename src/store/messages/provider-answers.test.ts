/** What providers answered: found by message, by nobody else, as long as it is kept, at a size that history has. */
import { randomUUID } from 'node:crypto';
import { rowsRead } from '../../../test/support/reads';
import { ACCOUNT, startStore, type TestStore } from '../../../test/support/rows';
import { uuidv7 } from '../../core/messages/ids';
import { forgetAnswers, keepAnswers, listAnswersOf, type AnswerDraft } from './provider-answers';

const OTHER = 'acc_other';
let store: TestStore;
beforeAll(async () => {
  store = await startStore();
  await store.pool.query(`insert into accounts (id, name, retention_days) values ($1, 'other', 3)`, [OTHER]);
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.pool.query('truncate provider_answers, attempts');
});

const draft = (of: AnswerDraft['of'], over: Partial<AnswerDraft> = {}): AnswerDraft => ({
  id: uuidv7(),
  accountId: ACCOUNT,
  of,
  size: of.length,
  status: 400,
  failure: null,
  contentType: 'application/json',
  body: '{"error":"no"}',
  cutFrom: null,
  tookMs: 12,
  ...over,
});
const list = (id: string, accountId = ACCOUNT) => listAnswersOf(store.db, accountId, id);

it('one row is found by each of its messages, with the attempt of each, and by no other account', async () => {
  const [one, two] = [uuidv7(), uuidv7()];
  const of = [{ messageId: one, no: 1 }, { messageId: two, no: 3 }]; // prettier-ignore
  await keepAnswers(store.pool, [draft(of), draft([of[1]!], { status: null, failure: 'UND_ERR_SOCKET', body: null })]);
  expect(await list(one)).toEqual([
    { at: expect.any(Date), no: 1, size: 2, status: 400, failure: null, contentType: 'application/json', body: '{"error":"no"}', cutFrom: null, tookMs: 12 },
  ]); // prettier-ignore
  expect((await list(two)).map(({ no, status, failure }) => [no, status, failure])).toEqual([
    [3, 400, null],
    [3, null, 'UND_ERR_SOCKET'],
  ]);
  expect(await list(one, OTHER)).toEqual([]);
  expect(await list(uuidv7())).toEqual([]);
});

it('nothing is kept of a message that is being erased, and of those beside it all is', async () => {
  const [erased, other] = [uuidv7(), uuidv7()];
  await store.pool.query(
    `insert into attempts (message_id, no, account_id, gateway_id, leg, claim, blanked_at)
     values ($1, 1, $3, 'gw', 0, $4, now()), ($2, 1, $3, 'gw', 0, $4, null)`,
    [erased, other, ACCOUNT, randomUUID()],
  );
  await keepAnswers(store.pool, [draft([{ messageId: erased, no: 1 }]), draft([{ messageId: other, no: 1 }])]);
  expect([await list(erased), (await list(other)).length]).toEqual([[], 1]);
});

it('is kept seven days, or as few as its account says', async () => {
  const ids = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  await keepAnswers(store.pool, [
    ...ids.slice(0, 2).map((messageId) => draft([{ messageId, no: 1 }])),
    ...ids.slice(2).map((messageId) => draft([{ messageId, no: 1 }], { accountId: OTHER })),
  ]);
  const age = (id: string, days: number) =>
    store.pool.query(
      `update provider_answers set at = now() - make_interval(days => $2) where message_ids @> array[$1::uuid]`,
      [id, days],
    );
  await age(ids[0]!, 8);
  await age(ids[1]!, 6);
  await age(ids[2]!, 4);
  await age(ids[3]!, 2);
  expect(await list(ids[0]!)).toEqual([]);
  await forgetAnswers(store.pool, 100);
  const { rows } = await store.pool.query('select unnest(message_ids) as id from provider_answers order by 1');
  expect(rows.map(({ id }) => id as string)).toEqual([ids[1], ids[3]].sort());
});

it('is found among a hundred thousand by a handful of rows', async () => {
  const id = uuidv7();
  await store.pool.query(
    `insert into provider_answers (id, account_id, message_ids, attempt_nos, size, status, body, took_ms)
     select uuidv7(), $1, array[uuidv7(), uuidv7()], '{1,1}', 2, 400, 'no', 1 from generate_series(1, 100000)`,
    [ACCOUNT],
  );
  await keepAnswers(store.pool, [draft([{ messageId: id, no: 1 }])]);
  await store.pool.query('vacuum analyze provider_answers');
  expect(await rowsRead(store, ({ db }) => listAnswersOf(db, ACCOUNT, id))).toBeLessThan(50);
});
