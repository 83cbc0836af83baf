/** What was tried against the product and held: it goes on holding. Each attack has a second account beside it. */
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ADMIN_KEY } from '../support/servers';
import { attemptWireId } from '../../src/core/messages/ids';
import { bearerOf } from '../support/api';
import { proofFor } from '../support/callbacks';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

let stack: TestStack;
let attacker: Tenant;
let neighbour: Tenant;
/** What nobody may reach: a server of this machine that the operator has not listed. */
let inner: Server;
let innerPort: number;
const reached: string[] = [];

beforeAll(async () => {
  inner = createServer((_, response) => void response.end('{}'));
  inner.on('connection', ({ remotePort }) => reached.push(`from port ${remotePort}`));
  await new Promise<void>((resolve) => inner.listen(0, '0.0.0.0', resolve));
  innerPort = (inner.address() as AddressInfo).port;
  stack = await startStack();
  attacker = await makeTenant(stack, 'Attacker');
  neighbour = await makeTenant(stack, 'Neighbour');
  await attacker.gateway('attacker-ours', KNOWS_OUR_IDS);
  await neighbour.gateway('neighbour-own', KNOWS_ITS_OWN);
});
afterAll(async () => {
  inner.closeAllConnections();
  inner.close();
  await stack.stop();
});

/** The neighbour's sends are taken and delivered, whatever went on beside them. */
async function neighbourIsWell(): Promise<void> {
  const [id] = await neighbour.send(1);
  await neighbour.reach([id!], 'delivered');
}

