import http from 'node:http';
import net from 'node:net';
import type { Counts } from './account';
import { BodyError, MAX_BODY_BYTES, readBody } from './http';
import type { Simulator } from './server';
import { startSimulator } from './server';
import { until } from '../../test/support/until';
import { call, countsOf, message, number, put, startReceiver, submit } from './testing/harness';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ port: 0 });
});
afterEach(() => simulator.stop());

const get = async <Body>(path: string) => (await call<Body>('GET', `${simulator.url}/control/${path}`)).body;

test('a script is answered with its defaults and read back; an account keeps its own', async () => {
  expect(await put(simulator, { seed: 'one' })).toMatchObject({ status: 200, body: { seed: 'one', latencyMs: 0 } });
  await put(simulator, { seed: 'two' }, 'alpha');
  await put(simulator, { seed: 'three' });
  expect(await get('script')).toMatchObject({ seed: 'three' });
  expect(await get('script?account=beta')).toMatchObject({ seed: 'three' });
  expect(await get('script?account=alpha')).toMatchObject({ seed: 'two' });
});

test('the common script does not touch accounts that have their own', async () => {
  await submit(simulator, [message(number(1), 'a')], '/alpha');
  await put(simulator, { refuse: [{ outcome: 'account' }] }, 'alpha');
  await put(simulator, {});
  expect((await submit(simulator, [message(number(1), 'b')], '/alpha')).body.messages[0]?.status.id).toBe(12);
});

test('a bad script is refused by field, value and remedy, and changes nothing', async () => {
  await put(simulator, { seed: 'good' });
  expect(await put(simulator, { seed: 'bad', badNumberShare: 50 })).toEqual({
    status: 400,
    headers: expect.anything(),
    body: {
      error: 'bad-script',
      problems: [{ field: 'badNumberShare', value: 50, remedy: expect.stringContaining('from 0 to 1') }],
    },
  });
  expect(await put(simulator, '{')).toMatchObject({ status: 400, body: { error: 'bad-script' } });
  expect(await get('script')).toMatchObject({ seed: 'good' });
});

test('the same seed replays the same outcomes whatever the order, the batching and the ids', async () => {
  const script = { seed: 'replay', badNumberShare: 0.2, senderRefusedShare: 0.3, senderRefusedFor: ['HELIOS'] };
  const run = async (prefix: string, order: number[], size: number): Promise<Map<string, number>> => {
    await call('POST', `${simulator.url}/control/reset`);
    await put(simulator, script);
    const outcomes = new Map<string, number>();
    for (let from = 0; from < order.length; from += size) {
      const batch = order.slice(from, from + size).map((n) => message(number(n), `${prefix}${n}`));
      for (const item of (await submit(simulator, batch)).body.messages) outcomes.set(item.destination, item.status.id);
    }
    return outcomes;
  };
  const forwards = [...Array(200).keys()];
  const first = await run('a', forwards, 200);
  const second = await run('b', forwards.toReversed(), 7);
  expect(new Set(first.values())).toEqual(new Set([26, 13, 52]));
  for (const [to, outcome] of first) expect([to, second.get(to)]).toEqual([to, outcome]);
});

test('every submission is counted in exactly one place', async () => {
  await put(simulator, {
    badNumberShare: 0.2,
    senderRefusedShare: 0.2,
    senderRefusedFor: ['HELIOS'],
    faults: [{ kind: 'throttle', share: 0.2 }],
  });
  for (let n = 0; n < 60; n++) await submit(simulator, [message(number(n), `m${n % 20}`), message(number(n), `x${n}`)]);
  const counts = await countsOf(simulator);
  const refused = Object.values(counts.refused).reduce((sum, count) => sum + count, 0);
  for (const part of [counts.accepted, refused, counts.duplicateIds, counts.turnedAway])
    expect(part).toBeGreaterThan(0);
  expect(counts.submissions).toBe(120);
  expect(counts.accepted + refused + counts.duplicateIds + counts.turnedAway).toBe(120);
  expect(counts.maxSubmissionsPerSecond).toBeGreaterThanOrEqual(2);
});

