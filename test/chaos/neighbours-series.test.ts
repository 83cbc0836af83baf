/**
 * A series, or a campaign, of one account that Temporal refuses to start, beside the upkeep of another: what a crash
 * left behind there is set going again all the same, step by step and item by item.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { seriesScheduleId } from '../../src/workflows/contract';
import { runDutyNow } from '../support/maintenance';
import { bundleAnew } from '../support/outbox';
import { startStack, type TestStack } from '../support/stack';
import { connectTemporal } from '../support/temporal';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
let client: Client;
/** Series of this file: their schedules outlive its database. */
const series: string[] = [];
beforeAll(async () => {
  stack = await startStack();
  client = await connectTemporal(stack);
});
afterAll(async () => {
  for (const id of series) {
    await client.schedule
      .getHandle(seriesScheduleId(id))
      .delete()
      .catch(() => undefined);
  }
  await client.connection.close();
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

/** As the api leaves a campaign that it could not start: launched, and without a workflow. */
async function launchUnheard(tenant: Tenant, over: object, change: string): Promise<string> {
  const { json } = await create(tenant, { ...over, draft: true });
  const id = json.id as string;
  if ('recurrence' in over) series.push(id);
  await stack.database.pool.query(`update campaigns set ${change} where id = $1`, [id]);
  return id;
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

describe.each([KNOWS_OUR_IDS, KNOWS_ITS_OWN])('beside a series that Temporal refuses, B over %s', (provider) => {
  let b: Tenant;
  let refused: string;
  const pool = () => stack.database.pool;
  beforeAll(async () => {
    const a = await makeTenant(stack, `refused beside ${provider}`);
    await a.gateway(`refused-${provider}`, KNOWS_OUR_IDS);
    refused = await launchUnheard(
      a,
      { recurrence: { cron: YEARLY } },
      `state = 'scheduled', launched_at = now() - interval '2 hours', recurrence = '{"cron": "never", "overlap": "skip"}'`,
    );
    b = await makeTenant(stack, `beside ${provider}`);
    await b.script(provider, { receipts: { missing: 1 } });
    await b.gateway(provider, provider);
    const url = `${stack.simulator.url}/clevertap/callback?account=${provider}`;
    await b.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url, isDefault: true });
  });
  afterAll(() => pool().query('update campaigns set launched_at = null where id = $1', [refused]));

  test('a report that came before its message was known is found', async () => {
    const ids = await b.send(1);
    await b.reach(ids, 'submitted');
    // As if its own id had been told by a provider that knows ours.
    await pool().query(`update attempts set provider_id = coalesce(provider_id, 'its-own') where message_id = $1`, [
      ids[0],
    ]);
    await pool().query(
      `insert into parked_receipts (dedupe, gateway_id, provider_id, status, disposition, raw)
       select $2, gateway_id, provider_id, 'delivered', 'parked', '' from attempts where message_id = $1`,
      [ids[0], randomUUID()],
    );
    await runDutyNow(stack, 'receipts');
    await b.reach(ids, 'delivered');
  });

  test('an overdue outcome is told', async () => {
    const [id] = await b.send(1, { mid: `overdue ${provider}` });
    await b.reach([id!], 'submitted');
    await pool().query(
      `insert into callbacks (account_id, webhook_id, message_id, slot, event, occurred_at, next_try_at)
       select m.account_id, m.webhook_id, m.id, 'outcome', 'delivered', now(), now() - interval '5 minutes'
       from messages m where m.id = $1`,
      [id],
    );
    await bundleAnew(pool());
    await runDutyNow(stack, 'relays');
    await until('it was told', async () => (await callbackStates(id!)).every((state) => state === 'delivered'));
  });

  async function callbackStates(messageId: string): Promise<string[]> {
    const { rows } = await pool().query<{ state: string }>('select state from callbacks where message_id = $1', [
      messageId,
    ]);
    return rows.map(({ state }) => state);
  }

  test('a campaign and a series that were launched later are started', async () => {
    const late = `launched_at = now() - interval '1 hour'`;
    const campaign = await launchUnheard(b, {}, `state = 'preparing', ${late}`);
    const other = await launchUnheard(b, { recurrence: { cron: YEARLY } }, `state = 'scheduled', ${late}`);
    await runDutyNow(stack, 'starts');
    await until('the series has its schedule', async () => (await scheduleOf(other)).spec.timezone !== undefined);
    const hasMessages = async () => {
      const { rows } = await pool().query('select 1 from slices where campaign_id = $1', [campaign]);
      return rows.length > 0;
    };
    await until('the campaign has its messages', hasMessages);
  });

  test('old keys are forgotten, and its messages are counted', async () => {
    const key = 'of the day before yesterday';
    await pool().query(
      `insert into idempotency_keys (account_id, key, request_hash, created_at) values ($1, $2, '\\x00', now() - interval '2 days')`,
      [b.accountId, key],
    );
    await runDutyNow(stack, 'keys');
    await until(
      'the key is gone',
      async () => (await pool().query('select 1 from idempotency_keys where key = $1', [key])).rowCount === 0,
    );
    await pool().query(`update slices set started_at = now() - interval '5 minutes' where account_id = $1`, [
      b.accountId,
    ]);
    await until('they are counted', async () => {
      const { rows } = await pool().query('select 1 from slice_stats where account_id = $1', [b.accountId]);
      return rows.length > 0;
    });
  });
});
