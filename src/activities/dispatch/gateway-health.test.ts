import { startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import { OutboundError } from '../../outbound/errors';
import type { OutboundMessage, Provider, ProviderConfig, SubmitResult } from '../../providers/provider';
import type { HttpClient } from '../../outbound/client';
import { infobip } from '../../providers/infobip';
import { listGatewayHealth } from '../../store/gateways/health';
import { GatewayHealthMonitor, verdictOf } from './gateway-health';

const refused = (failure: 'transient' | 'unknown' | 'sender' | 'account', over: object = {}): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap: '900',
  code: '1',
  reason: 'why',
  ...over,
});

describe('verdictOf', () => {
  it.each([
    ['failed', [refused('transient')]],
    ['failed', [refused('unknown')]],
    ['failed', [refused('unknown', { retryAfterMs: 1_000 })]],
    ['failed', [refused('transient'), refused('unknown')]],
    ['answered', [{ ok: true }]],
    ['answered', [refused('sender')]],
    ['answered', [refused('account')]],
    ['answered', [refused('transient'), { ok: true }]],
    ['throttled', [refused('transient', { retryAfterMs: 1_000 })]],
    ['throttled', [refused('transient', { code: 'http-429' })]],
  ] as const)('%s: %j', (verdict, answers) => {
    expect(verdictOf(answers as readonly SubmitResult[])).toBe(verdict);
  });
});

describe('the monitor', () => {
  let store: TestStore;
  let logged: { fields: object; message: string }[];
  let closed: string[];
  beforeAll(async () => {
    store = await startStore();
  });
  afterAll(() => store.stop());
  beforeEach(() => {
    logged = [];
    closed = [];
    // For a process no time goes by: what it holds back for some seconds, it holds back to the end of a test.
    jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  });
  afterEach(() => jest.restoreAllMocks());

  /** A process of its own. */
  const monitor = (): GatewayHealthMonitor =>
    new GatewayHealthMonitor({
      pool: store.pool,
      log: { warn: (fields, message) => void logged.push({ fields, message }) },
      onClosed: ({ id }) => Promise.resolve(void closed.push(id)),
    });
  /** A provider whose requests end as told; it counts them. */
  function providerThat(end: () => SubmitResult[]) {
    const made = { requests: 0 };
    const submit: Provider['submit'] = () => {
      made.requests++;
      return new Promise((resolve) => resolve(end()));
    };
    return { made, provider: { ...(infobip as Provider), submit } };
  }
  const DOWN = () => {
    throw new OutboundError({ class: 'transient', code: 'ECONNREFUSED', reason: 'no connection' });
  };
  const send = (provider: Provider) =>
    provider.submit(
      {} as ProviderConfig<unknown>,
      [{} as OutboundMessage],
      {} as HttpClient,
      new AbortController().signal,
    );
  /** In Postgres, too, the wait takes longer than any test. */
  const prolongWait = (id: string) =>
    store.pool.query(`update gateway_health set open_until = now() + interval '1 hour' where gateway_id = $1`, [id]);
  const endWait = (id: string) =>
    store.pool.query('update gateway_health set open_until = now() where gateway_id = $1', [id]);

  async function opened() {
    const gateway = await storeGateway(store);
    const health = monitor();
    const { made, provider } = providerThat(DOWN);
    const watched = health.watch(gateway.id, provider);
    for (let i = 0; i < 5; i++) await expect(send(watched)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await until('the breaker is open', () => logged.some(({ message }) => /gateway down/.test(message)));
    await prolongWait(gateway.id);
    return { gateway, health, made, provider, watched };
  }

  it('holds requests back from the fifth failure on, before Postgres has answered', async () => {
    const gateway = await storeGateway(store);
    const health = monitor();
    const { made, provider } = providerThat(DOWN);
    const watched = health.watch(gateway.id, provider);
    for (let i = 0; i < 20; i++) await expect(send(watched)).rejects.toMatchObject({ class: 'transient' });
    expect(made.requests).toBe(5);
    await until('its opening is told', () => logged.some(({ message }) => /gateway down/.test(message)));
  });

  it('holds requests back once the breaker is open, as a failure that costs no try', async () => {
    const { made, watched, gateway } = await opened();
    const error: unknown = await send(watched).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ class: 'transient', code: 'gateway-down' });
    expect((error as OutboundError).retryAfterMs).toBeGreaterThan(0);
    expect(made.requests).toBe(5);
    expect(logged).toMatchObject([{ fields: { gatewayId: gateway.id, reason: 'no connection' } }]);
  });

  it('lets one probe through; one that is answered closes the breaker and says so', async () => {
    const { gateway, health, watched } = await opened();
    const back = providerThat(() => [{ ok: true }]);
    const probe = () =>
      health.probe(gateway, back.provider, async (probing) => {
        await send(probing);
        return 1;
      });
    expect(await probe()).toBeNull();
    await endWait(gateway.id);
    expect((await Promise.all([probe(), probe(), probe()])).filter((sent) => sent === 1)).toHaveLength(1);
    expect({ closed, open: health.isOpen(gateway.id) }).toEqual({ closed: [gateway.id], open: false });
    expect(back.made.requests).toBe(1);
    await expect(send(watched)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('keeps the breaker open after a probe that failed, and after one that sent nothing', async () => {
    const { gateway, health, provider } = await opened();
    await endWait(gateway.id);
    expect(await health.probe(gateway, provider, () => Promise.resolve(0))).toBe(0);
    await health.probe(gateway, provider, (probing) =>
      send(probing).then(
        () => 1,
        () => 1,
      ),
    );
    const { rows } = await store.pool.query(
      'select open_until > changed_at as waits from gateway_health where gateway_id = $1',
      [gateway.id],
    );
    expect(rows).toEqual([{ waits: true }]);
    await prolongWait(gateway.id);
    expect(await health.probe(gateway, provider, () => Promise.resolve(1))).toBeNull();
    expect(closed).toEqual([]);
    expect(await listGatewayHealth(store.pool, [gateway.id])).toMatchObject([
      { breaker: 'open', reason: 'no connection' },
    ]);
  });

  it('tells another process of the opening with its next count', async () => {
    const { gateway } = await opened();
    const other = monitor();
    const well = providerThat(() => [{ ok: true }]);
    await send(other.watch(gateway.id, well.provider));
    await until('the other process knows', () => other.isOpen(gateway.id));
  });

  it('counts messages and requests once', async () => {
    const gateway = await storeGateway(store);
    const { provider } = providerThat(() => [{ ok: true }, { ok: true }, refused('sender')]);
    const watched = monitor().watch(gateway.id, provider);
    await watched.submit(
      {} as ProviderConfig<unknown>,
      [{}, {}, {}] as OutboundMessage[],
      {} as HttpClient,
      new AbortController().signal,
    );
    const counts = await until('it is told', async () => {
      const [reading] = await listGatewayHealth(store.pool, [gateway.id]);
      return reading!.counts.accepted > 0 ? reading!.counts : null;
    });
    expect(counts).toMatchObject({ accepted: 2, refused: 1 });
    expect(counts.latency.reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});
