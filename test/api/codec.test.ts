/** `/codec/encode` and `/codec/decode`, as Temporal's UI and command line ask them. */
import { bearerOf, problemsOf } from '../support/api';
import { startStack, type TestStack } from '../support/stack';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';
import { sendWorkflowId } from '../../src/workflows/contract';

const UI = 'https://temporal.example.com';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack({ env: { TEMPORAL_UI_URL: `${UI}/ui/` } });
});
afterAll(() => stack.stop());

interface WirePayload {
  metadata: Record<string, string>;
  data: string;
}
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (value: unknown): WirePayload => ({
  metadata: { encoding: base64('json/plain') },
  data: base64(JSON.stringify(value)),
});
const ask = (does: string, payloads: unknown, headers = {}) =>
  stack.call('POST', `/codec/${does}`, { payloads }, headers);

test('decode gives back what encode was given, and what was never encoded', async () => {
  const given = [plain({ sliceId: 'x' }), plain('ü'), { metadata: {}, data: '' }];
  const encoded = await ask('encode', given);
  expect(encoded.status).toBe(200);
  for (const { metadata, data } of encoded.json.payloads as WirePayload[]) {
    expect(Buffer.from(metadata.encoding!, 'base64').toString()).toBe('binary/encrypted');
    expect(Buffer.from(data, 'base64').toString('latin1')).not.toMatch(/sliceId|json/);
  }
  const decoded = await ask('decode', encoded.json.payloads);
  expect([decoded.status, decoded.json]).toEqual([200, { payloads: given }]);
  expect((await ask('decode', given)).json).toEqual({ payloads: given });
  // As proto3 JSON leaves out what is empty, and spells the base64 of URLs.
  expect((await stack.call('POST', '/codec/decode', {})).json).toEqual({ payloads: [] });
  expect((await ask('decode', [{ metadata: { encoding: 'anNvbi9wbGFpbg' } }])).status).toBe(200);
});

test('what a workflow was given is read by way of it', async () => {
  await stack.call('POST', '/clevertap/v1/messages', { to: '+919800000001', text: 'Hello', mid: 'codec' });
  const { slice_id: sliceId } = await until('it is stored', async () => {
    const { rows } = await stack.database.pool.query<{ slice_id: string }>('select slice_id from messages');
    return rows[0];
  });
  const client = await connectTemporal(stack);
  const history = await until('its workflow has begun', () =>
    client.workflow
      .getHandle(sendWorkflowId(sliceId))
      .fetchHistory()
      .catch(() => null),
  );
  const [payload] = history.events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
  await client.connection.close();
  const wire = {
    metadata: Object.fromEntries(
      Object.entries(payload!.metadata!).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(payload!.data!).toString('base64'),
  };
  const { json } = await ask('decode', [wire]);
  expect(JSON.parse(Buffer.from(json.payloads[0].data as string, 'base64').toString())).toMatchObject({ sliceId });
});

test('400: payloads that are none, and one that can’t be decrypted', async () => {
  expect((await ask('decode', 'none')).status).toBe(400);
  expect(problemsOf(await ask('decode', [{ metadata: { encoding: '**' } }]))).toEqual([
    'payloads.0.metadata.encoding: must be bytes in base64',
  ]);
  const [sealed] = (await ask('encode', [plain('x')])).json.payloads as WirePayload[];
  const other = { ...sealed!, metadata: { ...sealed!.metadata, 'encryption-key-id': base64('other') } };
  expect(problemsOf(await ask('decode', [other]))).toEqual([
    expect.stringMatching(
      /^payloads: has one that can’t be decrypted\. .*its key is other, and this deployment's is [0-9a-f]{8}\. It was written by a deployment with another database$/,
    ),
  ]);
  const cut = { ...sealed!, data: sealed!.data.slice(0, 8) };
  expect(problemsOf(await ask('decode', [cut]))).toEqual([
    'payloads: has one that can’t be decrypted. A payload was changed, or cut, after it was encrypted',
  ]);
  expect((await ask('decode', Array(10_001).fill({}))).status).toBe(400);
});

test.each(['encode', 'decode'])(
  '401 and 403: %s is for an admin, since histories are of all accounts',
  async (does) => {
    const nobody = await ask(does, [], { authorization: '' });
    expect(nobody.status).toBe(401);
    // By which a browser asks the person for a key, on the page of the Temporal UI.
    expect(nobody.headers.get('www-authenticate')).toContain('Basic');
    const manager = await bearerOf(stack, ['send', 'read', 'content', 'manage']);
    expect((await ask(does, [], manager)).status).toBe(403);
  },
);

describe('CORS', () => {
  const preflight = (origin: string, path = '/codec/decode') =>
    fetch(`${stack.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-namespace' },
    }); // prettier-ignore
  const allowed = (headers: Headers) => [...headers].filter(([name]) => name.startsWith('access-control-'));

  test('the Temporal UI may ask, with the credential that the browser has', async () => {
    const { status, headers } = await preflight(UI);
    expect([status, Object.fromEntries(allowed(headers))]).toEqual([
      204,
      {
        'access-control-allow-origin': UI,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type, x-namespace',
        'access-control-max-age': '600',
      },
    ]);
    const asked = await ask('decode', [], { origin: UI });
    expect(asked.status).toBe(200);
    expect(asked.headers.get('access-control-allow-origin')).toBe(UI);
    expect(asked.headers.get('vary')).toContain('Origin');
    // A page is told why it was refused, too.
    const refused = await ask('decode', [], { origin: UI, authorization: '' });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, UI]);
  });

  test.each([
    ['https://evil.example', '/codec/decode'],
    ['null', '/codec/decode'],
    ['http://temporal.example.com', '/codec/decode'],
    ['https://temporal.example.com.evil.example', '/codec/decode'],
    [UI, '/api/v1/messages'],
    [UI, '/codecs'],
  ])('no page of %s may read %s', async (origin, path) => {
    const asked = await preflight(origin, path);
    expect(allowed(asked.headers)).toEqual([]);
    const direct = await fetch(`${stack.url}${path}`, { method: 'POST', headers: { origin } });
    expect(allowed(direct.headers)).toEqual([]);
  });
});
