/**
 * What one account's provider does to another account: B's one-time password leaves over B's own healthy gateway while
 * A's gateway asks for a pause of ten minutes, hangs, or has to be asked about receipts that never come.
 */
import { holdRequestsTo } from '../support/held-vendor';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
let made = 0;
beforeAll(async () => {
  stack = await startStack({ env: { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' } });
});
afterAll(() => stack.stop());
beforeEach(() => stack.control('POST', '/control/reset'));

/** Sends that come one by one: each is a message, a slice and a workflow of its own. */
async function oneByOne(tenant: Tenant, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push(...(await tenant.send(1)));
  return ids;
}

/** B, whose gateway is healthy. */
async function neighbour(provider: string): Promise<Tenant> {
  const name = `b-${++made}`;
  const tenant = await makeTenant(stack, name);
  await tenant.gateway(name, provider);
  return tenant;
}

async function counted(column: string, ids: readonly string[]): Promise<Record<string, number>> {
  const { rows } = await stack.database.pool.query<{ key: string; count: number }>(
    `select coalesce(${column}::text, '-') as key, count(*)::int as count from messages where id = any($1) group by 1`,
    [ids],
  );
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}

describe.each([KNOWS_OUR_IDS, KNOWS_ITS_OWN])('over %s', (provider) => {
  test('a pause of ten minutes holds nothing but its own gateway: A goes over its second one, B is not touched', async () => {
    const a = await makeTenant(stack, `a-${++made}`);
    const [first, second] = [`a-${made}-1`, `a-${made}-2`];
    await a.gateway(first, provider, { priority: 1, maxInFlight: 4 });
    const spare = await a.gateway(second, provider, { priority: 2 });
    const b = await neighbour(provider);
    await a.script(first, { faults: [{ kind: 'throttle', forMs: 600_000, retryAfterSeconds: 600 }] });

    const waiting = await oneByOne(a, 60);
    await b.reach(await b.send(1), 'delivered');
    // All of A's left over the spare gateway: nothing stands claimed behind the pause.
    await a.reach(waiting, 'delivered');
    expect(await counted('gateway_id', waiting)).toEqual({ [spare]: 60 });
    expect((await a.counts(first)).submissions).toBeLessThan(10);
  });

  test('without a spare gateway A waits visibly, with the reason, until a person lifts the pause', async () => {
    const name = `a-${++made}`;
    const a = await makeTenant(stack, name);
    // One request at a time: the first is told to wait, and the others have not left.
    const only = await a.gateway(name, provider, { maxInFlight: 1 });
    await a.script(name, { faults: [{ kind: 'throttle', next: 1, retryAfterSeconds: 600 }] });
    const waiting = await a.send(20);
    // Before the vendor has answered, they are queued without one.
    const reason = await until('the last one has a reason', async () => {
      const { json } = await a.call('GET', `/api/v1/messages/${waiting.at(-1)}`);
      return (json.reason ?? null) as string | null;
    });
    expect(reason).toMatch(/asks to wait until/);
    await a.reach(waiting, 'queued');
    const { health } = (await a.call('GET', `/api/v1/gateways/${only}`)).json;
    expect(health).toMatchObject({ state: 'down', reason: expect.stringMatching(/asks to wait until/) });
    expect(Date.parse(health.heldUntil)).toBeGreaterThan(Date.now() + 300_000);
    await a.call('PATCH', `/api/v1/gateways/${only}`, { status: 'active' });
    await a.reach(waiting, 'delivered');
  });

  test('a provider that hangs takes the places of its own gateway only', async () => {
    const name = `a-${++made}`;
    const a = await makeTenant(stack, name);
    const vendor = await holdRequestsTo(stack.simulator);
    await a.gateway(name, provider, { maxInFlight: 1_000, baseUrl: `${vendor.url}/${provider}/${name}` });
    const b = await neighbour(provider);
    await a.script(name, { receipts: { missing: 1 } });
    const hanging = await oneByOne(a, 60);
    await until('A’s requests hang', () => vendor.came >= 10);
    const password = await b.send(1);
    // It overtakes them: not one of A's is answered before it is there.
    await b.reach(password, 'delivered');
    const states = await a.states(hanging);
    expect(states.filter((state) => state === 'submitted')).toEqual([]);
    vendor.release();
    // A request is given up after half a minute: over a vendor that knows its own ids only its message is in doubt then, yet
    // the vendor gets each once.
    await until('A’s vendor has all of them', async () => (await a.counts(name)).accepted === hanging.length);
    await vendor.stop();
  });
});

test('look-ups of A’s missing receipts hold no dispatch of B', async () => {
  const name = `a-${++made}`;
  const a = await makeTenant(stack, name);
  await a.gateway(name, 'mobtexting', { receiptDeadlineSeconds: 3_600 });
  const b = await neighbour(KNOWS_OUR_IDS);
  await a.script(name, { receipts: { missing: 1 } });
  const silent: string[] = [];
  for (let i = 0; i < 45; i++) silent.push(...(await a.send(25)));
  await a.reach(silent, 'submitted');
  // Half of the deadline passes, so all of them are asked about: at ten a second for minutes.
  await stack.database.pool.query(
    `update messages set submitted_at = submitted_at - interval '40 minutes' where account_id = $1`,
    [a.accountId],
  );
  await stack.database.pool.query(`update slices set wake_due = true where account_id = $1`, [a.accountId]);
  await until('A is asked about', async () => (await a.counts(name)).lookups! > 20);
  const before = (await a.counts(name)).lookups!;
  // Before the last of them was asked about, which is what tells that it did not wait: they take almost two minutes.
  await b.reach(await b.send(1), 'delivered');
  expect((await a.counts(name)).lookups!).toBeGreaterThanOrEqual(before);
  expect((await a.counts(name)).lookups!).toBeLessThan(silent.length);
}, 360_000);

test('nothing is sent again over a gateway that was switched off', async () => {
  const name = `a-${++made}`;
  const a = await makeTenant(stack, name);
  const only = await a.gateway(name, KNOWS_OUR_IDS);
  await a.script(name, { faults: [{ kind: 'reset', forMs: 600_000, at: 'after' }], receipts: { missing: 1 } });
  const ids = await a.send(5);
  await until('their answers are lost', async () => (await a.counts(name)).submissions! >= 5);
  await a.call('PATCH', `/api/v1/gateways/${only}`, { status: 'inactive' });
  // What is in flight at that moment may still arrive: it has when all of them wait for their next try.
  let before = -1;
  const after = await until('nothing more arrives', async () => {
    const { rows } = await stack.database.pool.query('select 1 from messages where id = any($1) and not_before > now()', [ids]);
    const { submissions } = await a.counts(name);
    const same = submissions === before;
    before = submissions!;
    return same && rows.length === ids.length ? submissions : null;
  }); // prettier-ignore
  await a.script(name, { receipts: { missing: 1 } });
  // The next resends would be due by now.
  await stack.database.pool.query(
    `update messages set not_before = now() where account_id = $1 and not_before is not null`,
    [a.accountId],
  );
  await stack.database.pool.query(`update slices set wake_due = true where account_id = $1`, [a.accountId]);
  const b = await neighbour(KNOWS_OUR_IDS);
  for (let i = 0; i < 5; i++) await b.reach(await b.send(1), 'delivered');
  expect((await a.counts(name)).submissions).toBe(after);
  expect(new Set(await a.states(ids))).toEqual(new Set(['submitting']));
  await a.call('PATCH', `/api/v1/gateways/${only}`, { status: 'active' });
  await a.reach(ids, 'submitted');
});
