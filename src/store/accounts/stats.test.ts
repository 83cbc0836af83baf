import {
  ACCOUNT,
  FAILED,
  messageDraft,
  receiptOf,
  sliceDraft,
  startStore,
  storeGateway,
  storeSlice,
  submit,
  type TestStore,
} from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import { newLinkCode } from '../../core/messages/links';
import { acceptMessages } from '../messages/accept';
import { findLink, visitLink } from '../messages/clicks';
import type { GatewayRow } from '../gateways/gateways';
import { applyReceipts } from '../receipts/receipts';
import { sealSlice } from '../messages/slices';
import { listCountedAccounts, listStats, refreshStats, type StatsGroup } from './stats';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());
beforeEach(() =>
  store.pool.query('truncate messages, attempts, slices, slice_stats, links, clicks, receipts, callbacks'),
);

const HOUR_MS = 3_600_000;
const figures = async (by: StatsGroup | null = null, fromMs = -HOUR_MS, untilMs = HOUR_MS) => {
  await refreshStats(store.pool, ACCOUNT);
  const now = Date.now();
  return listStats(store.pool, {
    accountId: ACCOUNT,
    from: new Date(now + fromMs),
    until: new Date(now + untilMs),
    by,
  });
};
const NOTHING = { sent: 0, delivered: 0, clicked: 0, errors: 0 };

/** Submits a slice of `count`; returns its messages. */
async function submitSlice(count: number, sender: string | null = null) {
  const { sliceId } = await storeSlice(store.pool, count, { sender });
  await sealSlice(store.pool, sliceId);
  const claimed = await submit(store.pool, sliceId, gateway.id);
  return { sliceId, claimed };
}
const report = (message: { id: string; no: number }, over: Parameters<typeof receiptOf>[2]) =>
  applyReceipts(store.pool, [receiptOf(gateway.id, message, over)]);
const DELIVERED = { status: 'delivered' } as const;

it('counts sent, delivered and errors, and again when something changes', async () => {
  expect(await figures()).toEqual([]);
  const { claimed } = await submitSlice(3);
  expect(await figures()).toEqual([{ key: null, ...NOTHING, sent: 3 }]);
  await report(claimed[0]!, DELIVERED);
  await report(claimed[1]!, FAILED);
  expect(await figures()).toEqual([{ key: null, sent: 3, delivered: 1, clicked: 0, errors: 1 }]);
  await report(claimed[1]!, DELIVERED);
  expect(await figures()).toEqual([{ key: null, sent: 3, delivered: 2, clicked: 0, errors: 0 }]);
});

it('groups by gateway, by the sender that was used, by code and by hour', async () => {
  const { claimed } = await submitSlice(2);
  await submitSlice(1, 'OTHERS');
  await report(claimed[0]!, DELIVERED);
  await report(claimed[1]!, FAILED);
  expect(await figures('gateway')).toEqual([{ key: gateway.id, sent: 3, delivered: 1, clicked: 0, errors: 1 }]);
  expect(await figures('sender')).toEqual([
    { key: 'BRANDA', sent: 2, delivered: 1, clicked: 0, errors: 1 },
    { key: 'OTHERS', ...NOTHING, sent: 1 },
  ]);
  expect(await figures('code')).toEqual([
    { key: '910', ...NOTHING, sent: 1, errors: 1 },
    { key: null, ...NOTHING, sent: 2, delivered: 1 },
  ]);
  const hour = `${new Date().toISOString().slice(0, 13)}:00:00Z`;
  await store.pool.query(`update slice_stats set hour = hour - interval '1 day' where sender = 'OTHERS'`);
  expect(await figures('hour')).toEqual([{ key: hour, sent: 2, delivered: 1, clicked: 0, errors: 1 }]);
  expect(await figures('hour', -25 * HOUR_MS, HOUR_MS)).toHaveLength(2);
});

