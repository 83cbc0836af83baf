/** A series of one account that Temporal would refuse, beside what others wait for. */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { seriesScheduleId } from '../../src/workflows/contract';
import { testNamespace } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { testTemporal } from '../support/temporal';
import { KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';

let stack: TestStack;
let connection: Connection;
let client: Client;
/** Series of this file: their schedules outlive its database. */
const series: string[] = [];
beforeAll(async () => {
  stack = await startStack();
  connection = await Connection.connect({ address: testTemporal() });
  client = new Client({ connection, namespace: testNamespace() });
});
afterAll(async () => {
  for (const id of series) {
    await client.schedule
      .getHandle(seriesScheduleId(id))
      .delete()
      .catch(() => undefined);
  }
  await connection.close();
  await stack.stop();
});

const CAMPAIGNS = '/api/v1/campaigns';
/** Once a year, at a time of no test. */
const YEARLY = '0 10 29 2 *';

/** A campaign of one recipient; a series where it has a recurrence. */
const create = (tenant: Tenant, over: object) =>
  tenant.call('POST', CAMPAIGNS, {
    name: 'News',
    message: 'This is the news.',
    audience: { recipients: [{ to: '+919800000001' }] },
    ...over,
  });

async function createSeries(tenant: Tenant, over: object = {}) {
  const answer = await create(tenant, { recurrence: { cron: YEARLY }, ...over });
  if (answer.status === 201) series.push(answer.json.id as string);
  return answer;
}

const scheduleOf = (id: string) => client.schedule.getHandle(seriesScheduleId(id)).describe();

describe('the time zone of a series', () => {
  test.each([
    ['utc', 'UTC'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['AMERICA/NEW_YORK', 'America/New_York'],
    ['asia/calcutta', 'Asia/Kolkata'],
  ])('%s is kept as %s, and its schedule is there', async (timezone, kept) => {
    const tenant = await makeTenant(stack, `zone ${timezone}`);
    await tenant.gateway(`zone-${timezone.replace('/', '-')}`, KNOWS_OUR_IDS);
    const { status, json } = await createSeries(tenant, { timezone });
    expect([status, json.timezone]).toEqual([201, kept]);
    expect((await scheduleOf(json.id as string)).spec.timezone).toBe(kept);
  });

  test.each(['+05:30', 'Asia/Nowhere', 'IST+5', ''])('400: %j, with a remedy', async (timezone) => {
    const tenant = await makeTenant(stack, `no zone ${timezone}`);
    await tenant.gateway(`no-zone-${randomBytes(4).toString('hex')}`, KNOWS_OUR_IDS);
    const { status, json } = await createSeries(tenant, { timezone });
    expect(status).toBe(400);
    expect(json.detail).toMatch(/timezone.*such as Asia\/Kolkata/);
  });

  test('so are the zones of accounts and of windows', async () => {
    const { json: account } = await stack.call('POST', '/api/v1/accounts', {
      name: 'zones',
      timezone: 'asia/calcutta',
      windows: [{ country: 'IN', start: '10:00', end: '21:00', timezone: 'asia/kolkata' }],
    });
    expect(account).toMatchObject({ timezone: 'Asia/Kolkata', windows: [{ timezone: 'Asia/Kolkata' }] });
    const tenant = await makeTenant(stack, 'windows');
    await tenant.gateway('windows', KNOWS_OUR_IDS);
    const window = { start: '00:00', end: '23:59', timezone: 'utc' };
    const { json } = await create(tenant, { window, draft: true });
    expect(json.window.timezone).toBe('UTC');
  });
});
