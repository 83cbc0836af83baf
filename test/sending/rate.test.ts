/** A gateway never exceeds its rate, and reaches it. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

test('at 100 messages per second, no second sees more, over two slices that run side by side', async () => {
  const { items } = (await stack.call('GET', '/api/v1/gateways')).json;
  const patch = { ratePerSecond: 100, sendingPattern: 'loop' };
  expect((await stack.call('PATCH', `/api/v1/gateways/${items[0].id}`, patch)).status).toBe(200);
  const records = (from: number) =>
    Array.from({ length: 250 }, (_, i) => ({ to: `9198200${String(from + i).padStart(5, '0')}`, text: 'Hello' }));
  // Different priorities: two slices, two activities, one rate.
  await stack.call('POST', '/clevertap/v1/messages', { list: records(0), service: 'P' });
  for (let i = 0; i < 5; i++) {
    await stack.call('POST', '/clevertap/v1/messages', { list: records(1_000 + i * 50).slice(0, 50), service: 'T' });
  }
  const ledger = await stack.settled(30_000);
  expect(ledger).toMatchObject({ accepted: 500, delivered: 500 });
  const { json: counts } = await stack.control('GET', '/control/counts');
  // Counted where they arrive: a busy machine may bunch a few that left apart.
  expect(counts.maxSubmissionsPerSecond).toBeLessThanOrEqual(105);
});
