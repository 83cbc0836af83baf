/** Postgres away: 503 with Retry-After, never a 200 that is not stored; back: as if nothing had been. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { readConfig } from '../../src/config';
import { drawFreePort } from '../../src/main/embedded/ports';
import { startPostgres, type EmbeddedPostgres } from '../../src/main/embedded/postgres';
import { migrate } from '../../src/main/migrate';
import { seed } from '../../src/main/seed';
import { startApi, type RunningApi } from '../../src/runtime/api';
import { keepPayloadSecret } from '../support/seal';
import { temporaryFolder, testNamespace } from '../support/servers';
import { testTemporal } from '../support/temporal';
import { until } from '../support/until';

const KEY = 'test-admin-key-0123456789abcdef';
const dataDir = temporaryFolder();
let postgres: EmbeddedPostgres;
let api: RunningApi;

beforeAll(async () => {
  postgres = await startPostgres({ dataDir, port: await drawFreePort(), durable: false });
  await migrate(postgres.url, postgres.ownerUrl);
  const masterKey = randomBytes(32);
  await seed(postgres.url, { masterKeys: [{ key: masterKey }], simulatorPort: 9 });
  const config = readConfig({
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: testTemporal(),
    TEMPORAL_NAMESPACE: testNamespace(),
    HELIOGRAPH_MASTER_KEY: masterKey.toString('base64'),
    HELIOGRAPH_ADMIN_KEY: KEY,
  });
  await keepPayloadSecret(postgres.url, config);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  api = await startApi(config, log, { port: 0, metricsPort: 0 });
});
afterAll(async () => {
  await api.stop();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const call = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${api.port}${path}`, { ...init, headers: { authorization: `Bearer ${KEY}` } });
const send = (to: string) =>
  call('/clevertap/v1/messages', { method: 'POST', body: JSON.stringify({ to, text: 'Hello' }) });

test('what is answered 503 is not stored, what is answered 200 is', async () => {
  expect((await send('919800000001')).status).toBe(200);
  const port = Number(new URL(postgres.url).port);
  await postgres.stop();

  const refused = await send('919800000002');
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'unavailable', status: 503 });
  const ready = await call('/readyz');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({
    status: 'unavailable',
    checks: { postgres: expect.stringContaining('Postgres') },
  });
  const report = await call(`/callbacks/${'any-text'.repeat(4)}`, { method: 'POST', body: '{}' });
  expect(report.status).toBe(503);

  postgres = await startPostgres({ dataDir, port, durable: false });
  await until('sends are accepted again', async () => (await send('919800000003')).status === 200);
  const { items } = (await (await call('/api/v1/messages')).json()) as { items: { to: string }[] };
  expect(items.map(({ to }) => to)).toEqual(['+919800000003', '+919800000001']);
});
