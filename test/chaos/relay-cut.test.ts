/** Connections to Postgres are cut while posts to CleverTap are under way: none is told twice, none is lost. */
import { PROCESSED, startCleverTap, type CleverTapEndpoint } from '../support/clevertap';
import { startDatabaseProxy, type DatabaseProxy } from '../support/proxy';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_OUR_IDS, makeTenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
let cleverTap: CleverTapEndpoint;
let postgres: DatabaseProxy;
beforeAll(async () => {
  cleverTap = await startCleverTap();
  stack = await startStack({
    env: { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' },
    async databaseUrl(url) {
      postgres = await startDatabaseProxy(url);
      return postgres.url;
    },
  });
});
afterAll(async () => {
  await stack.stop();
  await cleverTap.stop();
  await postgres.stop();
});

const COUNT = 250;

test('what CleverTap answered meanwhile is written once Postgres is back', async () => {
  const tenant = await makeTenant(stack, 'cut');
  await tenant.gateway('cut', KNOWS_OUR_IDS, { sendingPattern: 'batch' });
  const { json: webhook } = await tenant.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url: cleverTap.url });
  const setState = (state: string) => tenant.call('PATCH', `/api/v1/webhooks/${webhook.id}`, { state });
  const states = async (): Promise<{ state: string; tries: number }[]> =>
    (await stack.database.pool.query('select state, tries from callbacks where webhook_id = $1', [webhook.id])).rows;

  await setState('disabled');
  const list = Array.from({ length: COUNT }, (_, i) => ({
    to: `9198002${String(i).padStart(5, '0')}`,
    text: 'Hello',
    service: 'T',
    mid: `cut-${i}`,
    webhook_id: webhook.id,
  }));
  await tenant.call('POST', '/clevertap/v1/messages', { list });
  await until('all outcomes wait', async () => (await states()).length === COUNT);

  const held: (() => void)[] = [];
  cleverTap.answer = () => new Promise((resolve) => held.push(() => resolve(PROCESSED)));
  await setState('active');
  await until('posts are under way', () => cleverTap.open === Math.ceil(COUNT / 100));
  postgres.cut();
  for (const release of held) release();
  await until('their answers could not be written', () => stack.logged.some((line) => line.includes(webhook.id)));
  postgres.restore();

  const areTold = async () => (await states()).every(({ state }) => state === 'delivered');
  await until('all of them are known to be told', areTold);
  expect((await states()).map(({ tries }) => tries)).toEqual(Array(COUNT).fill(1));
  expect([...cleverTap.received.values()]).toEqual(Array(COUNT).fill(1));
  expect(cleverTap.received.size).toBe(COUNT);
});
