import { until } from '../../test/support/until';
import { startSimulator } from './server';
import { countsOf, eachWithSimulator, message, number, put, reportTo, submit } from './testing/harness';

const { simulator, receiver } = eachWithSimulator();

const one = (n: number) => [message(number(n), `m${n}`, reportTo(receiver))];

async function statuses(requests: number): Promise<number[]> {
  const answers: number[] = [];
  for (let n = 0; n < requests; n++) answers.push((await submit(simulator, one(n))).status);
  return answers;
}

test('a storm of 429 with Retry-After for the next requests, then none', async () => {
  await put(simulator, { faults: [{ kind: 'throttle', next: 3, retryAfterSeconds: 7 }] });
  const first = await submit<{ errorCode: string }>(simulator, one(9));
  expect(first).toMatchObject({ status: 429, headers: { 'retry-after': '7' }, body: { errorCode: 'E429' } });
  expect(await statuses(3)).toEqual([429, 429, 200]);
  expect(await countsOf(simulator)).toMatchObject({
    submissions: 4,
    accepted: 1,
    turnedAway: 3,
    faults: { throttle: 3 },
  });
});

test('each account has a storm of its own', async () => {
  await put(simulator, { faults: [{ kind: 'throttle', next: 1 }] });
  expect((await submit(simulator, one(1), '/alpha')).status).toBe(429);
  expect((await submit(simulator, one(1), '/beta')).status).toBe(429);
  expect((await submit(simulator, one(1), '/alpha')).status).toBe(200);
});

test('a share of 5xx: the same requests in every run, and a repetition gets through', async () => {
  const script = { faults: [{ kind: 'serverError', share: 0.5, status: 502 }] };
  await put(simulator, script);
  const first = await statuses(40);
  expect(new Set(first)).toEqual(new Set([200, 502]));
  const unlucky = first.indexOf(502);
  await until('a repetition to get through', async () => (await submit(simulator, one(unlucky))).status === 200);

  const again = await startSimulator({ port: 0 });
  await put(again, script);
  const backwards: number[] = [];
  for (let n = 39; n >= 0; n--) backwards.unshift((await submit(again, one(n))).status);
  await again.stop();
  expect(backwards).toEqual(first);
});

test('forMs: while it lasts, every request; then none', async () => {
  await put(simulator, { faults: [{ kind: 'serverError', forMs: 1_500 }] });
  expect((await submit(simulator, one(1))).status).toBe(503);
  await until('the end of the fault', async () => (await submit(simulator, one(2))).status === 200);
  expect((await submit(simulator, one(3))).status).toBe(200);
});

test('timeout: taken and reported, but never answered; its repetition is a duplicate', async () => {
  await put(simulator, { faults: [{ kind: 'timeout', next: 1, holdMs: 200 }] });
  await expect(submit(simulator, one(1))).rejects.toThrow();
  await until('its receipt', () => receiver.reports().length === 1);
  expect((await submit(simulator, one(1))).body.messages[0]?.status.id).toBe(23);
  expect(await countsOf(simulator)).toMatchObject({ accepted: 1, duplicateIds: 1, faults: { timeout: 1 } });
});

test.each([
  ['before', 0, 26],
  ['after', 1, 23],
  ['half', 1, 23],
])('reset %s: %i taken', async (at, accepted, onRepetition) => {
  await put(simulator, { faults: [{ kind: 'reset', next: 1, at }] });
  await expect(submit(simulator, one(1))).rejects.toThrow();
  expect(await countsOf(simulator)).toMatchObject({ submissions: 1, accepted, turnedAway: 1 - accepted });
  expect((await submit(simulator, one(1))).body.messages[0]?.status.id).toBe(onRepetition);
});

test('a submission is answered after its latency', async () => {
  await put(simulator, { latencyMs: 1_000 });
  await put(simulator, { latencyMs: 0 }, 'quick');
  const order: string[] = [];
  await Promise.all([
    submit(simulator, one(1)).then(() => order.push('slow')),
    submit(simulator, one(1), '/quick').then(() => order.push('quick')),
  ]);
  expect(order).toEqual(['quick', 'slow']);
});