test('the peak of all accounts together is no sum of their peaks', async () => {
  await submit(simulator, [message(number(1), 'a'), message(number(2), 'b')], '/alpha');
  const alpha = await countsOf(simulator, 'alpha');
  expect(alpha.maxSubmissionsPerSecond).toBe(2);
  expect((await get<Counts>('counts')).maxSubmissionsPerSecond).toBe(2);
});

test('counts tell when the first and the latest request came', async () => {
  type Times = Record<'firstSubmissionAt' | 'lastSubmissionAt', string | null>;
  expect(await get<Times>('counts')).toMatchObject({ firstSubmissionAt: null, lastSubmissionAt: null });
  const before = new Date().toISOString();
  await submit(simulator, [message(number(1), 'a')], '/alpha');
  const between = new Date().toISOString();
  await submit(simulator, [message(number(2), 'b')], '/beta');
  const { firstSubmissionAt: first, lastSubmissionAt: last } = await get<Times>('counts');
  expect(first! >= before && first! <= between && last! >= between).toBe(true);
  expect(await get<Times>('counts?account=alpha')).toMatchObject({ firstSubmissionAt: first, lastSubmissionAt: first });
});

test('record:false keeps counts and ids, but no messages and no CleverTap records', async () => {
  await put(simulator, { record: false });
  await submit(simulator, [message(number(1), 'a')]);
  const told = [{ event: 'delivered', data: [{ ts: 1_435_322_805, meta: 'm', description: 'ok' }] }];
  await call('POST', `${simulator.url}/clevertap/callback?account=acc`, told);
  expect(await get('messages')).toEqual({ kept: 0, messages: [] });
  expect(await get('clevertap/records?meta=m')).toEqual({
    told: { acc: { delivered: 1, failed: 0, clicked: 0, replied: 0 } },
    records: [],
  });
  expect((await submit(simulator, [message(number(1), 'a')])).body.messages[0]?.status.id).toBe(23);
});

test('reset forgets scripts, counts, ids, messages and what was told', async () => {
  await put(simulator, { refuse: [{ outcome: 'account' }] });
  await put(simulator, { seed: 'own' }, 'alpha');
  await submit(simulator, [message(number(1), 'a')], '/alpha');
  expect(await call('POST', `${simulator.url}/control/reset`)).toMatchObject({ status: 200, body: { reset: true } });
  expect(await get('ledger')).toMatchObject({
    scripts: { common: { seed: 'heliograph', refuse: [] }, accounts: {} },
    counts: { submissions: 0, accounts: {} },
    clevertap: { accounts: {} },
    messages: { kept: 0 },
  });
  expect((await submit(simulator, [message(number(1), 'a')], '/alpha')).body.messages[0]?.status.id).toBe(26);
});

test('reset of one account forgets that one alone, at the vendor and at CleverTap', async () => {
  const told = [{ event: 'delivered', data: [{ ts: 1_435_322_805, meta: 'm', description: 'ok' }] }];
  const refusing = { refuse: [{ outcome: 'account' }] };
  for (const name of ['alpha', 'beta']) {
    await submit(simulator, [message(number(1), 'a')], `/${name}`);
    await call('POST', `${simulator.url}/clevertap/callback?account=${name}`, told);
    await put(simulator, refusing, name);
  }
  await call('POST', `${simulator.url}/control/reset?account=alpha`);
  expect(await get('ledger')).toMatchObject({
    scripts: { accounts: { beta: refusing } },
    counts: { submissions: 1, accounts: { beta: { accepted: 1 } } },
    clevertap: { accounts: { beta: { records: 1 } } },
    messages: { messages: [{ account: 'beta' }] },
    clevertapRecords: { records: [{ account: 'beta' }] },
  });
  // It takes the id that it had, under the common script.
  const again = async (name: string) =>
    (await submit(simulator, [message(number(1), 'a')], `/${name}`)).body.messages[0]?.status.id;
  expect([await again('alpha'), await again('beta')]).toEqual([26, 23]);
  expect(await get('messages?account=alpha')).toMatchObject({ messages: [{ messageId: 'a', seen: 1 }] });
});

