import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { createDatabase } from './database';
import { testNamespace } from './servers';
import { testTemporal, timeSkipping } from './temporal';
import { until } from './until';

test('a test database is a copy of the migrated template and goes away', async () => {
  const database = await createDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ tables: number }>(
    `select count(*)::int as tables from information_schema.tables where table_schema = 'public'`,
  );
  expect(rows[0]!.tables).toBeGreaterThan(5);
  await client.end();
  await database.drop();
  await expect(new Client({ connectionString: database.url }).connect()).rejects.toThrow('does not exist');
});

test('the Temporal development server has our search attributes', async () => {
  const connection = await Connection.connect({ address: testTemporal() });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: testNamespace() });
  expect(Object.keys(customAttributes ?? {})).toEqual(
    expect.arrayContaining(['HeliographAccountId', 'HeliographCampaignId', 'HeliographState']),
  );
  await connection.close();
});

test('the time-skipping server skips time', async () => {
  const environment = await timeSkipping();
  const before = await environment.currentTimeMs();
  await environment.sleep('1 day');
  expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(86_400_000);
  await environment.teardown();
});

test('until names what it waited for and keeps the last error', async () => {
  await expect(until('the moon', () => Promise.reject(new Error('cloudy')), { deadlineMs: 0 })).rejects.toMatchObject({
    message: 'Not within 0 ms: the moon',
    cause: new Error('cloudy'),
  });
});
