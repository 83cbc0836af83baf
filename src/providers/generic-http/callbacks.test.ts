/** A configured vendor: what its reports and texts of phones mean. */
import { createHttpClient } from '../../outbound/client';
import type { CallbackRequest, Receipt } from '../provider';
import { runCallbackCases } from '../testing/cases';
import type { CallbackCase } from '../testing/cases';
import { startVendor } from '../testing/vendor';
import { genericHttp } from '.';
import { configured, message } from './fixtures/sample';

const proof = { callbackAuth: { bearer: 's3cret' }, authHeader: 'authorization' };
const headers = { authorization: 'Bearer s3cret' };
const mapped = (receipts: object) => configured({ path: '/send', format: 'form', fields: { to: '{to}' }, receipts });
const receipts = (...list: Receipt[]) => ({ kind: 'receipts' as const, receipts: list });
const ids = { attemptId: message.id, providerId: '4711' };
const statuses = { DELIVERED: 'delivered', failed: 'failed', expired: 'expired', queued: 'pending' };

const report = (event: object) => ({ body: JSON.stringify({ event: { 'ref/id': message.id, id: 4711, ...event } }) });
const failed = (more: Partial<Receipt>) =>
  receipts({ ...ids, status: 'failed', class: 'recipient', clevertap: '900', ...more });
const jsonCases: CallbackCase[] = [
  { label: 'delivered', request: report({ state: 'Delivered' }), expected: receipts({ ...ids, status: 'delivered' }) },
  { label: 'pending', request: report({ state: 'queued' }), expected: receipts({ ...ids, status: 'pending' }) },
  {
    label: 'failed with a listed code and a reason',
    request: report({ state: 'FAILED', code: 620, why: 'header of 919800000001' }),
    expected: failed({ class: 'sender', clevertap: '906', code: '620', reason: 'header of ***' }),
  },
  {
    label: 'failed with a code that is not listed',
    request: report({ state: 'failed', code: 999 }),
    expected: failed({ code: '999', reason: 'failed' }),
  },
  {
    label: 'failed without a code',
    request: report({ state: 'failed' }),
    expected: failed({ class: 'content', clevertap: '902', code: 'failed', reason: 'failed' }),
  },
  {
    label: 'expired',
    request: report({ state: 'expired', code: 1 }),
    expected: failed({ status: 'expired', clevertap: '916', code: '1', reason: 'expired' }),
  },
  {
    label: 'our id in other letters, without theirs',
    request: report({ 'ref/id': message.id.toUpperCase(), id: null, state: 'delivered' }),
    expected: receipts({ attemptId: message.id, status: 'delivered' }),
  },
  {
    label: 'no id',
    request: report({ 'ref/id': '', id: [1], state: 'delivered' }),
    expected: { kind: 'malformed', reason: 'no id' },
  },
  { label: 'no status', request: report({}), expected: { kind: 'malformed', reason: 'no status' } },
];

runCallbackCases(genericHttp, {
  credentials: mapped({
    in: 'json',
    attemptId: '/event/ref~1id',
    providerId: '/event/id',
    status: '/event/state',
    statuses,
    code: '/event/code',
    reason: '/event/why',
    refusals: [
      { value: '620', class: 'sender', clevertap: '906' },
      { value: 'failed', class: 'content', clevertap: '902' },
    ],
  }),
  ...proof,
  genuine: { headers, ...report({ state: 'delivered' }) },
  format: 'json',
  unknownStatus: {
    request: report({ state: 'teleported' }),
    expected: receipts({ ...ids, status: 'pending', unlisted: 'teleported' }),
  },
  cases: jsonCases,
});

const flat = (state: string) => new URLSearchParams({ ref: message.id, id: '4711', state }).toString();

runCallbackCases(genericHttp, {
  credentials: mapped({ in: 'query', attemptId: 'ref', providerId: 'id', status: 'state', statuses }),
  ...proof,
  genuine: { headers, method: 'GET', url: `/callbacks/token?${flat('delivered')}` },
  format: 'query',
  unknownStatus: {
    request: { url: `/callbacks/token?${flat('teleported')}` },
    expected: receipts({ ...ids, status: 'pending', unlisted: 'teleported' }),
  },
  cases: [{ label: 'a query', request: {}, expected: receipts({ ...ids, status: 'delivered' }) }],
});