describe('an account’s things in another’s requests', () => {
  const things: Record<string, string> = {};
  beforeAll(async () => {
    const made = async (name: string, path: string, body: unknown, headers?: Record<string, string>) => {
      const { status, json } = await neighbour.call('POST', path, body, headers);
      if (status >= 300) throw new Error(`${name} was answered ${status}: ${JSON.stringify(json)}`);
      things[name] = json.id as string;
    };
    things.gateway = (await neighbour.call('GET', '/api/v1/gateways')).json.items[0].id as string;
    await made('route', '/api/v1/routes', { name: 'theirs', legs: [{ gatewayId: things.gateway }] });
    await made('template', '/api/v1/templates', { name: 'theirs', text: 'Hello' });
    await made('group', '/api/v1/groups', { name: 'theirs' });
    await made('webhook', '/api/v1/webhooks', { kind: 'standard', url: 'https://hooks.example.com/theirs' });
    await made('upload', '/api/v1/uploads', 'to\n+919800000001\n', { 'content-type': 'text/csv' });
  });

  const campaign = (over: object) => ({
    name: 'not mine', message: 'Hello', audience: { recipients: [{ to: '+919800000001' }] }, draft: true, ...over,
  }); // prettier-ignore
  test.each<[what: string, method: string, path: string, body: () => object]>([
    ['a route’s leg', 'POST', '/api/v1/routes', () => ({ name: 'x', legs: [{ gatewayId: things.gateway }] })],
    ['a campaign’s route', 'POST', '/api/v1/campaigns', () => campaign({ routeId: things.route })],
    [
      'a campaign’s template',
      'POST',
      '/api/v1/campaigns',
      () => campaign({ message: undefined, templateId: things.template }),
    ],
    ['a campaign’s group', 'POST', '/api/v1/campaigns', () => campaign({ audience: { groupId: things.group } })],
    ['a campaign’s upload', 'POST', '/api/v1/campaigns', () => campaign({ audience: { uploadId: things.upload } })],
    ['a campaign’s webhook', 'POST', '/api/v1/campaigns', () => campaign({ webhookId: things.webhook })],
    ['an account’s default route', 'PATCH', `/api/v1/accounts/default`, () => ({ defaultRouteId: things.route })],
  ])('%s', async (_, method, path, body) => {
    const own = path.replace('/accounts/default', `/accounts/${attacker.accountId}`);
    const answer = await attacker.call(method, own, body());
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  test('a callback with the id of another’s message changes nothing of it', async () => {
    const [id] = await neighbour.send(1);
    await neighbour.reach([id!], 'delivered');
    const { json: before } = await neighbour.call('GET', `/api/v1/messages/${id}`);
    const { json: made } = await attacker.call('POST', '/api/v1/gateways', {
      provider: KNOWS_OUR_IDS, name: 'forging', credentials: { apiKey: 'x' }, sendingPattern: 'loop', callbackAuth: null,
    }); // prettier-ignore
    const forged = (messageId: string) => ({
      results: [{ messageId, status: { groupId: 5, groupName: 'REJECTED', id: 6, name: 'X' }, error: { id: 1 } }],
    });
    for (const target of [id!, attemptWireId(id!, 1)]) {
      const { status } = await stack.call('POST', new URL(made.callbackUrl as string).pathname, forged(target));
      expect(status).toBe(200);
    }
    const { json: after } = await neighbour.call('GET', `/api/v1/messages/${id}`);
    const told = ({ state, settledAt, attempts }: Record<string, unknown>) => ({ state, settledAt, attempts });
    expect(told(after)).toEqual(told(before));
  });
});

/** Every way that we know to write an address of this machine or of a cloud's metadata. */
const SPELLINGS = [
  '127.0.0.1', 'localhost', 'LOCALHOST', 'localhost.', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.0.0.1',
  '0177.0.0.1', '017700000001', '127.000.000.001', '0.0.0.0', '0', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]', '[2002:7f00:1::1]', '[2001:0:7f00:1::]', '[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[fe80::1]',
  '[fc00::1]', '[fd00::1]', '[ff02::1]', '127.0.0.2', '127.255.255.254', '１２７.０.０.１', '127。0。0。1', 'ⓛocalhost',
  'user@127.0.0.1', 'user:word@127.0.0.1', 'example.com@127.0.0.1', '127.0.0.1#@example.com',
  '169.254.169.254', '0xa9fea9fe', '2852039166', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '100.100.100.200',
  '10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255',
]; // prettier-ignore
const tried = SPELLINGS.map((host) => [host] as const);

describe('URLs that point into our own network', () => {
  let prober: Tenant;
  let serial = 0;
  beforeAll(async () => {
    prober = await makeTenant(stack, 'Prober');
  });
  const gateway = () => ({
    provider: KNOWS_OUR_IDS, name: `inner ${++serial}`, credentials: { apiKey: 'x' }, sendingPattern: 'loop', defaultSender: 'TXTSMS',
  }); // prettier-ignore
  const url = (host: string) =>
    host.includes('#') ? `http://${host.replace('#', `:${innerPort}/#`)}` : `http://${host}:${innerPort}/x`;

  test.each(tried)('as a webhook: %s', async (host) => {
    const { status } = await attacker.call('POST', '/api/v1/webhooks', { kind: 'standard', url: url(host) });
    expect(status).toBe(400);
  });

  test.each(tried)('as callback_url of a send: %s', async (host) => {
    const to = '919800000002';
    const { status } = await attacker.call('POST', '/clevertap/v1/messages', {
      to,
      text: 'x',
      callback_url: url(host),
    });
    expect(status).toBe(400);
  });

  test.each(tried)('as a gateway’s base URL, by http: %s', async (host) => {
    const made = await prober.call('POST', '/api/v1/gateways', { ...gateway(), baseUrl: url(host) });
    expect(made.status).toBe(400);
  });

  test.each(tried)('as a gateway’s base URL, by https, refused or never reached: %s', async (host) => {
    const baseUrl = url(host).replace('http:', 'https:');
    const { status, json } = await prober.call('POST', '/api/v1/gateways', { ...gateway(), baseUrl });
    if (status === 400) return;
    const test = await prober.call('POST', `/api/v1/gateways/${json.id}/test`, { to: '+919800000005' });
    expect(test.json).toMatchObject({ ok: false, outcome: 'account' });
    await prober.call('DELETE', `/api/v1/gateways/${json.id}`);
  });

  afterAll(async () => {
    // A connection alone would be too much.
    expect(reached).toEqual([]);
    await neighbourIsWell();
  });
});

/** Writes bytes to the api and returns all that comes until it closes, or what has come after an answer. */
async function raw(bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(stack.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(text) : reject(error)));
    socket.on('close', () => resolve(text));
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no end of the answer: ${text}`)));
  });
}

describe('requests that two servers could read differently', () => {
  const PATH = '/clevertap/v1/messages';
  const BODY = '{"to":"919800000003","text":"x"}';
  const SMUGGLED = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Length: 2\r\n\r\n{}`;
  const head = (lines: string[]) =>
    `POST ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`;
  test.each<[string, string]>([
    ['two lengths', head(['Content-Length: 32', 'Content-Length: 0']) + BODY],
    ['two lengths in one header', head(['Content-Length: 32, 0']) + BODY],
    ['a length beside chunks', head(['Content-Length: 4', 'Transfer-Encoding: chunked']) + `0\r\n\r\n${SMUGGLED}`],
    ['chunks beside a length', head(['Transfer-Encoding: chunked', 'Content-Length: 4']) + `0\r\n\r\n${SMUGGLED}`],
    ['an unknown transfer coding', head(['Transfer-Encoding: xchunked']) + `0\r\n\r\n${SMUGGLED}`],
    ['chunked twice over', head(['Transfer-Encoding: chunked, identity']) + `0\r\n\r\n${SMUGGLED}`],
    ['a negative length', head(['Content-Length: -1']) + BODY],
    ['a length in hex', head(['Content-Length: 0x20']) + BODY],
    ['a length with a sign', head(['Content-Length: +32']) + BODY],
    ['a space before the colon', head(['Content-Length : 32']) + BODY],
    ['a folded header', head(['X-A: b', ' folded: c', 'Content-Length: 32']) + BODY],
    ['a line feed alone', `POST ${PATH} HTTP/1.1\nHost: x\nContent-Length: 32\n\n${BODY}`],
    ['a chunk’s size that is none', head(['Transfer-Encoding: chunked']) + `zz\r\n${BODY}\r\n0\r\n\r\n`],
    ['a NUL in a header', head(['X-A: b\0c', 'Content-Length: 32']) + BODY],
    ['headers of 17 KB', head([`X-A: ${'b'.repeat(17 * 1024)}`, 'Content-Length: 32']) + BODY],
  ])('%s: refused, and nothing behind it is read as a request', async (_, bytes) => {
    const answers = (await raw(bytes)).match(/HTTP\/1\.1 \d{3}/g) ?? [];
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatch(/ (400|401|431)$/);
  });
  afterAll(neighbourIsWell);
});

