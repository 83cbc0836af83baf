import { startDatabaseProxy } from '../../test/support/proxy';
import { until } from '../../test/support/until';
import type { Simulator } from './server';
import { startSimulator } from './server';
import type { Receiver, SeenReport } from './testing/harness';
import { call, countsOf, message, number, put, reportsOf, reportTo, startReceiver, submit } from './testing/harness';

let simulator: Simulator;
const receivers: Receiver[] = [];
beforeEach(async () => {
  simulator = await startSimulator({ port: 0 });
});
afterEach(async () => {
  await simulator.stop();
  await Promise.all(receivers.splice(0).map((receiver) => receiver.stop()));
});

async function receive(statusOf?: (n: number) => number): Promise<Receiver> {
  const receiver = await startReceiver(statusOf);
  receivers.push(receiver);
  return receiver;
}

const batch = (receiver: { url: string }, count: number) =>
  [...Array(count).keys()].map((n) => message(number(n), `m${n}`, reportTo(receiver)));

const reports = (receiver: Receiver, count: number): Promise<SeenReport[]> =>
  until(`${count} reports`, () => (receiver.reports().length >= count ? receiver.reports() : undefined));

const acknowledged = (count: number) =>
  until(`${count} acknowledged`, async () => {
    const { receipts } = await countsOf(simulator);
    return receipts.acknowledged === count ? receipts : undefined;
  });

test('reports share posts of at most 100', async () => {
  const receiver = await receive();
  await submit(simulator, batch(receiver, 250));
  await reports(receiver, 250);
  const sizes = receiver.bodies.map((body) => reportsOf(body).length);
  expect(Math.max(...sizes)).toBe(100);
  expect(sizes.length).toBe(3);
  expect(new Set(receiver.reports().map((report) => report.messageId)).size).toBe(250);
});

test('batchSize 1 posts each report alone', async () => {
  await put(simulator, { receipts: { batchSize: 1 } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 40));
  await reports(receiver, 40);
  expect(receiver.bodies).toHaveLength(40);
});

test('late reports come after the others', async () => {
  await put(simulator, { receipts: { late: { share: 0.5, delayMs: 2_000 } } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 40));
  await reports(receiver, 40);
  const [first, ...later] = receiver.bodies.map((body) => reportsOf(body).length);
  expect(first).toBeGreaterThan(5);
  expect(first).toBeLessThan(35);
  expect(later.reduce((sum, size) => sum + size, 0)).toBe(40 - (first ?? 0));
});

test('twice: the same report comes again, in another post', async () => {
  await put(simulator, { receipts: { twice: 1 } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 1));
  const [first, second] = await reports(receiver, 2);
  expect([first?.messageId, first?.status.id]).toEqual([second?.messageId, second?.status.id]);
  expect(receiver.bodies).toHaveLength(2);
  expect(await acknowledged(2)).toMatchObject({ sent: 2 });
});

test('early: the report is there before the submission is answered', async () => {
  await put(simulator, { receipts: { early: 1 } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 1));
  expect(receiver.reports()).toMatchObject([{ messageId: 'm0', status: { id: 5 } }]);
});

test('missing: nothing is ever due', async () => {
  await put(simulator, { receipts: { missing: 1 } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 5));
  expect(await countsOf(simulator)).toMatchObject({ accepted: 5, receipts: { sent: 0 } });
});

test('intermediate reports come before the final one, in both spellings of "not final"', async () => {
  await put(simulator, { receipts: { delayMs: 600, intermediate: 1 } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 20));
  const seen = await reports(receiver, 40);
  expect(new Set(seen.slice(0, 20).map((report) => report.status.id))).toEqual(new Set([2, 7]));
  expect(seen.slice(20).every((report) => report.status.id === 5)).toBe(true);
});

test('reordered: the intermediate report comes after the final one', async () => {
  await put(simulator, { receipts: { reordered: 1 } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 1));
  const seen = await reports(receiver, 2);
  expect(seen[0]?.status.id).toBe(5);
  expect([2, 7]).toContain(seen[1]?.status.id);
});

