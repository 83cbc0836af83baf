/** Alerts, end to end: told once when they open and once when they close, to whoever asks, watches or has a webhook. */
import { watchEvents, type EventStream } from '../support/event-stream';
import { runDutyNow } from '../support/maintenance';
import { signaturesBy, startReceiver, type Receiver } from '../support/receiver';
import { ADMIN_KEY } from '../support/servers';
import { joinStack, type SharedStack } from '../support/shared';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: SharedStack;
let tenant: Tenant;
/** The account beside it, with a gateway, a webhook and a watcher of its own. */
let neighbour: Tenant;
const receivers: Receiver[] = [];
const streams: EventStream[] = [];

beforeAll(async () => {
  stack = await joinStack();
  tenant = await makeTenant(stack, 'Alerts');
  neighbour = await makeTenant(stack, 'Quiet');
});
afterAll(async () => {
  for (const stream of streams) stream.close();
  await stack.stop();
  await Promise.all(receivers.map((receiver) => receiver.stop()));
});

async function webhookOf({ call }: Tenant, extra: object = {}): Promise<Receiver & { secret: string }> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const { status, json } = await call('POST', '/api/v1/webhooks', { kind: 'standard', url: receiver.url, ...extra });
  expect(status).toBe(201);
  return Object.assign(receiver, { secret: json.secret as string });
}

async function watch({ accountId }: Tenant): Promise<EventStream> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'x-account-id': accountId };
  const stream = await watchEvents(`${stack.url}/api/v1/events`, headers);
  streams.push(stream);
  await until('the stream has begun', () => stream.events('ledger').length > 0);
  return stream;
}

const alertsOf = async ({ call }: Tenant, state = 'open') => (await call('GET', `/api/v1/alerts?state=${state}`)).json;
/** As if it had been found, or been over, for two minutes. */
const twoMinutesLater = () =>
  stack.database.pool.query(
    `update alerts set seen_at = seen_at - interval '2 minutes', clear_since = clear_since - interval '2 minutes'
     where account_id = $1`,
    [tenant.accountId],
  );
const rowsOf = async (condition: string): Promise<number> =>
  (await stack.database.pool.query(`select from alerts where account_id = $1 and ${condition}`, [tenant.accountId]))
    .rowCount!;
/** Whichever turn of the duty it is that does it: one that a test asks for, or the next of its own. */
const reviewedUntil = (label: string, isSo: () => Promise<boolean> | boolean) =>
  until(label, async () => {
    await runDutyNow(stack, 'alerts');
    return isSo();
  });

test('a gateway without credit: opened and closed once, for everybody who is told; the account beside it is told nothing', async () => {
  const [vendor, spare] = [stack.vendor('alerts'), stack.vendor('quiet')];
  await tenant.script(vendor, { refuse: [{ outcome: 'account' }] });
  const gatewayId = await tenant.gateway(vendor, 'infobip');
  await neighbour.gateway(spare, 'infobip');
  const [all, delivered, others] = [
    await webhookOf(tenant),
    await webhookOf(tenant, { events: ['message.delivered'] }),
    await webhookOf(neighbour),
  ];
  const [seen, seenBeside] = [await watch(tenant), await watch(neighbour)];
  const ids = await tenant.send(1);
  await until('the gateway is paused', async () => {
    const { json } = await tenant.call('GET', `/api/v1/gateways/${gatewayId}`);
    return json.pausedReason !== null;
  });

  await reviewedUntil('it is watched', async () => (await rowsOf('opened_at is null')) === 1);
  expect((await alertsOf(tenant, 'all')).items).toEqual([]);
  await twoMinutesLater();
  await reviewedUntil('it is open', async () => (await alertsOf(tenant)).items.length === 1);
  const [alert] = (await alertsOf(tenant)).items;
  expect(alert).toMatchObject({
    kind: 'gateway-down',
    subject: { kind: 'gateway', id: gatewayId, name: vendor },
    closedAt: null,
    sentence: expect.stringMatching(/^Gateway .* takes nothing \(.*CREDIT.*\)\.$/),
    remedy: expect.stringContaining('set the gateway active'),
  });
  await until('the webhook is told', () => all.deliveries.length === 1);
  await until('who watches is told', () => seen.events('alert.opened').length === 1);
  const { closedAt: _, ...told } = alert;
  expect(all.deliveries[0]!.json).toEqual({ type: 'alert.opened', timestamp: expect.any(String), data: told });
  expect(signaturesBy(all.secret, all.deliveries[0]!)).toBe(1);
  expect(seen.events('alert.opened')).toEqual([alert]);

  await tenant.script(vendor, {});
  await tenant.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'active' });
  await tenant.reach(ids, 'delivered');
  await reviewedUntil('it is over', async () => (await rowsOf('clear_since is not null')) === 1);
  await twoMinutesLater();
  await reviewedUntil('it is closed', async () => (await alertsOf(tenant)).items.length === 0);
  const alertsTold = () => all.deliveries.filter(({ json }) => /^alert\./.test(json.type));
  await until('the webhook is told of the end', () => alertsTold().length === 2);
  await until('who watches is told of the end', () => seen.events('alert.closed').length === 1);
  const [closed] = (await alertsOf(tenant, 'all')).items;
  expect(closed).toEqual({ ...alert, closedAt: expect.any(String) });
  expect(alertsTold()[1]!.json).toMatchObject({ type: 'alert.closed', data: closed });
  expect(seen.events('alert.closed')).toEqual([closed]);

  // Another turn has nothing to say, and nobody who did not ask for it was told.
  await runDutyNow(stack, 'alerts');
  await until('the message is told', () => delivered.deliveries.length === 1);
  expect(delivered.deliveries.map(({ json }) => json.type)).toEqual(['message.delivered']);
  await until('to both', () => all.deliveries.length === 3);
  expect(alertsTold().map(({ json }) => json.type)).toEqual(['alert.opened', 'alert.closed']);
  expect(new Set(alertsTold().map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  expect((await alertsOf(neighbour, 'all')).items).toEqual([]);
  expect(others.deliveries).toEqual([]);
  expect([...seenBeside.events('alert.opened'), ...seenBeside.events('alert.closed')]).toEqual([]);
});