describe('bodies that are more than they seem', () => {
  const post = (body: string | Buffer, headers: Record<string, string>) =>
    fetch(`${stack.url}/clevertap/v1/messages`, {
      method: 'POST', headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers }, body,
    }); // prettier-ignore

  test('413: 50 MB in 50 KB of gzip', async () => {
    const { status } = await post(gzipSync(Buffer.alloc(50 * 1_048_576, 32)), { 'content-encoding': 'gzip' });
    expect(status).toBe(413);
  });

  test.each([
    '{"__proto__":{"polluted":1},"to":"919800000004","text":"x"}',
    '{"constructor":{"prototype":{"polluted":1}},"to":"919800000004","text":"x"}',
    '{"list":[{"__proto__":{"to":"919800000004"},"text":"x"}]}',
    '{"to":1e999,"text":"x"}',
    '\ufeff{"to":"919800000004","text":"x"}',
    '{"to":"919800000004","text":"\\ud800"}',
    '{"to":"919800000004","text":"\\u0000"}',
  ])('%j is refused or harmless', async (body) => {
    const { status } = await post(body, {});
    expect([200, 400]).toContain(status);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
  afterAll(neighbourIsWell);
});

describe('pages and headers', () => {
  const MARK = '"><script>alert(1)</script>';
  test.each(['/docs', '/docs/errors', '/nope', '/l/nope', '/docs/nope'])(
    '%s reflects nothing of its query or path',
    async (path) => {
      const answer = await fetch(`${stack.url}${path}?x=${encodeURIComponent(MARK)}`);
      expect(await answer.text()).not.toContain('<script>alert');
      const deeper = await fetch(`${stack.url}${path}/${encodeURIComponent(MARK)}`);
      expect(await deeper.text()).not.toContain('<script>alert');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  test('no origin may read answers but the API’s description', async () => {
    const origin = { origin: 'https://evil.example' };
    const { headers } = await attacker.call('GET', '/api/v1/messages', undefined, origin);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    const preflight = await fetch(`${stack.url}/api/v1/messages`, {
      method: 'OPTIONS', headers: { ...origin, 'access-control-request-method': 'POST' },
    }); // prettier-ignore
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('a receipt told fifty times has one effect', async () => {
  const [id] = await attacker.send(1);
  await attacker.reach([id!], 'delivered');
  const { json: gateways } = await attacker.call('GET', '/api/v1/gateways');
  const gateway = gateways.items.find(({ name }: { name: string }) => name === 'attacker-ours');
  const before = (await attacker.call('GET', `/api/v1/messages/${id}`)).json;
  const report = {
    results: [{
      messageId: attemptWireId(id!, 1), sentAt: '2026-08-01T10:00:00.000+0000', doneAt: '2026-08-01T10:00:01.000+0000', smsCount: 1,
      status: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' },
      error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR' },
    }],
  }; // prettier-ignore
  const url = new URL(gateway.callbackUrl as string).pathname;
  const answers = await Promise.all(Array.from({ length: 50 }, () => stack.call('POST', url, report, proofFor(url))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const after = (await attacker.call('GET', `/api/v1/messages/${id}`)).json;
  expect([after.state, after.settledAt, after.callbacks]).toEqual([before.state, before.settledAt, before.callbacks]);
});

test('one key has five streams of events, a sixth is refused', async () => {
  const headers = await bearerOf({ ...stack, call: attacker.call }, ['read']);
  const open: AbortController[] = [];
  const stream = async () => {
    const aborter = new AbortController();
    open.push(aborter);
    return (await fetch(`${stack.url}/api/v1/events`, { headers, signal: aborter.signal })).status;
  };
  const statuses: number[] = [];
  for (let i = 0; i < 6; i++) statuses.push(await stream());
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  for (const aborter of open) aborter.abort();
  await until('its place is free again', async () => (await stream()) === 200);
  open.at(-1)!.abort();
});

test('what is sealed is sealed under a nonce of its own', async () => {
  const { json } = await attacker.call('GET', '/api/v1/gateways');
  expect(json.items.length).toBeGreaterThan(0);
  for (const name of ['seal-a', 'seal-b'])
    await attacker.gateway(name, KNOWS_OUR_IDS, { credentials: { apiKey: 'same-secret-1' } });
  const { rows } = await stack.database.pool.query<{ credentials: unknown }>(
    'select credentials from gateways where account_id = $1', [attacker.accountId],
  ); // prettier-ignore
  const sealed = rows.map(({ credentials }) =>
    Buffer.isBuffer(credentials) ? credentials.toString('hex') : JSON.stringify(credentials),
  );
  expect(new Set(sealed).size).toBe(sealed.length);
  expect(sealed.filter((value) => value.includes('same-secret-1'))).toEqual([]);
});
