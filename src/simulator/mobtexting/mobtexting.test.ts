import { until } from '../../../test/support/until';
import { call, callForm, countsOf, keptOf, number, put, refusing, eachWithSimulator } from '../testing/harness';

const { simulator, receiver, receiveWith } = eachWithSimulator();

interface Answer {
  status: number;
  message: string;
  group_id?: string;
  data: { id: string; mobile: string; status: string; customid: string; units: number }[];
}
interface Failure {
  status: number;
  code: number;
  errors: Record<string, string[]>;
}

const BEARER = { authorization: 'Bearer secret' };
const SHARED = { sender: 'HELIOS', service: 'T', message: 'Your order has left.' };
const single = (n: number, over: object = {}) => ({ ...SHARED, to: number(n), custom: `id${n}`, ...over });

const url = (path = '', account = '') => `${simulator.url}/mobtexting${account}/api/v2/sms/send${path}`;
const post = <Body = Answer>(body: unknown, headers: Record<string, string> = BEARER, account = '') =>
  call<Body>('POST', url('', account), body, headers);
const postNodes = <Body = Answer>(root: unknown, nodes: unknown, more: object = {}) =>
  call<Body>('POST', url('/json'), { root, nodes, ...more }, BEARER);

async function reports(count: number): Promise<Record<string, unknown>[]> {
  await until(`${count} reports`, () => receiver.requests.length >= count);
  return receiver.requests.map(({ method, body }) => {
    expect(method).toBe('POST');
    return JSON.parse(body) as Record<string, unknown>;
  });
}

const reporting = (more: object = {}) => ({ receipts: { url: receiver.url, ...more } });

test('JSON: a message is taken and reported', async () => {
  await put(simulator, reporting());
  const options = { type: 'A', flash: 1, port: 16_001, entity_id: '1701158123540939524', template_id: '11071600161' };
  const answer = await post(single(1, { ...options, webhook_id: 'w1' }));
  expect(answer).toMatchObject({
    status: 200,
    body: {
      status: 200,
      message: '1 numbers accepted for delivery.',
      data: [
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}:1$/),
          mobile: number(1),
          status: 'AWAITING-DLR',
          units: 1,
          length: 20,
          charges: 1,
          customid: 'id1',
          iso_code: null,
          submitted_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
        },
      ],
    },
  });
  expect(await reports(1)).toEqual([
    {
      id: answer.body.data[0]?.id,
      mobile: number(1),
      status: 'DELIVRD',
      credits: '1.0000',
      units: 1,
      deliv_time: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      sent_time: expect.any(String),
      submit_time: expect.any(String),
      custom: 'id1',
    },
  ]);
  expect(await keptOf(simulator, 'messageId=id1')).toMatchObject([
    { flash: true, port: 16_001, entityId: '1701158123540939524', templateId: '11071600161', text: SHARED.message },
  ]);
});

test('a form and the token in the query are taken too; each number of a list is a message', async () => {
  const fields = { ...SHARED, to: `${number(1)},${number(2)}`, custom: 'c' };
  const answer = await callForm<Answer>(`${url()}?access_token=secret`, fields);
  expect(answer.body.message).toBe('2 numbers accepted for delivery.');
  expect(answer.body.data.map(({ id, mobile }) => [id.slice(36), mobile])).toEqual([
    [':1', number(1)],
    [':2', number(2)],
  ]);
});

test('nodes override the root, and each number gets an id', async () => {
  const answer = await postNodes({ ...SHARED, name: 'diwali', type: 'U' }, [
    { to: number(1), custom: 'id1' },
    { to: number(2), custom: 'id2', sender: 'BACKUP', message: 'Mine.' },
  ]);
  expect(answer.body).toMatchObject({
    group_id: expect.any(String),
    data: [{ customid: 'id1' }, { customid: 'id2' }],
  });
  expect(new Set(answer.body.data.map(({ id }) => id)).size).toBe(2);
  expect(await keptOf(simulator, 'messageId=id1')).toMatchObject([{ sender: 'HELIOS', text: SHARED.message }]);
  expect(await keptOf(simulator, 'messageId=id2')).toMatchObject([{ sender: 'BACKUP', text: 'Mine.' }]);
});

test.each([
  ['none', {}],
  ['the bare token', { authorization: 'secret' }],
  ['Basic', { authorization: 'Basic c2VjcmV0' }],
  ['a refused token', { authorization: 'Bearer revoked' }],
])('401 for a wrong token: %s', async (_, headers: Record<string, string>) => {
  await put(simulator, { refusedKeys: ['revoked'] });
  expect(await post(single(1), headers)).toMatchObject({ status: 401, body: { status: 401, code: 401 } });
  expect(await countsOf(simulator, 'mobtexting')).toMatchObject({ unauthorized: 1, submissions: 0 });
});

test.each<[string, object, string]>([
  ['`from` for sender', { from: 'HELIOS', sender: undefined }, 'from'],
  ['no sender', { sender: undefined }, 'sender'],
  ['`text` for message', { text: 'x' }, 'text'],
  ['no service', { service: undefined }, 'service'],
  ['an unknown type', { type: 'X' }, 'type'],
  ['flash: true', { flash: true }, 'flash'],
  ['a time with a zone', { time: '2026-01-01T10:00:00Z' }, 'time'],
])('422 for %s, naming the field', async (_, over, field) => {
  const answer = await post<Failure>(single(1, over));
  expect(answer).toMatchObject({ status: 422, body: { status: 422, code: 422 } });
  expect(Object.keys(answer.body.errors)).toContain(field);
  expect(await countsOf(simulator, 'mobtexting')).toMatchObject({ badRequests: 1, submissions: 0 });
});

