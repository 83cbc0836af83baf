/** Times Mobile's routes: a customer who sends through them changes only the host. */
import { ADMIN_KEY } from '../support/servers';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
let key: string;
beforeAll(async () => {
  stack = await joinStack();
  key = (await stack.call('POST', '/api/v1/api-keys', { name: 'times', scopes: ['send'] })).json.key as string;
});
afterAll(() => stack.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
/** As CleverTap's partner guide "Times Mobile" has it, filled. */
const guide = (fields: object = {}) => ({
  username: 'times-user',
  password: key,
  unicode: 'false',
  from: 'TIMESM',
  to: '919800000001',
  text: 'Your order 17 has left.',
  dltContentId: '1107160016156755389',
  corelationid: '919800000001.1200000000.1700000000.20260101.0.wzrk_default.-1.',
  ...fields,
});
/** Without a header: the key comes in the fields. */
const post = (body: unknown, headers: Record<string, string> = {}, path = '/ct/api/v1/message') =>
  stack.call('POST', path, body, { authorization: '', ...headers });
const refused = (statusCode: number, description: unknown = expect.any(String)) => ({
  transactionId: null, state: 'SUBMIT_FAILED', statusCode, description, pdu: 0,
}); // prettier-ignore

test('200: the guide’s JSON is accepted in Times’ shape, and delivered with its sender, template and meta', async () => {
  const { status, json } = await post(guide());
  expect(status).toBe(200);
  expect(json).toEqual({
    transactionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    state: 'SUBMIT_ACCEPTED',
    statusCode: 200,
    description: 'Message accepted',
    pdu: 1,
  });
  await stack.settled();
  expect((await stack.call('GET', `/api/v1/messages/${json.transactionId}`)).json).toMatchObject({
    to: '+919800000001',
    text: guide().text,
    sender: 'TIMESM',
    meta: guide().corelationid,
    state: 'delivered',
    options: { templateId: '1107160016156755389' },
  });
});

test('200: by query and by form, on either path', async () => {
  const fields = (n: number) => new URLSearchParams({ ...guide(), corelationid: `form-${n}` });
  const answers = [
    await stack.call('GET', `/ct/api/v1/send?${fields(1).toString()}`, undefined, { authorization: '' }),
    await post(fields(2), FORM, '/ct/api/v1/send'),
    await stack.call('GET', `/ct/api/v1/message?${fields(3).toString()}`, undefined, { authorization: '' }),
    await post(fields(4), FORM),
  ];
  expect(answers.map(({ status, json }) => [status, json.state])).toEqual(Array(4).fill([200, 'SUBMIT_ACCEPTED']));
  const { json } = await stack.call('GET', '/api/v1/messages?limit=4');
  expect(json.items.map((item: { meta: string }) => item.meta)).toEqual(['form-4', 'form-3', 'form-2', 'form-1']);
});

test('200: "unicode":"true" is Unicode, and pdu counts the parts', async () => {
  const text = 'x'.repeat(71);
  const plain = await post(guide({ text, corelationid: 'u-1' }));
  const unicode = await post(guide({ text, unicode: 'true', corelationid: 'u-2' }));
  expect([plain.json.pdu, unicode.json.pdu]).toEqual([1, 2]);
});

test('200: a repeated record is answered with the first one’s id, and says so', async () => {
  const first = await post(guide({ corelationid: 'again' }));
  const second = await post(guide({ corelationid: 'again' }));
  expect(second.json).toMatchObject({ transactionId: first.json.transactionId, statusCode: 200 });
  expect(second.json.description).toMatch(/not sent again/);
});

test('400: a record that can’t be sent has Times’ code for number, sender and template, else the status', async () => {
  const cases: [object, number, RegExp][] = [
    [{ to: 'nobody' }, 2054, /^to /],
    [{ to: undefined }, 2054, /^to is missing/],
    [{ from: 'A'.repeat(41) }, 2051, /^from /],
    [{ dltContentId: '$$TemplateID' }, 7001, /^dltContentId is still \$\$TemplateID/],
    [{ text: '' }, 400, /^text is missing/],
  ];
  for (const [fields, code, description] of cases) {
    const { status, json } = await post(guide(fields));
    expect([status, json]).toEqual([400, refused(code, expect.stringMatching(description))]);
  }
});

test('400: a body that is not JSON, and one that is no object', async () => {
  const json = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` };
  expect(await post('{"to":', json)).toMatchObject({
    status: 400,
    json: refused(400, expect.stringMatching(/line 1/)),
  });
  expect(await post([guide()], json)).toMatchObject({
    status: 400,
    json: refused(400, expect.stringMatching(/one record/)),
  });
});

test('401: a wrong password is 2070 with HTTP 401, since CleverTap counts errors by HTTP status', async () => {
  const { status, json, headers } = await post(guide({ password: 'wrong' }));
  expect([status, json]).toEqual([401, refused(2070)]);
  expect(headers.get('www-authenticate')).toContain('Basic');
});

test('403: a key that may not send is 2070 with HTTP 403', async () => {
  const { json: key } = await stack.call('POST', '/api/v1/api-keys', { name: 'reader', scopes: ['read'] });
  const { status, json } = await post(guide({ password: key.key }));
  expect([status, json]).toEqual([403, refused(2070, expect.stringContaining('send'))]);
});

test('404, 409, 413: what fails before or beyond the route has the same shape', async () => {
  expect(await post(guide(), {}, '/ct/api/v1/other')).toMatchObject({ status: 404, json: refused(404) });
  const { json: empty } = await stack.call('POST', '/api/v1/accounts', { name: 'Empty' });
  const draft = { name: 'empty', scopes: ['send'], accountId: empty.id };
  const { json: other } = await stack.call('POST', '/api/v1/api-keys', draft);
  expect(await post(guide({ password: other.key }))).toMatchObject({ status: 409, json: refused(409) });
  const large = await post(guide({ text: 'x'.repeat(4 * 1_048_576) }));
  expect(large).toMatchObject({ status: 413, json: refused(413) });
});