test('reset of one account drops its receipts that are due, and no others', async () => {
  const receiver = await startReceiver();
  await put(simulator, { receipts: { url: receiver.url, delayMs: 100 } });
  for (const name of ['alpha', 'beta', 'alpha']) await submit(simulator, [message(number(1), name)], `/${name}`);
  await call('POST', `${simulator.url}/control/reset?account=alpha`);
  await submit(simulator, [message(number(1), 'later')], '/alpha');
  await until('the last receipt came', () => receiver.reports().some(({ messageId }) => messageId === 'later'));
  expect(
    receiver
      .reports()
      .map(({ messageId }) => messageId)
      .sort(),
  ).toEqual(['beta', 'later']);
  await receiver.stop();
});

test('the ledger is everything in one answer', async () => {
  await submit(simulator, [message(number(1), 'a')]);
  const told = [{ event: 'delivered', data: [{ ts: 1_435_322_805, meta: 'm', description: 'ok' }] }];
  await call('POST', `${simulator.url}/clevertap/callback?account=acc`, told);
  expect(await get('ledger')).toMatchObject({
    counts: { accepted: 1, accounts: { infobip: { accepted: 1 } } },
    clevertap: { accounts: { acc: { records: 1 } } },
    messages: { kept: 1, messages: [{ messageId: 'a' }] },
    clevertapRecords: { records: [{ meta: 'm', account: 'acc' }] },
  });
});

test('the sink answers a message as Infobip does, counts what comes, and forgets it at a reset', async () => {
  await call('POST', `${simulator.url}/control/reset`);
  expect(await call('GET', `${simulator.url}/control/sink`)).toMatchObject({ body: { requests: 0, firstAt: null } });
  const body = { messages: [{ destinations: [{ to: '919800000001', messageId: 'our-id' }] }] };
  expect(await call('POST', `${simulator.url}/sink/sms/3/messages`, body)).toMatchObject({
    status: 200,
    body: { messages: [{ messageId: 'our-id', status: { groupId: 1, name: 'PENDING_ACCEPTED' } }] },
  });
  await call('POST', `${simulator.url}/sink`, body);
  expect(await call('GET', `${simulator.url}/control/sink`)).toMatchObject({
    body: { requests: 2, firstAt: expect.any(Number) },
  });
  await call('POST', `${simulator.url}/control/reset`);
  expect(await call('GET', `${simulator.url}/control/sink`)).toMatchObject({ body: { requests: 0 } });
});

test('the sink answers anything; unknown paths are 404', async () => {
  expect(await call('POST', `${simulator.url}/sink`, { any: 'thing' })).toMatchObject({
    status: 200,
    body: { ok: true },
  });
  expect(await call('GET', `${simulator.url}/nothing`)).toMatchObject({ status: 404 });
  expect(await call('GET', `${simulator.url}/control/nothing`)).toMatchObject({ status: 404 });
});

test('a taken port is an error of the start', async () => {
  await expect(startSimulator({ port: simulator.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a body beyond all limits ends its connection and nothing else', async () => {
  await expect(call('POST', `${simulator.url}/sink`, 'x'.repeat(MAX_BODY_BYTES + 1))).rejects.toThrow();
  expect(await call('POST', `${simulator.url}/sink`, {})).toMatchObject({ status: 200 });
});

test('a sender that goes away in the middle of its body ends its own request only', async () => {
  const ended = new Promise((resolve) => {
    const server = http.createServer((request) => {
      readBody(request).then(resolve, resolve);
    });
    server.listen(0, '127.0.0.1', () => {
      const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1', () => {
        socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"mess', () => socket.destroy());
        server.close();
      });
    });
  });
  expect(await ended).toBeInstanceOf(BodyError);
});
