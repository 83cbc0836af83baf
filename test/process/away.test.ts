/** The worker or the api is away: what came meanwhile waits where it can be seen, and goes on when the process is back. */
import { campaignsOf, people, type TestCampaigns } from '../support/campaigns';
import { runDutyNow } from '../support/maintenance';
import { ADMIN_KEY } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

let stack: TestStack;
let campaigns: TestCampaigns;
let gatewayId: string;
beforeAll(async () => {
  stack = await startStack();
  campaigns = campaignsOf(stack);
  gatewayId = (await stack.call('GET', '/api/v1/gateways')).json.items[0].id as string;
});
afterAll(() => stack.stop());

const send = (body: object) => stack.call('POST', '/clevertap/v1/messages', body);

describe('no worker runs', () => {
  beforeEach(async () => {
    // Temporal may give a task to a worker that is just leaving, and misses it a minute later: here no relay is on its way.
    await until('CleverTap was told everything', async () => {
      const { rowCount } = await stack.database.pool.query(`select from callbacks where state = 'pending' limit 1`);
      return rowCount === 0;
    });
    await stack.stopWorker();
  });

  test('everything accepted meanwhile is delivered once one does', async () => {
    const one = (n: number, fields: object = {}) => ({
      to: `9198000${String(n).padStart(5, '0')}`,
      text: 'Hi',
      ...fields,
    });
    const list = Array.from({ length: 50 }, (_, n) => one(n));
    const requests = [
      { list },
      { list, service: 'P' },
      ...Array.from({ length: 100 }, (_, n) => one(n, { mid: `m-${n}` })),
    ];
    const accepted = (await Promise.all(requests.map(send))).reduce(
      (sum, { json }) => sum + (json.accepted as number),
      0,
    );
    expect(accepted).toBe(200);
    await stack.startWorker();
    const ledger = await stack.settled();
    expect(ledger).toMatchObject({ accepted, delivered: accepted });
    await until('no start is owed', async () => {
      const { rows } = await stack.database.pool.query<{ n: number }>(
        'select count(*)::int as n from slices where started_at is null',
      );
      return rows[0]!.n === 0;
    });
  });

  test('a gateway’s test: 503, and it is not sent later', async () => {
    const before = (await stack.control('GET', '/control/counts')).json.accepted;
    const TO = '+919800000001';
    const { status, json } = await stack.call('POST', `/api/v1/gateways/${gatewayId}/test`, { to: TO });
    expect({ status, code: json.code }).toEqual({ status: 503, code: 'test-unanswered' });
    await stack.startWorker();
    await send({ to: TO, text: 'after the test' });
    await stack.settled();
    expect((await stack.control('GET', '/control/counts')).json.accepted).toBe(before + 1);
  });

  test('a forecast: 202 while nobody makes it, and made when somebody can', async () => {
    const { json: draft } = await campaigns.create({ audience: { recipients: people(1) }, draft: true });
    const forecast = () => stack.call('GET', `/api/v1/campaigns/${draft.id}/forecast`);
    const answer = await forecast();
    expect([answer.status, answer.json, answer.headers.get('retry-after')]).toEqual([202, { state: 'computing' }, '5']);
    await stack.startWorker();
    const made = await until('the forecast is made', async () => {
      const now = await forecast();
      return now.status === 200 ? now.json : null;
    });
    expect(made.recipients).toBe(1);
  });

  test('the route that a slice names is taken before the default one, also when it was deleted since', async () => {
    const { json: other } = await stack.call('POST', '/api/v1/gateways', {
      provider: 'infobip',
      name: 'other',
      credentials: { apiKey: 'key' },
      baseUrl: `${stack.simulator.url}/infobip/other`,
      sendingPattern: 'loop',
    });
    const route = async (name: string, leg: object, isDefault: boolean) =>
      (await stack.call('POST', '/api/v1/routes', { name, legs: [leg], isDefault })).json.id as string;
    const usual = await route('usual', { gatewayId }, true);
    const named = await route('named', { gatewayId: other.id, sender: 'BRANDN' }, false);
    const { ids } = (await send({ to: '919800000001', text: 'Hello' })).json;
    await stack.database.pool.query(
      'update slices set route_id = $2 where id = (select slice_id from messages where id = $1)',
      [ids[0], named],
    );
    expect((await stack.call('DELETE', `/api/v1/routes/${named}`)).status).toBe(204);
    await stack.startWorker();
    await stack.settled();
    expect((await stack.call('GET', `/api/v1/messages/${ids[0]}`)).json).toMatchObject({
      attempts: [{ gatewayId: other.id, sender: 'BRANDN' }],
    });
    expect((await stack.call('DELETE', `/api/v1/routes/${usual}`)).status).toBe(204);
    expect((await stack.call('DELETE', `/api/v1/gateways/${other.id}`)).status).toBe(204);
  });

  test('the time of campaigns comes: sent, skipped, or left for the next window', async () => {
    await stack.control('POST', '/control/reset');
    const time = new Date(Date.now() + 3_600_000).toISOString();
    const make = (lateness: string, from: number, body: object = {}) =>
      campaigns.launch({ audience: { recipients: people(5, from) }, time, lateness, ...body });
    const window = { start: '00:00', end: '23:59', timezone: 'UTC' };
    const sent = await make('send', 200);
    const skipped = await make('skip', 300);
    const postponed = await make('next-window', 400, { window });
    // Their time came and went while nobody looked.
    await stack.database.pool.query(
      `update campaigns set due_at = now() - interval '20 minutes' where id = any($1::text[])`,
      [[sent, skipped, postponed]],
    );
    await stack.startWorker();

    const done = await campaigns.reaches(sent, 'finished');
    expect(done.counts).toMatchObject({ accepted: 5, delivered: 5 });
    // Of minutes that begin when their workflows look: on a busy machine some time after the worker's start.
    const late = (reason: RegExp) => expect.stringMatching(reason) as string;
    const left = await campaigns.waitFor(
      skipped,
      'skipped',
      ({ state, counts }) => state === 'cancelled' && counts.open === 0,
    );
    expect(left).toMatchObject({
      reason: late(/^skipped: it was 2\d minutes late$/),
      counts: { accepted: 5, cancelled: 5 },
    });
    const waits = await campaigns.waitFor(postponed, 'postponed', ({ reason }) => reason !== null);
    expect(waits).toMatchObject({
      state: 'scheduled',
      reason: late(/^it was 2\d minutes late and waits for its next window$/),
      counts: { queued: 5 },
    });
    expect(waits.time).toMatch(/T00:00:00.000Z$/);
    expect(Date.parse(waits.time)).toBeGreaterThan(Date.now());
    expect(await campaigns.seen()).toHaveLength(5);
    await campaigns.act(postponed, 'cancel');
    await campaigns.waitFor(postponed, 'cancelled', ({ counts }) => counts.open === 0);
  });
});

