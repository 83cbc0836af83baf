import {
  CLAIM,
  ACCOUNT,
  FAILED,
  messageDraft,
  receiptOf,
  recordHash,
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
import { readLedger, sealSlice } from '../messages/slices';
import { listCountedAccounts, listStats, refreshStats, type StatsGroup } from './stats';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());
beforeEach(() =>
  store.pool.query(
    'truncate messages, attempts, slices, slice_stats, ledger_rollups, links, clicks, receipts, callbacks',
  ),
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
    timezone: 'Asia/Kolkata',
  });
};
const NOTHING = { sent: 0, delivered: 0, clicked: 0, errors: 0 };

/** Submits a slice of `count`; returns its messages. */
async function submitSlice(count: number, sender: string | null = null) {
  const { sliceId } = await storeSlice(store.pool, count, { sender });
  await sealSlice(store.pool, sliceId, CLAIM);
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
  // Of the moment when they were accepted: the hour may have ended since.
  const { rows } = await store.pool.query<{ hour: Date }>(
    `select date_trunc('hour', accepted_at, 'UTC') as hour from messages where id = $1`,
    [claimed[0]!.id],
  );
  const hour = rows[0]!.hour.toISOString().replace('.000', '');
  await store.pool.query(`update slice_stats set hour = hour - interval '1 day' where sender = 'OTHERS'`);
  expect(await figures('hour')).toEqual([{ key: hour, sent: 2, delivered: 1, clicked: 0, errors: 1 }]);
  expect(await figures('hour', -25 * HOUR_MS, HOUR_MS)).toHaveLength(2);
});

it('groups by the days of a zone, which may begin in the middle of an hour', async () => {
  const at = async (sender: string, acceptedAt: string) => {
    const { sliceId } = await submitSlice(1, sender);
    await store.pool.query('update messages set accepted_at = $2 where slice_id = $1', [sliceId, acceptedAt]);
  };
  await at('BEFORE', '2026-08-01T18:29:59Z');
  await at('FIRSTS', '2026-08-01T18:30:00Z');
  await at('SECOND', '2026-08-01T19:10:00Z');
  await at('OTHERS', '2026-08-02T18:45:00Z');
  await refreshStats(store.pool, ACCOUNT);
  const ask = (timezone: string, from: string) =>
    listStats(store.pool, {
      accountId: ACCOUNT, from: new Date(from), until: new Date('2026-08-03T00:00:00Z'), by: 'day', timezone,
    }); // prettier-ignore
  expect(await ask('Asia/Kolkata', '2026-07-31T18:30:00Z')).toEqual([
    { key: '2026-08-01', ...NOTHING, sent: 1 },
    { key: '2026-08-02', ...NOTHING, sent: 2 },
    { key: '2026-08-03', ...NOTHING, sent: 1 },
  ]);
  // From midnight there on, though the hour is older.
  expect((await ask('Asia/Kolkata', '2026-08-01T18:30:00Z')).map(({ key }) => key)).toEqual([
    '2026-08-02',
    '2026-08-03',
  ]);
  expect(await ask('UTC', '2026-08-01T00:00:00Z')).toEqual([
    { key: '2026-08-01', ...NOTHING, sent: 3 },
    { key: '2026-08-02', ...NOTHING, sent: 1 },
  ]);
});

