/**
 * What is too old when it could leave: it ends as expired and is told, while a neighbour's password goes out. Over a
 * provider that knows our ids and over one that doesn't.
 */
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
let made = 0;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(() => stack.control('POST', '/control/reset'));

const read = async (tenant: Tenant, id: string) => (await tenant.call('GET', `/api/v1/messages/${id}`)).json;

describe.each([KNOWS_OUR_IDS, KNOWS_ITS_OWN])('over %s', (provider) => {
  let a: Tenant;
  let b: Tenant;
  let name: string;
  beforeEach(async () => {
    name = `a-${++made}`;
    a = await makeTenant(stack, name);
    b = await makeTenant(stack, `b-${made}`);
    await b.gateway(`b-${made}`, provider);
  });

  test('a password whose vendor asks for a pause of ten minutes expires on time, once, and never leaves', async () => {
    await a.gateway(name, provider);
    await a.script(name, { faults: [{ kind: 'throttle', share: 1, retryAfterSeconds: 600 }] });
    const url = `${stack.simulator.url}/clevertap/callback?account=${name}`;
    await a.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url, isDefault: true });
    const ids = await a.send(3, { custom: `meta ${name}`, maxAgeSeconds: 2 });
    await b.reach(await b.send(1, { maxAgeSeconds: 3_600 }), 'delivered');
    await a.reach(ids, 'expired');
    expect(await read(a, ids[0]!)).toMatchObject({
      code: '916', reason: 'its time was over before it could leave', validUntil: expect.any(String),
    }); // prettier-ignore
    expect((await a.counts(name)).accepted).toBe(0);
    // Once the vendor would take it, nothing is left that could leave.
    await a.script(name, {});
    await b.reach(await b.send(1), 'delivered');
    expect(await a.states(ids)).toEqual(['expired', 'expired', 'expired']);
    await until('each is told', async () => {
      const told = (await stack.control('GET', '/control/clevertap')).json.accounts[name]?.records;
      return told === 3 ? true : null;
    });
  });

  test('the default of the account holds where a request says nothing, by its service class', async () => {
    await a.call('PATCH', `/api/v1/accounts/${a.accountId}`, { maxAgeSeconds: { T: 2 } });
    await a.gateway(name, provider, { status: 'inactive' });
    const [password, offer, patient] = [
      await a.send(1, { service: 'T' }),
      await a.send(1, { service: 'P' }),
      await a.send(1, { service: 'T', maxAgeSeconds: 3_600 }),
    ];
    await a.reach(password, 'expired');
    expect(await a.states([...offer, ...patient])).toEqual([
      expect.stringMatching(/accepted|queued/),
      expect.stringMatching(/accepted|queued/),
    ]);
  });

  test('a campaign that nobody resumes ends with what it has sent; its neighbour is not touched', async () => {
    await a.gateway(name, provider);
    const create = (tenant: Tenant, over: object) =>
      tenant.call('POST', '/api/v1/campaigns', {
        name: 'Flash sale', message: 'Until eight!', service: 'T', ratePerSecond: 1,
        audience: { recipients: Array.from({ length: 30 }, (_, i) => ({ to: `9198${made}${String(i).padStart(7, '0')}` })) }, ...over,
      }); // prettier-ignore
    const { json: other } = await create(b, { ratePerSecond: 100 });
    /** A campaign that was paused after its first message; null where its time was over before that. */
    const paused = async (maxAgeSeconds: number): Promise<string | null> => {
      const { id } = (await create(a, { maxAgeSeconds })).json as { id: string };
      await until('it runs, or its time is over', async () => {
        const { state, counts } = (await a.call('GET', `/api/v1/campaigns/${id}`)).json;
        return counts.delivered > 0 || state === 'finished' ? true : null;
      });
      const { status } = await a.call('POST', `/api/v1/campaigns/${id}/pause`);
      expect([200, 409]).toContain(status);
      return status === 200 ? id : null;
    };
    // A busy machine lets seconds pass before it runs: then one more, which has more of them.
    const saleId = (await paused(4)) ?? (await paused(16)) ?? (await paused(64));
    expect(saleId).not.toBeNull();
    const ended = await until('it has ended', async () => {
      const { json } = await a.call('GET', `/api/v1/campaigns/${saleId}`);
      return json.state === 'finished' ? json : null;
    });
    expect(ended.counts.open).toBe(0);
    expect(ended.counts.expired).toBeGreaterThan(0);
    expect(ended.counts.delivered + ended.counts.expired).toBe(30);
    await until('the neighbour’s has ended', async () =>
      (await b.call('GET', `/api/v1/campaigns/${other.id}`)).json.counts.delivered === 30 ? true : null,
    );
  });
});
