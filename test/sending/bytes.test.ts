/** Bodies as programs and people really send them: their charset, their marks, their repetitions, their forms. */
import { bearerOf } from '../support/api';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
let authorization: string;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  ({ authorization } = await bearerOf(stack, ['send', 'read', 'manage']));
});
afterAll(() => stack.stop());

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const ROUTES = ['/clevertap/v1/messages', '/api/v2/sms/clevertap/send', '/ct/api/v1/message'] as const;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

async function post(path: string, body: Buffer | FormData, type?: string, withKey = true) {
  const answer = await fetch(`${stack.url}${path}`, {
    method: 'POST',
    headers: { ...(withKey ? { authorization } : {}), ...(type === undefined ? {} : { 'content-type': type }) },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, text, id: /"([0-9a-f]{8}-[0-9a-f-]{27})"/.exec(text)?.[1] };
}
const textOf = async (id: string | undefined) =>
  (await stack.call('GET', `/api/v1/messages/${id}`)).json.text as string;

describe.each(ROUTES)('%s', (path) => {
  const to = '919800000201';
  it.each<[string, Buffer, string]>([
    ['JSON in ISO-8859-1', latin1(`{"to":"${to}","text":"Caf\xe9 \x801"}`), `${JSON_TYPE}; charset=ISO-8859-1`],
    ['JSON in UTF-16', Buffer.from(`{"to":"${to}","text":"Café €1"}`, 'utf16le'), `${JSON_TYPE}; charset=utf-16`],
    ['JSON behind a byte order mark', Buffer.from(`\ufeff{"to":"${to}","text":"Café €1"}`), JSON_TYPE],
    ['a form in Windows-1252', latin1(`to=${to}&text=Caf%E9+%801`), `${FORM}; charset=windows-1252`],
    ['a form behind a byte order mark', Buffer.from(`\ufeffto=${to}&text=Caf%C3%A9+%E2%82%AC1`), FORM],
    ['text without a type', Buffer.from(`\ufeff{"to":"${to}","text":"Café €1"}`), 'text/plain; charset=utf-8'],
  ])('takes %s, letter by letter', async (_, body, type) => {
    const { status, id } = await post(path, body, type);
    expect([status, await textOf(id)]).toEqual([200, 'Café €1']);
  });

  it.each<[string, Buffer, string]>([
    ['JSON', latin1(`{"to":"${to}","text":"Caf\xe9"}`), JSON_TYPE],
    ['a form', latin1(`to=${to}&text=Caf\xe9`), FORM],
    ['an escaped form', latin1(`to=${to}&text=Caf%E9`), FORM],
  ])('refuses %s that is no UTF-8, with the place', async (_, body, type) => {
    const { status, text } = await post(path, body, type);
    expect([status, text]).toEqual([400, expect.stringMatching(/is not UTF-8: it has the byte 0xE9 at \d+/)]);
  });

  it('reads a form of parts, with its key among the fields', async () => {
    const form = new FormData();
    const fields = { apikey: authorization.split(' ')[1]!, to, text: 'line 1\r\nनमस्ते', corelationid: `parts ${path}` };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const { status, id } = await post(path, form, undefined, false);
    expect([status, await textOf(id)]).toEqual([200, fields.text]);
    form.append('list', new Blob(['x']), 'list.csv');
    expect(await post(path, form)).toMatchObject({ status: 400, text: expect.stringContaining('list is a file') });
  });

  it('sends to both of two numbers, and takes no second text', async () => {
    const twice = `to=919800000202&to=919800000203&to=919800000202&text=Hi&text=Hi`;
    const { status, text } = await post(path, latin1(twice), FORM);
    expect(status).toBe(200);
    const ids = text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g)!;
    const { json } = await stack.call('GET', `/api/v1/messages/${ids[0]}`);
    expect(json.to).toBe('+919800000202');
    const { json: both } = await stack.call('GET', '/api/v1/messages?to=919800000203');
    expect(both.items.length).toBeGreaterThan(0);
    const two = await post(path, latin1('to=919800000202&text=Hi&text=Ho'), FORM);
    expect(two).toMatchObject({ status: 400, text: expect.stringContaining('text comes twice') });
    const json2 = await post(path, latin1('{"to":"919800000202","text":"Hi","text":"Ho"}'), JSON_TYPE);
    expect(json2).toMatchObject({ status: 400, text: expect.stringContaining('text comes twice') });
  });
});

