/** A gateway never exceeds its rate, and reaches it. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

const RATE = 100;
const COUNT = 500;
/** Counted where they arrive: a busy machine may bunch a few that left apart. */
const MAX_PER_SECOND = 105;
/** One that bunches more does so now and then; a rate that is exceeded is exceeded each time. */
const ROUNDS = 5;

/** Sends over two slices that run side by side; returns the most that arrived in any one second. */
async function round(no: number): Promise<number> {
  await stack.control('POST', '/control/reset');
  const numbers = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ to: `91982${no}0${String(from + i).padStart(5, '0')}`, text: 'Hello' }));
  const beganAt = Date.now();
  // Different priorities: two slices, two activities, one rate.
  await stack.call('POST', '/clevertap/v1/messages', { list: numbers(0, 250), service: 'P' });
  for (let i = 0; i < 5; i++) {
    await stack.call('POST', '/clevertap/v1/messages', { list: numbers(1_000 + i * 50, 50), service: 'T' });
  }
  const ledger = await stack.settled();
  expect(ledger).toMatchObject({ accepted: (no + 1) * COUNT, delivered: (no + 1) * COUNT });
  // None arrives before it left: at no moment have more than the rate had let go until then.
  const { messages } = (await stack.control('GET', `/control/messages?limit=${COUNT}`)).json;
  const arrivals = (messages as { times: string[] }[]).map(({ times }) => Date.parse(times[0]!)).sort((a, b) => a - b);
  expect(arrivals).toHaveLength(COUNT);
  const tooEarly = arrivals.filter((at, i) => i + 1 > (RATE * (at - beganAt)) / 1_000 + MAX_PER_SECOND - RATE);
  expect(tooEarly).toEqual([]);
  return (await stack.control('GET', '/control/counts')).json.maxSubmissionsPerSecond as number;
}

test('at 100 messages per second, no second sees more, over two slices that run side by side', async () => {
  const { items } = (await stack.call('GET', '/api/v1/gateways')).json;
  const patch = { ratePerSecond: RATE, sendingPattern: 'loop' };
  expect((await stack.call('PATCH', `/api/v1/gateways/${items[0].id}`, patch)).status).toBe(200);
  const peaks: number[] = [];
  while (peaks.length < ROUNDS && !peaks.some((peak) => peak <= MAX_PER_SECOND)) peaks.push(await round(peaks.length));
  expect(Math.min(...peaks)).toBeLessThanOrEqual(MAX_PER_SECOND);
});