test('a campaign whose slices nobody can advance is told of by its alert; the one beside it sends and has none', async () => {
  const run = async ({ call }: Tenant) => {
    // At one a second more than any busy machine needs for what follows.
    const recipients = Array.from({ length: 600 }, (_, i) => ({ to: `+9198000${String(20_000 + i)}` }));
    const body = { name: 'Slow sale', message: 'Hello', sender: 'HELIOG', ratePerSecond: 1, audience: { recipients } };
    const { status, json } = await call('POST', '/api/v1/campaigns', body);
    expect(status).toBe(201);
    return json.id as string;
  };
  const left = async ({ call }: Tenant, id: string): Promise<number> => {
    const { counts } = (await call('GET', `/api/v1/campaigns/${id}`)).json;
    return counts.accepted - counts.open + counts.submitted;
  };
  const [vendor, spare] = [stack.vendor('stuck'), stack.vendor('goes-on')];
  await tenant.gateway(vendor, 'infobip');
  await neighbour.gateway(spare, 'infobip');
  const [stuck, goesOn] = [await run(tenant), await run(neighbour)];
  await until('both send', async () => (await left(tenant, stuck)) > 0 && (await left(neighbour, goesOn)) > 0);
  const { pool } = stack.database;
  const holder = await pool.connect();
  try {
    // A claim has to lock its slice first: as if a block of it never came to its end.
    await holder.query('begin');
    await holder.query('select from slices where campaign_id = $1 order by id for update', [stuck]);
    const marks = (id: string) =>
      pool.query<{ moved: string }>('select moved from campaign_marks where campaign_id = $1', [id]);
    const marked = async (id: string): Promise<number> => Number((await marks(id)).rows[0]?.moved ?? -1);
    await reviewedUntil('it is marked, and stands still', async () => {
      const before = await marked(stuck);
      await runDutyNow(stack, 'alerts');
      return before > 0 && before === (await marked(stuck)) && (await marked(goesOn)) > 0;
    });
    await pool.query(
      `update campaign_marks set marked_at = now() - interval '11 minutes' where campaign_id = any($1)`,
      [[stuck, goesOn]],
    );
    const sent = await left(neighbour, goesOn);
    await until('the other one sends', async () => (await left(neighbour, goesOn)) > sent);
    await reviewedUntil('it is watched', async () => (await rowsOf(`kind = 'campaign-stuck'`)) === 1);
    await twoMinutesLater();
    await reviewedUntil('it is open', async () => (await alertsOf(tenant)).items.length === 1);
    expect((await alertsOf(tenant)).items[0]).toMatchObject({
      kind: 'campaign-stuck',
      subject: { kind: 'campaign', id: stuck },
      sentence: expect.stringMatching(/nothing of it has left since \d\d:\d\d UTC/),
    });
    const why = async ({ call }: Tenant, id: string) => (await call('GET', `/api/v1/why?id=${id}`)).json.verdict.code;
    expect([await why(tenant, stuck), await why(neighbour, goesOn)]).toEqual(['campaign-stuck', 'campaign-sending']);
    const { needs } = (await tenant.call('GET', '/api/v1/overview')).json;
    expect(needs).toContainEqual(
      expect.objectContaining({
        sentence: expect.stringMatching(/^the campaign Slow sale does not go on/),
        link: `/console/campaigns/${stuck}`,
      }),
    );
  } finally {
    await holder.query('rollback');
    holder.release();
  }
  expect((await alertsOf(neighbour, 'all')).items).toEqual([]);
  // Dispatch takes it up again, and the alert closes.
  const before = await left(tenant, stuck);
  await tenant.call('PATCH', `/api/v1/campaigns/${stuck}`, { ratePerSecond: 1_000 });
  await until('it sends again', async () => (await left(tenant, stuck)) > before);
  await reviewedUntil(
    'it is over',
    async () => (await rowsOf(`kind = 'campaign-stuck' and clear_since is not null`)) === 1,
  );
  await twoMinutesLater();
  await reviewedUntil('it is closed', async () => (await alertsOf(tenant)).items.length === 0);
  expect((await neighbour.call('POST', `/api/v1/campaigns/${goesOn}/cancel`)).status).toBe(200);
});
