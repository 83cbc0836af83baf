/** What ingress answers, and that nothing it answered 200 to can be lost. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const send = (body: unknown, headers?: Record<string, string>) =>
  stack.call('POST', '/clevertap/v1/messages', body, headers);
const one = (fields: object = {}) => ({ to: '919800000001', text: 'Hello', ...fields });
const storedAs = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;

describe('200', () => {
  test('Mobtexting form, with a comma list', async () => {
    const fields = {
      sender: 'TXTSMS',
      to: '919800000011, 919800000012',
      message: 'welcome',
      service: 'T',
      custom: 'c-1',
    };
    const { status, json } = await stack.call('POST', '/api/v2/sms/clevertap/send', new URLSearchParams(fields), FORM);
    expect(status).toBe(200);
    expect(json.message).toBe('2 numbers accepted for delivery.');
    expect(
      json.data.map((item: { mobile: string; status: string; customid: string }) => [
        item.mobile,
        item.status,
        item.customid,
      ]),
    ).toEqual([
      ['919800000011', 'AWAITING-DLR', 'c-1'],
      ['919800000012', 'AWAITING-DLR', 'c-1'],
    ]);
  });

  test('Mobtexting by query', async () => {
    const query = new URLSearchParams({ sender: 'TXTSMS', to: '919800000013', message: 'a & b + c', service: 'T' });
    const { status, json } = await stack.call('GET', `/api/v2/sms/clevertap/send?${query.toString()}`);
    expect(status).toBe(200);
    expect(await storedAs(json.data[0].id)).toMatchObject({ text: 'a & b + c', to: '+919800000013' });
  });

  test('Mobtexting root and nodes: a node overrides everything but service and time', async () => {
    const { status, json } = await stack.call('POST', '/api/v2/sms/clevertap/json', {
      root: { type: 'A', flash: 0, sender: 'TXTSMS', message: 'to all', service: 'T' },
      nodes: [
        { to: '919492000000', sender: 'MOBSMS', message: 'Message from & json api node 1', service: 'P' },
        { to: '918074000000' },
      ],
    });
    expect(status).toBe(200);
    expect(await storedAs(json.data[0].id)).toMatchObject({
      sender: 'MOBSMS',
      text: 'Message from & json api node 1',
      service: 'T',
    });
    expect(await storedAs(json.data[1].id)).toMatchObject({ sender: 'TXTSMS', text: 'to all', service: 'T' });
  });

  test('an array under any key, after the globals or before them, and a bare array', async () => {
    const before = `{"listsms":[{"to":"919800000021","body":"x"}],"from":"GLOBAL"}`;
    const after = `{"from":"GLOBAL","listsms":[{"to":"919800000022","body":"x"}]}`;
    for (const body of [before, after]) {
      const { json } = await send(body, { 'content-type': 'application/json' });
      expect(await storedAs(json.ids[0])).toMatchObject({ sender: 'GLOBAL' });
    }
    const { json } = await send([one({ from: 'OWN' })]);
    expect(await storedAs(json.ids[0])).toMatchObject({ sender: 'OWN' });
  });

  test('a bad record in a good batch is rejected alone, with its index and field', async () => {
    const list = [one(), one({ to: 'nobody' }), { to: '919800000001' }, one({ text: '$$Body' }), one({ mid: 'last' })];
    const { status, json } = await send({ list });
    expect(status).toBe(200);
    expect(json.accepted).toBe(2);
    expect(json.ids).toHaveLength(2);
    expect(json.rejected).toEqual([
      {
        index: 1,
        code: 'invalid-number',
        field: 'to',
        message: 'to can’t be read: the number has characters other than digits',
      },
      { index: 2, code: 'missing', field: 'text', message: 'text is missing: give the text of the message' },
      { index: 3, code: 'unreplaced-token', field: 'text', message: expect.stringContaining('$$Body') },
    ]);
  });

  test('a record seen within 24 hours is answered as the first was, marked, and stored once', async () => {
    const record = one({ mid: '919800000001.dup.-1.' });
    const first = await send({ list: [record] });
    const again = await send({ list: [record, { ...record, text: 'another text' }, record] });
    expect(again.json.accepted).toBe(3);
    expect(again.json.ids[0]).toBe(first.json.ids[0]);
    expect(again.json.ids[2]).toBe(first.json.ids[0]);
    expect(again.json.ids[1]).not.toBe(first.json.ids[0]);
    expect(again.json.duplicates).toEqual([0, 2]);
    const { json } = await stack.call('GET', '/api/v1/messages?meta=919800000001.dup.-1.');
    expect(json.items).toHaveLength(2);
  });

  test('unknown keys are kept, credentials are not', async () => {
    const { json } = await send(one({ campaign: 'diwali', username: 'someone', password: 'else' }));
    expect((await storedAs(json.ids[0])).options).toEqual({ extra: { campaign: 'diwali' } });
  });
});

describe('400', () => {
  test('a body that is not JSON points at the place', async () => {
    const body = '{\n  "root": {\n    "message": "welcome to mobtexting,\n    "service": "T"\n  }\n}';
    const { status, json } = await stack.call('POST', '/api/v2/sms/clevertap/json', body, {
      'content-type': 'application/json',
    });
    expect(status).toBe(400);
    expect(json.code).toBe('malformed-body');
    expect(json.detail).toMatch(/line 3, column \d+, near ".*mobtexting/);
  });

  test('no record acceptable: the same list, nothing stored', async () => {
    const { status, json } = await send({ list: [one({ to: '1' })] });
    expect({ status, accepted: json.accepted, rejected: json.rejected.length }).toEqual({
      status: 400,
      accepted: 0,
      rejected: 1,
    });
  });

  test('an empty array, and a body without nodes', async () => {
    expect((await send({ list: [] })).json).toMatchObject({ status: 400, code: 'invalid-request' });
    const { json } = await stack.call('POST', '/api/v2/sms/clevertap/json', { root: [] });
    expect(json.errors.map((error: { field: string }) => error.field)).toEqual(['root', 'nodes']);
  });

  test('a time that can’t be read names the formats', async () => {
    const { json } = await send(one({ time: 'tomorrow' }));
    expect(json.rejected[0]).toMatchObject({
      code: 'invalid-time',
      field: 'time',
      message: expect.stringContaining('yyyy-mm-dd'),
    });
  });

  test('a callback URL on a foreign host', async () => {
    const { json } = await send(one({ callback_url: 'https://example.com/hook' }));
    expect(json.rejected[0]).toMatchObject({ code: 'callback-url', message: expect.stringContaining('callbackHosts') });
  });
});

test('401: no key, a wrong key; a header wins over fields', async () => {
  const open = (body: object, headers: Record<string, string>) =>
    stack.call('POST', '/clevertap/v1/messages', body, { authorization: '', ...headers });
  expect((await open(one(), {})).status).toBe(401);
  expect((await open(one({ apikey: 'wrong' }), {})).status).toBe(401);
  const { key } = (await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['send'] })).json;
  expect((await open(one({ apikey: key }), {})).status).toBe(200);
  expect((await open(one({ username: 'any', password: key }), {})).status).toBe(200);
  expect((await open(one({ apikey: key }), { authorization: 'Bearer wrong' })).status).toBe(401);
  expect(
    (await open(one({ apikey: 'partner' }), { 'x-api-key': 'test-admin-key-0123456789abcdef', authorization: '' }))
      .status,
  ).toBe(200);
});

test('409: an account without a gateway', async () => {
  const { json: empty } = await stack.call('POST', '/api/v1/accounts', { name: 'Empty' });
  const { status, json } = await send(one(), { 'x-account-id': empty.id });
  expect({ status, code: json.code }).toEqual({ status: 409, code: 'no-gateway' });
});

test('413: a body over 4 MB, more than 5,000 records', async () => {
  expect((await send(one({ text: 'x'.repeat(4 * 1_048_576) }))).json).toMatchObject({ status: 413, code: 'too-large' });
  const list = Array.from({ length: 5_001 }, () => one());
  expect((await send({ list })).json).toMatchObject({ status: 413, code: 'too-many-records' });
});

test('requests that arrive together are committed together, and share slices', async () => {
  const before = await stack.database.pool.query<{ n: number }>('select count(*)::int as n from slices');
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => send(one({ mid: `together-${i}` }))));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(300);
  const { rows } = await stack.database.pool.query<{ slices: number; messages: number }>(
    `select count(distinct slice_id)::int as slices, count(*)::int as messages from messages where meta like 'together-%'`,
  );
  expect(rows[0]!.messages).toBe(300);
  // A start takes a token: 20 at once and 10 a second, and the slice that is open at the end.
  const tokens = 20 + (10 * (performance.now() - began)) / 1_000;
  expect(rows[0]!.slices).toBeLessThanOrEqual(Math.ceil(tokens) + 1);
  expect(rows[0]!.slices).toBeLessThan(300);
  expect(before.rows[0]!.n).toBeGreaterThan(0);
});