test('mangled: cut off first, whole when that was not acknowledged, others untouched', async () => {
  await put(simulator, { receipts: { mangledShare: 0.5 } });
  const receiver = await receive((n) => (isJson(receiver.bodies[n]) ? 200 : 400));
  await submit(simulator, batch(receiver, 20));
  await acknowledged(20);
  const broken = receiver.bodies.filter((body) => !isJson(body)).length;
  expect(broken).toBeGreaterThan(3);
  expect(broken).toBeLessThan(17);
  expect(new Set(receiver.reports().map((report) => report.messageId)).size).toBe(20);
  expect((await countsOf(simulator)).receipts).toMatchObject({ mangledPosts: broken, failedPosts: broken });
});

function isJson(body: string | undefined): boolean {
  return body !== undefined && reportsOf(body).length > 0;
}

test('a post that is not answered with a 2xx is posted again', async () => {
  const receiver = await receive((n) => [500, 302][n] ?? 200);
  await submit(simulator, batch(receiver, 3));
  expect(await acknowledged(3)).toMatchObject({ sent: 3, posts: 3, failedPosts: 2, failed: 0 });
  expect(new Set(receiver.bodies).size).toBe(1);
});

test.each([
  [{ basic: { username: 'hook', password: 'secret' } }, 'Basic aG9vazpzZWNyZXQ='],
  // Infobip's subscriptions have no such scheme.
  [{ bearer: 'secret' }, undefined],
])('reports carry %j as their vendor can', async (auth, header) => {
  await put(simulator, { receipts: { auth } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 1));
  await reports(receiver, 1);
  expect(receiver.requests[0]?.headers.authorization).toBe(header);
});

test('a receiver that is down gets its reports when it is back', async () => {
  const receiver = await receive();
  // Its port stays taken while it is down: somebody else of this machine would get it otherwise.
  const road = await startDatabaseProxy(receiver.url);
  try {
    road.cut();
    await submit(simulator, batch(road, 5));
    await until('a failed post', async () => (await countsOf(simulator)).receipts.failedPosts > 0);
    expect(receiver.bodies).toEqual([]);
    road.restore();
    await acknowledged(5);
    expect(receiver.reports()).toHaveLength(5);
  } finally {
    await road.stop();
  }
});

test('the delay of a report counts from the answer, not from the request', async () => {
  await put(simulator, { latencyMs: 500, receipts: { delayMs: 300 } });
  const receiver = await receive();
  await submit(simulator, batch(receiver, 1));
  expect(receiver.reports()).toEqual([]);
  await reports(receiver, 1);
});

test('reset drops receipts that are due later', async () => {
  const receiver = await receive();
  await put(simulator, { receipts: { delayMs: 1_500 } });
  await submit(simulator, batch(receiver, 1));
  await call('POST', `${simulator.url}/control/reset`);
  await put(simulator, { receipts: { delayMs: 2_000 } });
  await submit(simulator, [message(number(9), 'later', reportTo(receiver))]);
  await reports(receiver, 1);
  expect(receiver.reports().map((report) => report.messageId)).toEqual(['later']);
});

test('stop ends receipts that are due later and ones that are being repeated', async () => {
  const other = await startSimulator({ port: 0 });
  const receiver = await receive(() => 500);
  await put(other, { receipts: { delayMs: 10, late: { share: 0.5, delayMs: 400 } } });
  await submit(other, batch(receiver, 20));
  await until('a refused post', () => receiver.bodies.length > 0);
  await other.stop();
  const posts = receiver.bodies.length;
  // A running simulator's report is due after all that the stopped one could still have sent.
  await put(simulator, { receipts: { delayMs: 600 } });
  const later = await receive();
  await submit(simulator, batch(later, 1));
  await reports(later, 1);
  expect(receiver.bodies).toHaveLength(posts);
});