it('counts a message whose text was followed once, whichever of its links', async () => {
  const links = ['https://a.example/1', 'https://a.example/2'].map((url) => ({ code: newLinkCode(), url }));
  const slice = sliceDraft();
  const linked = messageDraft(slice.id, { links });
  await acceptMessages(store.pool, [slice], [linked, messageDraft(slice.id)]);
  await sealSlice(store.pool, slice.id);
  await submit(store.pool, slice.id, gateway.id);
  expect(await figures()).toEqual([{ key: null, ...NOTHING, sent: 2 }]);
  for (const { code, url } of [...links, ...links]) {
    expect(await visitLink(store.pool, code, 'https://s.example/l/x')).toEqual({ url, webhookIds: [] });
  }
  expect(await figures()).toEqual([{ key: null, ...NOTHING, sent: 2, clicked: 1 }]);
  const { rows } = await store.pool.query('select code, clicks from links order by url');
  expect(rows).toEqual(links.map(({ code }) => ({ code, clicks: 2 })));
  expect(await findLink(store.pool, links[0]!.code)).toBe(links[0]!.url);
  expect(await findLink(store.pool, newLinkCode())).toBeNull();
  expect(await visitLink(store.pool, newLinkCode(), '')).toBeNull();
});

it('a message that repeats an earlier one leaves no links', async () => {
  const recordKey = Buffer.from('same');
  for (const url of ['https://a.example/1', 'https://a.example/2']) {
    const slice = sliceDraft();
    const draft = messageDraft(slice.id, { recordKey, links: [{ code: newLinkCode(), url }] });
    await acceptMessages(store.pool, [slice], [draft]);
  }
  expect((await store.pool.query('select url from links')).rows).toEqual([{ url: 'https://a.example/1' }]);
});

it('two that count at the same time count once', async () => {
  await submitSlice(50);
  const pools = [store, store.connect(2), store.connect(2)];
  await Promise.all(Array.from({ length: 12 }, (_, i) => refreshStats(pools[i % 3]!.pool, ACCOUNT)));
  expect(await figures()).toEqual([{ key: null, ...NOTHING, sent: 50 }]);
});

it('what was settled long ago is counted a last time and then left alone', async () => {
  const { sliceId, claimed } = await submitSlice(1);
  await report(claimed[0]!, DELIVERED);
  await figures();
  expect(await listCountedAccounts(store.pool)).toEqual([ACCOUNT]);
  await store.pool.query(`update slices set stats_at = now() - interval '4 days' where id = $1`, [sliceId]);
  expect(await figures()).toEqual([{ key: null, ...NOTHING, sent: 1, delivered: 1 }]);
  expect(await listCountedAccounts(store.pool)).toEqual([]);
});

it('is counted again when a deadlock ends the counting', async () => {
  const { sliceId: first } = await submitSlice(1);
  const { sliceId: second } = await submitSlice(1);
  const other = await store.pool.connect();
  // The other one is patient: of the two that wait for each other, the counting is ended.
  await other.query(`set deadlock_timeout = '60s'`);
  await other.query('begin');
  await other.query('update slices set submitted = submitted where id = $1', [second]);
  const counting = refreshStats(store.pool, ACCOUNT);
  await until('the counting waits for the second slice', async () => {
    const { rows } = await store.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  await other.query('update slices set submitted = submitted where id = $1', [first]);
  await other.query('commit');
  await other.query('reset deadlock_timeout');
  other.release();
  expect(await counting).toBe(true);
  const { rows } = await store.pool.query('select sum(sent)::int as sent from slice_stats');
  expect(rows).toEqual([{ sent: 2 }]);
});

it('meets receipts on the same slices without a deadlock', async () => {
  const slices = await Promise.all(Array.from({ length: 40 }, () => submitSlice(6)));
  const messages = slices.flatMap(({ claimed }) => claimed);
  const deadlocks = async () => {
    const { rows } = await store.pool.query<{ n: number }>(
      `select deadlocks::int as n from pg_stat_database where datname = current_database()`,
    );
    return rows[0]!.n;
  };
  const before = await deadlocks();
  let left = true;
  const counting = (async () => {
    while (left) await refreshStats(store.pool, ACCOUNT);
  })();
  const shuffled = messages.map((message) => ({ message, at: Math.random() })).sort((a, b) => a.at - b.at);
  const groups = Array.from({ length: 24 }, (_, i) => shuffled.filter((_, j) => j % 24 === i));
  const writers = [0, 1, 2].map(async (writer) => {
    for (const group of groups.filter((_, i) => i % 3 === writer)) {
      await applyReceipts(
        store.pool,
        group.map(({ message }) => receiptOf(gateway.id, message, DELIVERED)),
      );
    }
  });
  await Promise.all(writers);
  left = false;
  await counting;
  expect(await deadlocks()).toBe(before);
  expect(await figures()).toEqual([{ key: null, ...NOTHING, sent: messages.length, delivered: messages.length }]);
});