describe('the api stops and starts', () => {
  beforeAll(() => stack.startWorker());

  test('its streams of live events end', async () => {
    const response = await fetch(`${stack.url}/api/v1/events`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect(response.status).toBe(200);
    let ended = false;
    void response.text().then(
      () => (ended = true),
      () => (ended = true),
    );
    await stack.stopApi();
    await until('the stream ended', () => ended);
    await stack.startApi();
  });

  test('after retentionDays what is personal is blanked; ledger and outcome stay', async () => {
    await stack.call('PATCH', '/api/v1/accounts/default', { retentionDays: 1 });
    const message = { to: '919800000401', text: 'Your code is 4711', mid: '919800000401.-1.', from: 'SENDER' };
    const { json: sent } = await send(message);
    const read = async () => (await stack.call('GET', `/api/v1/messages/${sent.ids[0]}`)).json;
    const ledger = await stack.settled();
    const told = await until('CleverTap was told', async () => {
      const trace = await read();
      return trace.callbacks[0]?.state === 'delivered' ? trace : null;
    });
    // Two days pass on the rows.
    const { pool } = stack.database;
    await pool.query(`update messages set settled_at = settled_at - interval '2 days'`);
    await pool.query(`update slices set created_at = created_at - interval '2 days'`);
    await runDutyNow(stack, 'retention');
    const after = await until('it is blank', async () => {
      const trace = await read();
      return trace.text === '' ? trace : null;
    });
    expect(after).toMatchObject({ to: '+9198******01', meta: null, state: 'delivered', sender: 'SENDER' });
    expect(after.receipts).toEqual(told.receipts);
    expect((await stack.call('GET', '/api/v1/stats')).json.ledger).toEqual(ledger);
    const { rows } = await pool.query('select raw from receipts where message_id = $1', [sent.ids[0]]);
    expect(rows).toEqual([{ raw: null }]);
  });
});
