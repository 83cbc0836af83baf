/**
 * Clients that have shown no key: what they send costs next to nothing, and who has a key does not feel them. All come from
 * one machine; behind the proxy that this stack trusts, each has an address of its own.
 */
import { connect, type Socket } from 'node:net';
import { startStack, type Answer, type TestStack } from '../support/stack';
import { until } from '../support/until';

let stack: TestStack;
/** Of an account beside the strangers. */
let key: { id: string; key: string; secret: string };
beforeAll(async () => {
  stack = await startStack({ worker: false, env: { HELIOGRAPH_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' } });
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Neighbour' });
  const as = { 'x-account-id': account.id as string };
  const gateway = { provider: 'infobip', name: 'x', credentials: { apiKey: 'k' }, sendingPattern: 'batch' };
  await stack.call('POST', '/api/v1/gateways', gateway, as);
  const { json } = await stack.call('POST', '/api/v1/api-keys', { name: 'n', scopes: ['send', 'read'] }, as);
  key = { id: json.id, key: json.key, secret: json.key.split('_')[2] };
});
afterAll(() => stack.stop());

const ROUTE = '/clevertap/v1/messages';
const MESSAGE = { to: '919800000001', text: 'Hello' };
const NOBODY = `hg_${'0'.repeat(16)}_${'0'.repeat(32)}`;
/** As the trusted proxy tells it. */
const from = (address: string) => ({ 'x-forwarded-for': address });
const bearer = (credential: string) => ({ authorization: credential === '' ? '' : `Bearer ${credential}` });
const ask = (credential: string, headers: Record<string, string> = {}): Promise<Answer> =>
  stack.call('GET', '/api/v1/messages', undefined, { ...bearer(credential), ...headers });
const send = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  stack.call('POST', ROUTE, body, { authorization: '', ...headers });

/** The answer to a head and part of its body, when nothing more is sent; and whether the connection was closed then. */
function begin(head: string[], part = ''): Promise<{ answer: string; socket: Socket }> {
  return new Promise((resolve, reject) => {
    const socket = connect(stack.api.port, '127.0.0.1');
    socket.write(`${head.join('\r\n')}\r\nHost: x\r\n\r\n${part}`);
    socket.on('error', reject).once('data', (chunk) => resolve({ answer: String(chunk), socket }));
  });
}

describe('before the body', () => {
  const large = 'Content-Length: 4000000';

  test('401: a wrong key in a header, and no key at all, while the body has not come', async () => {
    for (const more of [`Authorization: Bearer ${NOBODY}`, 'Content-Encoding: gzip']) {
      const head = [`POST ${ROUTE} HTTP/1.1`, large, 'X-Forwarded-For: 192.0.2.1', more];
      const { answer, socket } = await begin(head);
      expect(answer).toMatch(more.startsWith('A') ? /^HTTP\/1\.1 401 / : /^HTTP\/1\.1 (401|413) /);
      socket.destroy();
    }
  });

  test('401: a body whose first 256 KB bring no key is read no further, and its connection is closed', async () => {
    const head = [`POST ${ROUTE} HTTP/1.1`, large, 'X-Forwarded-For: 192.0.2.1', 'Content-Type: application/json'];
    const { answer, socket } = await begin(head, `{"list":[${'{"to":"1"},'.repeat(30_000)}`);
    expect(answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*Connection: close[\s\S]*256 KB/i);
    await new Promise((resolve) => socket.once('close', resolve));
  });

  test('404: a callback under a token that nobody has, and a path that is none', async () => {
    for (const path of ['/callbacks/nobody', '/nope']) {
      const { answer, socket } = await begin([`POST ${path} HTTP/1.1`, large]);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      socket.destroy();
    }
  });

  test('413: an OAuth form of more than 64 KB', async () => {
    const { answer, socket } = await begin(['POST /oauth/token HTTP/1.1', large]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });
});

describe('a key in the fields of a large body', () => {
  const list = Array.from({ length: 3_000 }, (_, i) => ({
    to: `9198${String(i).padStart(8, '0')}`,
    text: `Your order ${i} is on its way and will be with you today. Thank you for shopping with us.`,
  }));

  test.each([
    ['apikey', () => ({ apikey: key.key, list })],
    ['user name and password', () => ({ username: key.id, password: key.secret, list })],
    [
      'behind other fields, and written with escapes',
      () => ({ note: 'a"b\\', p: { apikey: 'x' }, apikey: key.key, list }),
    ],
  ] as const)('200: JSON, %s in front of the records', async (_, body) => {
    expect(JSON.stringify(body()).length).toBeGreaterThan(300_000);
    const { status, json } = await send(body());
    expect([status, json.accepted]).toEqual([200, 3_000]);
  });

  test('200: in the root of Mobtexting’s JSON', async () => {
    const root = { apikey: key.key, service: 'T', message: 'x'.repeat(200) };
    const nodes = list.map(({ to }) => ({ to, custom: 'x'.repeat(100) }));
    const { status } = await stack.call('POST', '/api/v2/sms/clevertap/json', { root, nodes }, { authorization: '' });
    expect(status).toBe(200);
  });

  test('200: a form, the key in front of much else', async () => {
    const much = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`note${i}`, 'x'.repeat(80)]));
    const body = new URLSearchParams({ username: 'any', password: key.key, ...MESSAGE, ...much }).toString();
    expect(body.length).toBeGreaterThan(65_536);
    const { status, json } = await send(body, { 'content-type': 'application/x-www-form-urlencoded' });
    expect([status, json.accepted]).toEqual([200, 1]);
  });

  test('401, saying where to put it: behind more than 256 KB of records', async () => {
    const { status, json } = await send({ list, apikey: key.key }, from('192.0.2.2'));
    expect([status, json.code]).toEqual([401, 'unauthorized']);
    expect(json.detail).toMatch(/header.*256 KB/);
  });
});

describe('guesses', () => {
  /** The first guess. */
  const firstAt = performance.now();
  const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000;
  /** More than an address has. */
  const many = async (one: (n: number) => Promise<unknown>) => {
    for (let n = 0; n < 500; n += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => one(n + i)));
  };
  /** Fifty at once, again and again, since five a second are forgiven: on a busy machine more of them than were answered. */
  const areSlowed = (one: () => Promise<Answer>): Promise<boolean> =>
    until('a guess is slowed down', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, one));
      return answers.some(({ status }) => status === 429);
    });
  const guess = (n: number) => `hg_${String(n).padStart(16, '0')}_${'0'.repeat(32)}`;

  test('429 with Retry-After after many from one address; the right key passes, and another address is told 401', async () => {
    const attacker = from('198.51.100.7');
    const answers: Answer[] = [];
    const startedAt = performance.now();
    for (let n = 0; n < 400; n += 50) {
      answers.push(...(await Promise.all(Array.from({ length: 50 }, (_, i) => ask(guess(n + i), attacker)))));
    }
    const told = answers.filter(({ status }) => status === 401).length;
    expect(told).toBeLessThanOrEqual(200 + Math.ceil(5 * secondsSince(startedAt)));
    await areSlowed(async () => {
      const answer = await ask(guess(answers.length), attacker);
      answers.push(answer);
      return answer;
    });
    const refused = answers.filter(({ status }) => status === 429);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect([refused[0]!.json.code, Number(refused[0]!.headers.get('retry-after'))]).toEqual([
      'too-many-failures',
      expect.any(Number),
    ]);
    expect((await ask(key.key, attacker)).status).toBe(200);
    expect((await send({ ...MESSAGE, apikey: key.key }, attacker)).status).toBe(200);
    await areSlowed(() => send({ ...MESSAGE, apikey: NOBODY }, attacker));
    expect((await ask(NOBODY, from('198.51.100.8'))).status).toBe(401);
  });

  test('an IPv6 network is one address, and its IPv4 is another', async () => {
    await many((n) => ask('no key', from(`2001:db8:0:1::${n.toString(16)}`)));
    await areSlowed(() => ask('no key', from('2001:db8:0:1:ffff::1')));
    expect((await ask('no key', from('2001:db8:0:2::1'))).status).toBe(401);
  });

  test('what a client says of itself counts for nothing: the last address that no trusted proxy has', async () => {
    await many((n) => ask('no key', from(`192.0.2.${n % 200}, 203.0.113.9, 10.1.2.3`)));
    await areSlowed(() => ask('no key', from('203.0.113.9')));
    expect((await ask('no key', from('192.0.2.1'))).status).toBe(401);
  });

  test('429 for one key’s id from many addresses; its own secret passes', async () => {
    const wrong = `hg_${key.id}_${'0'.repeat(32)}`;
    let n = 0;
    const guessIt = () => ask(wrong, from(`203.0.113.${100 + (n++ % 100)}`));
    expect((await guessIt()).status).toBe(401);
    await areSlowed(guessIt);
    expect((await ask(key.key)).status).toBe(200);
  });

  test('they are counted by what was wrong, and logged, but not each one', async () => {
    const lines = stack.logged.filter((line) => line.includes('no valid key'));
    expect(lines.length).toBeGreaterThan(0);
    // Twenty at once, and one in two seconds.
    expect(lines.length).toBeLessThanOrEqual(20 + Math.ceil(secondsSince(firstAt) / 2));
    expect(lines.join()).toContain('198.51.100.7');
    expect(lines.join()).not.toContain('0'.repeat(32));
    const text = await (await fetch(`http://127.0.0.1:${stack.api.metricsPort}/metrics`)).text();
    expect(text).toMatch(/heliograph_auth_failures_total\{reason="unknown-key"\} [1-9]/);
    expect(text).toMatch(/heliograph_auth_failures_total\{reason="wrong-secret"\} [1-9]/);
  });

  test('/oauth/token is slowed alike', async () => {
    const client = { grant_type: 'client_credentials', client_id: '0'.repeat(16), client_secret: 'x' };
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: '',
      ...from('198.51.100.50'),
    };
    const grant = () => stack.call('POST', '/oauth/token', new URLSearchParams(client).toString(), headers);
    expect((await grant()).status).toBe(401);
    await many(grant);
    await areSlowed(grant);
  });
});

test('beside all of it the neighbour is served, and a refused connection is let go', async () => {
  const idle = Array.from({ length: 50 }, () => connect(stack.api.port, '127.0.0.1'));
  const strangers = Array.from({ length: 8 }, async () => {
    const head = [`POST ${ROUTE} HTTP/1.1`, 'Content-Length: 4000000', 'X-Forwarded-For: 198.51.100.99'];
    const { socket } = await begin(head, 'x'.repeat(300_000));
    await new Promise((resolve) => socket.once('close', resolve));
  });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(key.key)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  await Promise.all(strangers);
  for (const socket of idle) socket.destroy();
  await until('nothing of it is kept', () => stack.api.bufferedBytes() === 0);
});