runCallbackCases(genericHttp, {
  credentials: mapped({ in: 'form', attemptId: 'ref', providerId: 'id', status: 'state', statuses }),
  ...proof,
  genuine: { headers, body: flat('delivered') },
  format: 'form',
  unknownStatus: {
    request: { body: flat('teleported') },
    expected: receipts({ ...ids, status: 'pending', unlisted: 'teleported' }),
  },
  cases: [
    { label: 'a form', request: {}, expected: receipts({ ...ids, status: 'delivered' }) },
    {
      label: 'JSON instead',
      request: { body: '{"state":"delivered"}' },
      expected: { kind: 'malformed', reason: 'no status' },
    },
  ],
});

const spoken = (over: Partial<CallbackRequest>, where: 'json' | 'form' | 'query') =>
  genericHttp.callback(
    { method: 'POST', url: '/', headers: {}, query: new URLSearchParams(), body: Buffer.alloc(0), ...over },
    {
      baseUrl: '',
      callbackUrl: '',
      callbackAuth: null,
      credentials: mapped({ in: where, providerId: 'id', status: 'state', statuses }),
    },
  );
const twice = 'id=1&state=delivered&state=failed&tag=a&tag=b';
const PARTS = ['id', 'state', 'tag', 'tag'].map(
  (name, i) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${['1', 'delivered', 'a', 'b'][i]}\r\n`,
);
const typed = (type: string, body: string) => ({ headers: { 'content-type': type }, body: Buffer.from(body) });

describe('http reports as they are written', () => {
  it.each<[string, Partial<CallbackRequest>, 'json' | 'form' | 'query', object]>([
    ['a number of more digits than a double has', { body: Buffer.from('{"id":8403414672158573510,"state":"delivered"}') }, 'json', { providerId: '8403414672158573510' }],
    ['one beyond all doubles', { body: Buffer.from('{"id":84034146721585735101234567,"state":"delivered"}') }, 'json', { providerId: '84034146721585735101234567' }],
    ['a comma behind the last member', { body: Buffer.from('{"id":"1, }","state":"delivered" , }') }, 'json', { providerId: '1, }' }],
    ['a multipart form', typed('multipart/form-data; boundary=b', `${PARTS.join('')}--b--\r\n`), 'form', { providerId: '1' }],
    ['a blank one beside its value', typed('', 'id=1&state=&state=delivered&state='), 'form', { providerId: '1' }],
    ['the same value twice', { query: new URLSearchParams('id=1&id=1&state=delivered&tag=a&tag=b') }, 'query', { providerId: '1' }],
  ])('%s', (_label, request, where, expected) => {
    expect(spoken(request, where)).toMatchObject({ kind: 'receipts', receipts: [{ status: 'delivered', ...expected }] });
  }); // prettier-ignore

  it.each<[string, Partial<CallbackRequest>, 'form' | 'query']>([
    ['a form', typed('application/x-www-form-urlencoded', twice), 'form'],
    ['a query', { query: new URLSearchParams(twice) }, 'query'],
    ['a multipart form without its boundary', typed('multipart/form-data', PARTS.join('')), 'form'],
  ])('what is said twice with two values, or where it can’t be read, is not said: %s', (_label, request, where) => {
    expect(spoken(request, where)).toMatchObject({ kind: 'malformed' });
  });
});

it('the id in an answer is the one in a report, however long', async () => {
  const vendor = await startVendor({ body: '{"state":"delivered","id":8403414672158573510}' });
  const http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 1 });
  const credentials = configured({
    path: '/send',
    format: 'form',
    fields: { to: '{to}' },
    answer: { providerId: 'id' },
  });
  const config = { baseUrl: vendor.origin, callbackUrl: '', callbackAuth: null, credentials };
  try {
    expect(await genericHttp.submit(config, [message], http, new AbortController().signal)).toEqual([
      { ok: true, providerId: '8403414672158573510' },
    ]);
  } finally {
    await vendor.close();
    await http.close();
  }
});

const SHAPED = { providerId: 'externalId', status: 'eventType', code: 'errCode' };
const lost = { status: 'failed' as const, class: 'recipient' as const, clevertap: '900' as const };

/** Several reports in one callback, as Bandwidth (a list), Gupshup (JSON in a form field) and others send them. */
const SEVERAL = [
  { externalId: 'a', eventType: 'DELIVERED' },
  { externalId: 'b', eventType: 'LOST', errCode: 27 },
  { eventType: 'DELIVERED' },
];
const READ = receipts(
  { providerId: 'a', status: 'delivered', raw: SEVERAL[0] },
  { ...lost, providerId: 'b', code: '27', reason: 'LOST', raw: SEVERAL[1] },
);
const SHAPE = { ...SHAPED, statuses: { delivered: 'delivered', sent: 'pending', '*': 'failed' } };
function readBy(mapping: object, body: string, query = '') {
  const config = { baseUrl: '', callbackUrl: '', callbackAuth: null, credentials: mapped({ ...mapping, ...SHAPE }) };
  const request = { method: 'POST', url: '/callbacks/token', headers: {}, body: Buffer.from(body) };
  return genericHttp.callback({ ...request, query: new URLSearchParams(query) }, config);
}
const field = (value: unknown) => new URLSearchParams({ response: JSON.stringify(value) }).toString();

describe('http reports that come together', () => {
  it.each<[string, object, string, string]>([
    ['a list at the top', { in: 'json' }, JSON.stringify(SEVERAL), ''],
    ['a list at the top, said so', { in: 'json', list: '' }, JSON.stringify(SEVERAL), ''],
    ['a list in a member', { in: 'json', list: '/a/results' }, JSON.stringify({ a: { results: SEVERAL } }), ''],
    ['a list in a form field', { in: 'form', field: 'response' }, field(SEVERAL), ''],
    ['a list in a member of a form field', { in: 'form', field: 'response', list: 'r' }, field({ r: SEVERAL }), ''],
    ['a list in a parameter', { in: 'query', field: 'response' }, '', field(SEVERAL)],
  ])('%s: each is read, and one without an id keeps no other from it', (_label, where, body, query) => {
    expect(readBy(where, body, query)).toEqual(READ);
  });

  it.each<[string, object, string]>([
    ['JSON in a form field', { in: 'form', field: 'response' }, field(SEVERAL[0])],
    ['one where a list is expected', { in: 'json', list: '/results' }, JSON.stringify(SEVERAL[0])],
    ['a list of one', { in: 'json' }, JSON.stringify([SEVERAL[0]])],
  ])('%s is one report', (_label, where, body) => {
    expect(readBy(where, body)).toEqual(receipts({ providerId: 'a', status: 'delivered' }));
  });

  it.each<[string, object, string, string]>([
    ['an empty list', { in: 'json' }, '[]', 'no reports'],
    ['a list of nothing that has an id', { in: 'json' }, '[{"eventType":"DELIVERED"},7]', 'no status'],
    ['no JSON in the field', { in: 'form', field: 'response' }, 'response=x', 'no status'],
    ['no such field', { in: 'form', field: 'response' }, 'other=1', 'no status'],
  ])('%s is malformed', (_label, where, body, reason) => {
    expect(readBy(where, body)).toEqual({ kind: 'malformed', reason });
  });

  it('texts of phones may come together, too', () => {
    const inbound = { in: 'json', from: 'from', text: 'text', id: 'id' };
    const credentials = configured({ path: '/send', format: 'form', fields: { to: '{to}' }, inbound });
    const texts = [{ from: '919800000001', text: 'STOP', id: 1 }, { from: '919800000002', text: 'Hello' }, { x: 1 }];
    const request = { method: 'POST', url: '/', headers: {}, query: new URLSearchParams(), body: Buffer.from(JSON.stringify(texts)) }; // prettier-ignore
    const result = genericHttp.callback(request, { baseUrl: '', callbackUrl: '', callbackAuth: null, credentials });
    expect(result).toMatchObject({ kind: 'inbound', texts: [{ text: 'STOP', providerId: '1' }, { text: 'Hello' }] });
  });
});

it('a refusal that tells an opt-out is handed on, in answers and in reports', () => {
  const refusals = [{ value: '14', class: 'recipient', clevertap: '903', optOut: true }];
  const mapping = { in: 'json', ...SHAPE, refusals };
  const credentials = mapped(mapping);
  const request = { method: 'POST', url: '/', headers: {}, query: new URLSearchParams(), body: Buffer.from('{"externalId":"a","eventType":"LOST","errCode":14}') }; // prettier-ignore
  const result = genericHttp.callback(request, { baseUrl: '', callbackUrl: '', callbackAuth: null, credentials });
  expect(result).toMatchObject({ receipts: [{ status: 'failed', clevertap: '903', optOut: true }] });
});

const partOf = (part: string, id = '4711') => ({
  body: new URLSearchParams({ id, state: 'failed', part, parts: '2' }).toString(),
});

runCallbackCases(genericHttp, {
  credentials: mapped({
    in: 'form',
    providerId: 'id',
    providerIdBase: 'decimal',
    part: 'part',
    parts: 'parts',
    status: 'state',
    statuses: { failed: 'failed', delivered: 'delivered' },
  }),
  ...proof,
  genuine: { headers, body: 'id=4711&state=delivered' },
  format: 'form',
  unknownStatus: {
    request: { body: 'id=4711&state=teleported&part=2' },
    expected: receipts({ providerId: '1267', part: { no: 2, of: null }, status: 'pending', unlisted: 'teleported' }),
  },
  cases: [
    {
      label: 'an id that was answered in hexadecimal digits, of a whole message',
      request: {},
      expected: receipts({ providerId: '1267', status: 'delivered' }),
    },
    {
      label: 'one part of two',
      request: partOf('1'),
      expected: receipts({
        providerId: '1267',
        part: { no: 1, of: 2 },
        status: 'failed',
        class: 'recipient',
        clevertap: '900',
        code: 'failed',
        reason: 'failed',
      }),
    },
    ...['0', '-1', 'two', '1000'].map((part) => ({
      label: `a part ${part} is none`,
      request: { body: `id=4711&state=delivered&part=${part}` },
      expected: receipts({ providerId: '1267', status: 'delivered' }),
    })),
  ],
});

describe('http callback without a mapping', () => {
  it('is ignored', () => {
    const config = { baseUrl: '', callbackUrl: '', callbackAuth: null };
    const credentials = configured({ path: '/send', format: 'form', fields: { to: '{to}' } });
    const request = { method: 'POST', url: '/', headers: {}, query: new URLSearchParams(), body: Buffer.from('x') };
    expect(genericHttp.callback(request, { ...config, credentials }).kind).toBe('ignored');
  });
});

describe('http texts of phones', () => {
  const gateway = (options: object, more: object = {}) => ({
    credentials: configured({ path: '/send', format: 'form', fields: { to: '{to}' }, ...more, inbound: options }),
    baseUrl: '',
    callbackUrl: '',
    callbackAuth: null,
  });
  const posted = (body: string) => ({
    method: 'POST',
    url: '/callbacks/token',
    headers: {},
    query: new URLSearchParams(),
    body: Buffer.from(body),
  });
  const text = { from: '+919800000001', to: '56161', text: 'STOP', providerId: 'mo-1' };

  it('are read where the mapping says, beside reports', () => {
    const both = gateway(
      { in: 'form', from: 'sender', text: 'msg', to: 'shortcode', id: 'id' },
      { receipts: { in: 'form', providerId: 'id', status: 'state', statuses } },
    );
    const read = (body: string) => genericHttp.callback(posted(body), both);
    expect(read('sender=919800000001&msg=STOP&shortcode=56161&id=mo-1')).toMatchObject({
      kind: 'inbound',
      texts: [text],
    });
    // A report may carry the number and the text that it is about.
    expect(read('sender=HELIOS&msg=Hello&id=4711&state=delivered')).toMatchObject({ kind: 'receipts' });
    expect(read('sender=919800000001&id=4711')).toEqual({ kind: 'malformed', reason: 'no status' });
    expect(read('sender=HELIOS&msg=STOP')).toEqual({ kind: 'inbound', texts: [] });
  });

  it('are told from reports by a value, in JSON and in the query', () => {
    const json = gateway({ in: 'json', from: '/data/from', text: '/data/body', when: { at: '/type', equals: 'mo' } });
    const data = { from: 919800000001, body: 'STOP' };
    expect(genericHttp.callback(posted(JSON.stringify({ type: 'mo', data })), json)).toMatchObject({
      kind: 'inbound',
      texts: [{ from: '+919800000001', text: 'STOP' }],
    });
    expect(genericHttp.callback(posted(JSON.stringify({ type: 'dlr', data })), json).kind).toBe('ignored');
    const query = gateway({ in: 'query', from: 'from', text: 'text' });
    const request = { ...posted(''), method: 'GET', query: new URLSearchParams('from=%2B919800000001&text=STOP') };
    expect(genericHttp.callback(request, query)).toMatchObject({ kind: 'inbound', texts: [{ text: 'STOP' }] });
  });

  it('need the proof that the gateway asks for', () => {
    const proven = { ...gateway({ in: 'query', from: 'from', text: 'text' }), callbackAuth: { bearer: 's3cret' } };
    expect(genericHttp.callback(posted(''), proven).kind).toBe('unauthentic');
  });
});