it('counts a message whose text was followed once, whichever of its links', async () => {
  const links = ['https://a.example/1', 'https://a.example/2'].map((url) => ({ code: newLinkCode(), url }));
  const slice = sliceDraft();
  const linked = messageDraft(slice.id, { links });
  await acceptMessages(store.pool, [slice], [linked, messageDraft(slice.id)]);
  await sealSlice(store.pool, slice.id, CLAIM);
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
  for (const url of ['https://a.example/1', 'https://a.example/2']) {
    const slice = sliceDraft();
    const draft = messageDraft(slice.id, {
      meta: 'same',
      recordHash: recordHash('same'),
      links: [{ code: newLinkCode(), url }],
    });
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

it('what is settled is counted once and then left alone, until a late report changes it', async () => {
  const { claimed } = await submitSlice(2);
  await report(claimed[0]!, DELIVERED);
  await figures();
  expect(await listCountedAccounts(store.pool)).toEqual([ACCOUNT]);
  await report(claimed[1]!, FAILED);
  expect(await figures()).toEqual([{ key: null, sent: 2, delivered: 1, clicked: 0, errors: 1 }]);
  expect(await listCountedAccounts(store.pool)).toEqual([]);
  await report(claimed[1]!, DELIVERED);
  expect(await listCountedAccounts(store.pool)).toEqual([ACCOUNT]);
  expect(await figures()).toEqual([{ key: null, sent: 2, delivered: 2, clicked: 0, errors: 0 }]);
  expect(await listCountedAccounts(store.pool)).toEqual([]);
});

it('a slice that changes while it is counted is counted again', async () => {
  const { sliceId, claimed } = await submitSlice(2);
  await report(claimed[0]!, DELIVERED);
  await report(claimed[1]!, FAILED);
  const other = await store.pool.connect();
  // It locks the slice before the counting can note anything on it, and changes it to the end.
  await other.query('begin');
  await other.query('select 1 from slices where id = $1 for update', [sliceId]);
  const counting = refreshStats(store.pool, ACCOUNT);
  await until('the counting waits for the slice', async () => {
    const { rows } = await store.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  await other.query('update slices set failed = failed - 1, delivered = delivered + 1 where id = $1', [sliceId]);
  await other.query('commit');
  other.release();
  await counting;
  expect(await listCountedAccounts(store.pool)).toEqual([ACCOUNT]);
  expect(await readLedger(store.pool, ACCOUNT)).toMatchObject({ accepted: 2, delivered: 2, failed: 0, open: 0 });
  await refreshStats(store.pool, ACCOUNT);
  expect(await listCountedAccounts(store.pool)).toEqual([]);
  expect(await readLedger(store.pool, ACCOUNT)).toMatchObject({ accepted: 2, delivered: 2, failed: 0, open: 0 });
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

it('the ledger is exact at every moment, whatever is counted and reported meanwhile', async () => {
  const slices = await Promise.all(Array.from({ length: 30 }, () => submitSlice(4)));
  const total = 120;
  const outcomes = [FAILED, DELIVERED];
  let settled = 0;
  let left = true;
  const readers = [store, store.connect(2)].map(async ({ pool }) => {
    while (left) {
      const least = settled;
      const { accepted, open, ...finals } = await readLedger(pool, ACCOUNT);
      const ended = Object.values(finals).reduce((sum, n) => sum + n, 0);
      expect([accepted, ended + open]).toEqual([total, total]);
      expect(ended).toBeGreaterThanOrEqual(least);
    }
  });
  const counters = [store, store.connect(2)].map(async ({ pool }) => {
    while (left) await refreshStats(pool, ACCOUNT);
  });
  // Each message is reported twice: those that failed at first are delivered after all, in slices that were counted.
  for (const outcome of outcomes) {
    for (const { claimed } of slices) {
      await applyReceipts(
        store.pool,
        claimed.map((message) => receiptOf(gateway.id, message, outcome)),
      );
      settled = Math.min(total, settled + claimed.length);
    }
  }
  left = false;
  await Promise.all([...readers, ...counters]);
  expect(await readLedger(store.pool, ACCOUNT)).toMatchObject({
    accepted: total,
    delivered: total,
    failed: 0,
    open: 0,
  });
  await refreshStats(store.pool, ACCOUNT);
  expect(await listCountedAccounts(store.pool)).toEqual([]);
  const { rows } = await store.pool.query('select total, delivered, failed from ledger_rollups');
  expect(rows).toEqual([{ total: String(total), delivered: String(total), failed: '0' }]);
});