test.each<[string, object, unknown, string]>([
  ['no nodes', SHARED, [], 'nodes'],
  ['a node that overrides service', SHARED, [single(1)], 'nodes.0.service'],
  ['a node without a number', SHARED, [{ custom: 'c' }], 'nodes.0.to'],
  ['`from` in the root', { ...SHARED, from: 'HELIOS' }, [{ to: number(1) }], 'root.from'],
])('nodes: 422 for %s', async (_, root, nodes, field) => {
  const answer = await postNodes<Failure>(root, nodes);
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.body.errors)).toContain(field);
});

test('400 for a body that is not JSON; a form has no nodes', async () => {
  expect((await post('{"to":')).status).toBe(400);
  expect((await callForm(url('/json'), SHARED, BEARER)).status).toBe(400);
  expect((await postNodes<Failure>(SHARED, [{ to: number(1) }], { others: 1 })).status).toBe(422);
});

test('numbers are refused inside the 200, each by its word', async () => {
  await put(simulator, refusing('submit'));
  const nodes = [
    ...[0, 1, 2, 3, 4].map((n) => ({ to: number(n), custom: `id${n}` })),
    { to: `+${number(5)}`, custom: 'plus' },
    { to: number(6), custom: 'long', message: 'x'.repeat(161), max_units: 1 },
  ];
  const answer = await postNodes(SHARED, nodes);
  expect(answer).toMatchObject({ status: 200, body: { message: '1 numbers accepted for delivery.' } });
  expect(answer.body.data.map(({ customid, status }) => [customid, status])).toEqual([
    ['id0', 'AWAITING-DLR'],
    ['id1', 'INV-SENDER'],
    ['id2', 'INV-NUMBER'],
    ['id3', 'INV-TEMPLATE'],
    ['id4', 'NO-CREDITS'],
    ['plus', 'INV-NUMBER'],
    ['long', 'INV-TEMPLATE'],
  ]);
  expect(await countsOf(simulator, 'mobtexting')).toMatchObject({
    accepted: 1,
    refused: { sender: 1, recipient: 2, content: 2, account: 1 },
  });
});

test.each([
  [1, 'DLT-HEADER-INACTIVE'],
  [2, 'INVALID-SUB'],
  [3, 'TEMPLATE-NOT-FOUND'],
  [4, 'DLT-ENTITY-NOT-FOUND'],
])('refused by report %i: %s', async (n, status) => {
  await put(simulator, refusing('receipt', reporting()));
  expect((await post(single(n))).body.data).toMatchObject([{ status: 'AWAITING-DLR' }]);
  expect(await reports(1)).toMatchObject([{ status, custom: `id${n}` }]);
});

test('the same text, number and id again is a DUPLICATE; another id or text is not', async () => {
  const statusOf = async (over: object) => (await post(single(1, over))).body.data[0]?.status;
  expect(await statusOf({})).toBe('AWAITING-DLR');
  expect(await statusOf({})).toBe('DUPLICATE');
  expect(await statusOf({ custom: 'other' })).toBe('AWAITING-DLR');
  expect(await statusOf({ message: 'Other.' })).toBe('AWAITING-DLR');
  expect(await statusOf({ custom: undefined })).toBe('AWAITING-DLR');
  expect(await statusOf({ custom: undefined })).toBe('AWAITING-DLR');
  expect(await countsOf(simulator, 'mobtexting')).toMatchObject({ accepted: 5, duplicateIds: 1 });
});

test('only 200 and 202 acknowledge a report; it is repeated three times', async () => {
  await receiveWith(() => 204);
  await put(simulator, reporting());
  await post(single(1));
  const counts = () => countsOf(simulator, 'mobtexting');
  await until('giving up', async () => (await counts()).receipts.failed === 1);
  expect((await counts()).receipts).toMatchObject({ posts: 4, failedPosts: 4, acknowledged: 0 });
});

test('202 acknowledges', async () => {
  await receiveWith(() => 202);
  await put(simulator, reporting());
  await post(single(1));
  await until('an acknowledgement', async () => (await countsOf(simulator, 'mobtexting')).receipts.acknowledged === 1);
});

test('a storm, an error, a named account and an unknown path', async () => {
  await put(simulator, { faults: [{ kind: 'throttle', next: 1 }, { kind: 'serverError', next: 1 }] }); // prettier-ignore
  expect(await post(single(1))).toMatchObject({ status: 429, headers: { 'retry-after': '1' }, body: { code: 429 } });
  expect(await post(single(1))).toMatchObject({ status: 503, body: { status: 503 } });
  await put(simulator, {});
  expect((await post(single(1), BEARER, '/alpha')).status).toBe(200);
  expect(await countsOf(simulator, 'alpha')).toMatchObject({ accepted: 1 });
  expect((await call('POST', url('/xml'), {}, BEARER)).status).toBe(404);
});