test('numbers as PHP and .NET write lists, and JSON that curl calls a form', async () => {
  const idsOf = ({ text }: { text: string }) => (JSON.parse(text) as { ids: string[] }).ids;
  const toOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json.to as string;
  for (const form of ['to[]=919800000207&to[]=919800000208', 'to%5B0%5D=919800000207&to=919800000208']) {
    const ids = idsOf(await post(ROUTES[0], latin1(`${form}&text=Hi`), FORM));
    expect(await Promise.all(ids.map(toOf))).toEqual(['+919800000207', '+919800000208']);
  }
  const json = latin1(`{"apikey":"${authorization.split(' ')[1]!}","to":"919800000207","text":"50% & more"}`);
  const { status, id } = await post(ROUTES[0], json, FORM, false);
  expect([status, await textOf(id)]).toEqual([200, '50% & more']);
});

test('a query: bytes as they are and escaped, no UTF-8, and a parameter that comes twice', async () => {
  const ask = async (query: string) => (await stack.call('GET', `/clevertap/v1/messages?${query}`)).json;
  const { ids } = await ask('to=919800000204&text=Caf%C3%A9');
  expect(await textOf(ids[0])).toBe('Café');
  expect(await ask('to=919800000204&text=Caf%E9')).toMatchObject({ status: 400, errors: [{ field: 'text' }] });
  expect(await ask('to=919800000204&text=a&text=b')).toMatchObject({ status: 400, errors: [{ field: 'text' }] });
  expect((await ask('to=919800000204&to=919800000205&text=a')).ids).toHaveLength(2);
});

test('names that differ in case are one name', async () => {
  const two = await post(ROUTES[0], latin1('{"to":"919800000206","Text":"a","text":"b"}'), JSON_TYPE);
  expect(two).toMatchObject({ status: 400, text: expect.stringContaining('comes twice') });
  const same = await post(ROUTES[0], latin1('TO=919800000206&to=919800000207&Text=a&text=a'), FORM);
  expect(same).toMatchObject({ status: 200, text: expect.stringMatching(/"ids":\["[^"]+","[^"]+"\]/) });
});

test('an error in JSON names its place, and no digit of a number', async () => {
  const body = '{"msgs":[{"to":"+919800000001","body":Hello,"mid":"x"},{"to":"+919800000002","body":"ok"}]}';
  const { status, json } = await stack.call('POST', ROUTES[0], body, { 'content-type': JSON_TYPE });
  expect([status, json.code]).toEqual([400, 'malformed-body']);
  expect(json.detail).toContain(`line 1, column ${body.indexOf('Hello') + 1}, near`);
  expect(json.detail).not.toMatch(/9800000/);
});

test('the operations API: a mark, a charset, and a name that comes twice', async () => {
  const body = latin1('{"name":"Caf\xe9","text":"x"}');
  const made = await post('/api/v1/templates', body, `${JSON_TYPE}; charset=ISO-8859-1`);
  expect([made.status, JSON.parse(made.text).name]).toEqual([201, 'Café']);
  expect((await post('/api/v1/templates', Buffer.from('\ufeff{"name":"marked","text":"x"}'), JSON_TYPE)).status).toBe(
    201,
  );
  const twice = await post('/api/v1/templates', Buffer.from('{"name":"a","text":"x","text":"y"}'), JSON_TYPE);
  expect(twice).toMatchObject({ status: 400, text: expect.stringContaining('text comes twice') });
  const query = await stack.call('GET', '/api/v1/messages?state=queued&state=failed');
  expect(query.json).toMatchObject({ status: 400, errors: [{ field: 'state' }] });
});
