/** What is said of webhooks: by their tries, once for each change, and of none that has nothing to do with it. */
import { bundleAnew } from '../../../test/support/outbox';
import { ACCOUNT, SEALER, startStore, storeSlice, type TestStore } from '../../../test/support/rows';
import { testTurn } from '../../../test/support/maintenance';
import { countWaitingCallbacks, countWebhookStates, readWebhookHealth, recordTries } from '../../store/webhooks/health';
import { ensureWebhook, pauseWebhook, resumeWebhooks } from '../../store/webhooks/webhooks';
import { reviewWebhookHealth } from './webhook-health-review';

let store: TestStore;
let webhookId: string;
let other: string;
const logged: string[] = [];

beforeAll(async () => {
  store = await startStore();
  await store.pool.query(`insert into accounts (id, name) values ('acc_other', 'Other')`);
  const make = async (accountId: string) => {
    const draft = {
      accountId,
      kind: 'clevertap',
      url: `https://in1.cb.wzrkt.com/${accountId}`,
      isDefault: true,
    } as const;
    return (await ensureWebhook(store.db, SEALER, draft)).webhook.id;
  };
  [webhookId, other] = [await make(ACCOUNT), await make('acc_other')];
});
afterAll(() => store.stop());

async function review(): Promise<string[]> {
  const log = {
    warn: (fields: object, message: string) =>
      void logged.push(`${(fields as { webhookId: string }).webhookId} ${message.split(':')[0]}`),
  };
  await reviewWebhookHealth(
    { database: { pool: store.pool, db: store.db, close: () => Promise.resolve() }, log },
    testTurn('health').turn,
  );
  return logged.splice(0);
}
const healthOf = async (id = webhookId) => (await readWebhookHealth(store.pool, [id]))[0]!;
const error = { status: 503, message: 'the endpoint answered 503' };

it('is idle at first', async () => {
  expect(await review()).toEqual([]);
  expect(await healthOf()).toMatchObject({ health: 'idle', waiting: 0, oldestWaitingAt: null, lastError: null });
});

it('counts what waits, and since when: also what was put off', async () => {
  const { ids } = await storeSlice(store.pool, 150);
  await store.pool.query(
    `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at, created_at, next_try_at)
     select $1, $2, m, 'delivered', now(), now() - (case n when 1 then interval '3 hours' else '1 minute' end),
            now() + (case n when 1 then interval '5 hours' else '0' end)
     from unnest($3::uuid[]) with ordinality u (m, n)`,
    [ACCOUNT, webhookId, ids],
  );
  await bundleAnew(store.pool);
  const { waiting, isMore, oldestWaitingAt } = await healthOf();
  expect([waiting, isMore]).toEqual([150, false]);
  expect(Date.now() - oldestWaitingAt!.getTime()).toBeGreaterThan(2.9 * 3_600_000);
  expect(await countWaitingCallbacks(store.pool)).toEqual([
    { kind: 'clevertap', waiting: 150, oldestSeconds: expect.any(Number) },
  ]);
});

it('fails, is said to once, and is said to work again once it does', async () => {
  await recordTries(store.pool, webhookId, { delivered: 1, failed: 9, error });
  await recordTries(store.pool, other, { delivered: 9, failed: 0, error: null });
  expect(await review()).toEqual([`${webhookId} webhook failing`]);
  expect(await review()).toEqual([]);
  expect(await healthOf()).toMatchObject({ health: 'failing', hour: { delivered: 1, failed: 9 }, lastError: error });
  expect(await healthOf(other)).toMatchObject({ health: 'ok', lastError: null, waiting: 0 });
  expect((await countWebhookStates(store.pool)).sort((a, b) => a.health.localeCompare(b.health))).toEqual([
    { kind: 'clevertap', health: 'failing', count: 1 },
    { kind: 'clevertap', health: 'ok', count: 1 },
  ]);
  await recordTries(store.pool, webhookId, { delivered: 90, failed: 0, error: null });
  expect(await review()).toEqual([`${webhookId} webhook up`]);
  // The last error stays, for whoever asks why.
  expect(await healthOf()).toMatchObject({ lastError: error });
});

it('rests, and is said to', async () => {
  await pauseWebhook(store.db, webhookId, { reason: 'it answered 403', probeInMs: 60_000 });
  expect(await review()).toEqual([`${webhookId} webhook paused`]);
  await resumeWebhooks(store.db, [webhookId]);
  expect(await review()).toEqual([`${webhookId} webhook up`]);
});
