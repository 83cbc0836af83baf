/** `/api/v1/test-phones`, by status. */
import { listVerifiedTestPhones } from '../../src/store/audience/test-phones';
import { auditOf, bearerOf, problemsOf, shapeOf } from '../support/api';
import type { Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const PATH = '/api/v1/test-phones';

let made = 0;
const newNumber = (): string => `+9198000000${String(++made).padStart(2, '0')}`;
const add = (body: object, headers = {}) => stack.call('POST', PATH, body, headers);
const verify = (id: string, code: unknown) => stack.call('POST', `${PATH}/${id}/verify`, { code });
/** The codes that were sent to a number, oldest first. */
const codesTo = async (msisdn: string): Promise<string[]> => {
  const { rows } = await stack.database.pool.query<{ body: string }>(
    `select body from messages where msisdn = $1 and account_id = $2 order by id`,
    [msisdn, stack.accountId],
  );
  return rows.map(({ body }) => /^\d{6}\b/.exec(body)![0]);
};
const wrong = (code: string): string => `${code.slice(0, 5)}${code.endsWith('0') ? '1' : '0'}`;

test('201, then 200: a phone is verified by the code that it is sent', async () => {
  const to = newNumber();
  const added = await add({ to, name: 'my phone' });
  expect([added.status, added.json]).toEqual([
    201,
    {
      id: expect.stringMatching(/^tp_/),
      to,
      name: 'my phone',
      verified: false,
      verifiedAt: null,
      createdAt: expect.any(String),
    },
  ]);
  expect(shapeOf('addTestPhone', 201).safeParse(added.json).error).toBeUndefined();
  const { rows } = await stack.database.pool.query(
    `select m.service, m.webhook_id, m.meta, s.priority from messages m join slices s on s.id = m.slice_id
     where m.msisdn = $1 and m.account_id = $2`,
    [to, stack.accountId],
  );
  expect(rows).toEqual([{ service: 'T', webhook_id: null, meta: null, priority: 1 }]);

  const [code] = await codesTo(to);
  const { db } = stack.database;
  expect((await listVerifiedTestPhones(db, stack.accountId)).map(({ msisdn }) => msisdn)).not.toContain(to);
  const verified = await verify(added.json.id, code);
  expect([verified.status, verified.json]).toEqual([
    200,
    { ...added.json, verified: true, verifiedAt: expect.any(String) },
  ]);
  expect((await listVerifiedTestPhones(db, stack.accountId)).map(({ msisdn }) => msisdn)).toContain(to);
  expect(await auditOf(stack, added.json.id)).toEqual([
    ['test-phone.added', { codeSent: true }],
    ['test-phone.verified', null],
  ]);
});

test('a code is kept as a hash only', async () => {
  const to = newNumber();
  const { json } = await add({ to });
  const [code] = await codesTo(to);
  const { rows } = await stack.database.pool.query(`select * from test_phones where id = $1`, [json.id]);
  expect(rows[0].code_hash).toHaveLength(32);
  expect(JSON.stringify(rows[0])).not.toContain(code);
});

test('200: the same number again gets a new code, and only that one is good', async () => {
  const to = newNumber();
  const { json } = await add({ to, name: 'first' });
  const again = await add({ to: to.slice(3) });
  expect([again.status, again.json]).toEqual([200, json]);
  const renamed = await add({ to, name: 'second' });
  expect(renamed.json).toEqual({ ...json, name: 'second' });
  const codes = await codesTo(to);
  expect(codes).toHaveLength(3);
  const last = codes[2]!;
  if (codes[0] !== last) expect((await verify(json.id, codes[0])).status).toBe(400);
  expect((await verify(json.id, last)).json.verified).toBe(true);
});

test('200: a verified phone stays so, and is sent no more codes', async () => {
  const to = newNumber();
  const { json } = await add({ to });
  const [code] = await codesTo(to);
  await verify(json.id, code);
  const again = await add({ to });
  expect([again.status, again.json.verified]).toEqual([200, true]);
  expect(await codesTo(to)).toHaveLength(1);
  expect((await verify(json.id, wrong(code!))).json.verified).toBe(true);
});

test('200: all, page by page, masked for a key that may only read', async () => {
  for (let n = 0; n < 3; n++) await add({ to: newNumber() });
  const reader = await bearerOf(stack, ['read']);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const where = `${PATH}?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page: Answer = await stack.call('GET', where, undefined, reader);
    expect(shapeOf('listTestPhones', 200).safeParse(page.json).error).toBeUndefined();
    for (const { id, to } of page.json.items) {
      seen.push(id);
      expect(to).toMatch(/^\+9198\*{6}\d\d$/);
    }
    cursor = page.json.nextCursor;
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(made);
});

test('204: removed; the number begins anew', async () => {
  const to = newNumber();
  const { json } = await add({ to });
  expect((await stack.call('DELETE', `${PATH}/${json.id}`)).status).toBe(204);
  expect((await stack.call('DELETE', `${PATH}/${json.id}`)).status).toBe(404);
  expect((await auditOf(stack, json.id)).at(-1)).toEqual(['test-phone.deleted', null]);
  expect((await add({ to })).status).toBe(201);
});

describe('400', () => {
  test.each([
    [{ to: '12' }, /^to: the number has an impossible length/],
    [{ name: 'no number' }, /^to: /],
    [{ to: '+919800000099', colour: 'red' }, /^colour: is not a field/],
  ])('%j', async (body, problem) => {
    const answer = await add(body);
    expect([answer.status, problemsOf(answer)]).toEqual([400, [expect.stringMatching(problem)]]);
  });

  test.each([123456, '12345', 'abcdef', undefined])('the code %j', async (code) => {
    const { json } = await add({ to: newNumber() });
    const answer = await verify(json.id, code);
    expect([answer.status, problemsOf(answer)]).toEqual([400, [expect.stringMatching(/^code: must be the/)]]);
  });
});

test('400, then 409: a wrong code has five tries, and then the right one is refused too', async () => {
  const to = newNumber();
  const { json } = await add({ to });
  const [code] = await codesTo(to);
  // At once: tries are counted by the database, not by who looks first.
  const answers = await Promise.all(Array.from({ length: 8 }, () => verify(json.id, wrong(code!))));
  const refused = answers.filter(({ status }) => status === 400);
  expect(refused.map(problemsOf).flat().sort()).toEqual([
    expect.stringMatching(/^code: .* it was the last try: ask for a new code by POST/),
    ...[1, 2, 3, 4].map((left) => `code: is not the one that was sent last; tries left: ${left}`),
  ]);
  const spent = await verify(json.id, code);
  expect([spent.status, spent.json.code]).toEqual([409, 'code-spent']);
  expect(spent.json.detail).toMatch(/POST \/api\/v1\/test-phones/);
  await add({ to });
  expect((await verify(json.id, (await codesTo(to))[1])).status).toBe(200);
});

test('409: a code is good for ten minutes', async () => {
  const to = newNumber();
  const { json } = await add({ to });
  const [code] = await codesTo(to);
  const { rows } = await stack.database.pool.query(
    `update test_phones set code_expires_at = code_expires_at - interval '10 minutes' where id = $1
     returning code_expires_at <= now() as over, code_expires_at > now() - interval '1 minute' as just`,
    [json.id],
  );
  expect(rows).toEqual([{ over: true, just: true }]);
  expect((await verify(json.id, code)).json.code).toBe('code-spent');
});

test('409: without a gateway no code could leave, and nothing is stored', async () => {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'No gateway' });
  const other = { 'x-account-id': account.id };
  expect((await add({ to: newNumber() }, other)).json.code).toBe('no-gateway');
  expect((await stack.call('GET', PATH, undefined, other)).json.items).toEqual([]);
});

test('429: a phone gets five codes an hour', async () => {
  const to = newNumber();
  for (let n = 0; n < 5; n++) expect((await add({ to })).status).toBeLessThan(300);
  const refused = await add({ to });
  expect([refused.status, refused.json.code]).toEqual([429, 'too-many-codes']);
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(3_000);
  expect(seconds).toBeLessThanOrEqual(3_600);
  expect(await codesTo(to)).toHaveLength(5);
  await stack.database.pool.query(
    `update test_phones set codes_since = codes_since - interval '1 hour' where msisdn = $1`,
    [to],
  );
  expect((await add({ to })).status).toBe(200);
});

test('401 and 403: no key, and a key that may only read', async () => {
  const { json } = await add({ to: newNumber() });
  expect((await stack.call('GET', PATH, undefined, { authorization: '' })).status).toBe(401);
  const reader = await bearerOf(stack, ['read']);
  for (const [method, path] of [
    ['POST', PATH],
    ['POST', `${PATH}/${json.id}/verify`],
    ['DELETE', `${PATH}/${json.id}`],
  ] as const) {
    expect((await stack.call(method, path, {}, reader)).status).toBe(403);
  }
});

test('404: an id that is none, and a phone of another account', async () => {
  const { json } = await add({ to: newNumber() });
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  const other = await bearerOf(stack, ['read', 'manage'], { accountId: account.id });
  for (const id of [json.id, 'tp_none']) {
    expect((await stack.call('POST', `${PATH}/${id}/verify`, { code: '000000' }, other)).status).toBe(404);
    expect((await stack.call('DELETE', `${PATH}/${id}`, undefined, other)).status).toBe(404);
  }
});

test('the code arrives at the phone, and verifies it', async () => {
  const whole = await joinStack();
  const to = newNumber();
  const { json } = await whole.call('POST', PATH, { to });
  const text = await until('the code arrives', async () => {
    const { json: sent } = await whole.control('GET', `/control/messages?to=${to.slice(1)}`);
    return (sent.messages as { text: string }[])[0]?.text;
  });
  expect(text).toMatch(/^\d{6} is your code to verify this test phone\. It is valid for 10 minutes\.$/);
  const verified = await whole.call('POST', `${PATH}/${json.id}/verify`, { code: text.slice(0, 6) });
  expect(verified.json.verified).toBe(true);
  await whole.stop();
});
