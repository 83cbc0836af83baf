/** `/api/v1/erasures`: asking for one, by whom and in what accounts, and looking at it. */
import { auditOf, bearerOf, problemsOf } from '../support/api';
import { joinStack, type SharedStack } from '../support/shared';
import { findAnywhere } from '../support/sweep';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const PATH = '/api/v1/erasures';
let serial = 0;
/** A number that no other test of this file uses. */
const number = (): string => `+91980004${String(++serial).padStart(4, '0')}`;
const ask = (body: unknown, headers = {}) => stack.call('POST', PATH, body, headers);
const accountOf = async (name: string): Promise<string> =>
  (await stack.call('POST', '/api/v1/accounts', { name })).json.id;

test('202: it is pending, and nothing that is kept of it tells whom it is about', async () => {
  const to = number();
  const { status, json } = await ask({ to: to.slice(3) });
  expect(status).toBe(202);
  expect(json).toEqual({
    id: expect.any(String), kind: 'number', hash: expect.stringMatching(/^#[\w-]{43}$/), state: 'pending', accounts: 1, counts: {},
    waiting: 0, createdAt: expect.any(String),
  }); // prettier-ignore
  expect(await findAnywhere(stack.database.pool, [to.slice(3)])).toEqual([]);
  expect(await auditOf(stack, json.id)).toEqual([['erasure.requested', { kind: 'number', hash: json.hash }]]);
  expect((await stack.call('GET', `${PATH}/${json.id}`)).json).toEqual(json);
  const { json: list } = await stack.call('GET', `${PATH}?limit=1`);
  expect(list).toEqual({ items: [json], nextCursor: json.id });
});

test('the same number in another spelling is the same erasure while it is pending', async () => {
  const to = number();
  const { json } = await ask({ to });
  expect((await ask({ to: `0${to.slice(3)}` })).json.id).toBe(json.id);
  expect((await auditOf(stack, json.id)).map(([action]) => action)).toEqual(['erasure.requested', 'erasure.repeated']);
  await stack.database.pool.query(`update erasures set state = 'running' where id = $1`, [json.id]);
  expect((await ask({ to })).json.id).not.toBe(json.id);
});

test('a meta is taken as it is, and is no number', async () => {
  const meta = '+919800000001';
  const [{ json: one }, { json: other }] = [await ask({ meta }), await ask({ to: meta })];
  expect([one.kind, other.kind]).toEqual(['meta', 'number']);
  expect(one.hash).not.toBe(other.hash);
});

test.each([
  [{}, 'to: must be given, or "meta", and not both'],
  [{ to: '+919800000001', meta: 'a' }, 'to: must be given, or "meta", and not both'],
  [{ to: 'somebody' }, 'to: the number has characters other than digits'],
  [{ to: '+919800000001', accounts: 'some' }, 'accounts: '],
])('400 for %j', async (body, problem) => {
  const answer = await ask(body);
  expect(answer.status).toBe(400);
  expect(problemsOf(answer)[0]).toContain(problem);
});

test('403 without the scope manage; in all accounts without the scope admin', async () => {
  const to = number();
  expect((await ask({ to }, await bearerOf(stack, ['read', 'send']))).status).toBe(403);
  const manage = await bearerOf(stack, ['manage']);
  expect((await ask({ to }, manage)).status).toBe(202);
  const all = await ask({ to, accounts: 'all' }, manage);
  expect(all.status).toBe(403);
  expect(all.json.detail).toMatch(/"admin"/);
});

test('an admin’s in all accounts: each account has its own, whoever asked sees them as one', async () => {
  const other = await accountOf('Other');
  const { json } = await ask({ to: number(), accounts: 'all' });
  expect(json.accounts).toBeGreaterThan(1);
  const as = { 'x-account-id': other };
  const { json: theirs } = await stack.call('GET', PATH, undefined, as);
  expect(theirs.items).toEqual([{ ...json, id: expect.any(String), accounts: 1 }]);
  expect(theirs.items[0].id).not.toBe(json.id);
  expect((await stack.call('GET', `${PATH}/${json.id}`, undefined, as)).status).toBe(404);
  await stack.database.pool.query(
    `update erasures set state = 'done', finished_at = now(), counts = '{"messages": 2}' where parent_id = $1`,
    [json.id],
  );
  expect((await stack.call('GET', `${PATH}/${json.id}`)).json).toMatchObject({ state: 'running', counts: {} });
  await stack.database.pool.query(
    `update erasures set state = 'done', finished_at = now(), counts = '{"messages": 1, "links": 1}' where id = $1`,
    [json.id],
  );
  expect((await stack.call('GET', `${PATH}/${json.id}`)).json).toMatchObject({
    state: 'done', counts: { messages: 2 * (json.accounts - 1) + 1, links: 1 }, finishedAt: expect.any(String),
  }); // prettier-ignore
});

test('the number of a person who has opted out and was erased can be let go by its number', async () => {
  const to = number();
  const { json } = await ask({ to });
  await stack.database.pool.query(`insert into suppressions (account_id, msisdn, source) values ($1, $2, 'opt-out')`, [
    stack.accountId,
    json.hash,
  ]);
  const list = async (): Promise<string[]> =>
    (await stack.call('GET', '/api/v1/suppressions')).json.items.map((item: { to: string }) => item.to);
  expect(await list()).toContain(json.hash);
  expect((await stack.call('POST', `/api/v1/gateways/${stack.gatewayId}/test`, { to })).json).toMatchObject({
    ok: false, error: 'not sent: the number is suppressed',
  }); // prettier-ignore
  const found = (await stack.call('GET', `/api/v1/suppressions?to=${to.slice(1)}`)).json as {
    items: { id: string; to: string }[];
  };
  expect(found.items.map((item) => item.to)).toEqual([json.hash]);
  expect((await stack.call('DELETE', `/api/v1/suppressions/${found.items[0]!.id}`)).status).toBe(204);
  const said = (await stack.call('GET', `/api/v1/consents?to=${to.slice(1)}`)).json as { items: { kind: string }[] };
  expect(said.items.map((item) => item.kind)).toEqual(['opt-in']);
  expect(await list()).not.toContain(json.hash);
});
