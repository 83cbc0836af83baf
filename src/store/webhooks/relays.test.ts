/** What is on the wire, and who else meets it: other runs, late answers, receipts and replays. */
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import {
  ACCOUNT,
  callbacksOf,
  claimDue,
  FAILED,
  messageOf,
  receiptOf,
  RELAY,
  SEALER,
  startStore,
  storeGateway,
  storeSlice,
  submit,
  type TestStore,
} from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import type { GatewayRow } from '../gateways/gateways';
import { applyReceipts } from '../receipts/receipts';
import { readCallbackCounts } from './callback-counts';
import { listCallbacks, listCallbacksOf, replayCallback, replayCallbacks } from './callbacks';
import {
  claimCallbacks,
  giveBackCallbacks,
  releaseAbandoned,
  writeCallbackResults,
  type ClaimedCallback,
} from './relays';
import { skipCallbacks } from './outbox';
import { ensureWebhook } from './webhooks';

let store: TestStore;
let gateway: GatewayRow;
let webhookId: string;
beforeAll(async () => {
  store = await startStore(8);
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.pool.query('truncate callbacks, due_callbacks, relays, callback_counts');
  const draft = { accountId: ACCOUNT, kind: 'clevertap', url: `https://in1.cb.wzrkt.com/${randomUUID()}`, isDefault: false } as const; // prettier-ignore
  ({ id: webhookId } = (await ensureWebhook(store.db, SEALER, draft)).webhook);
});

/** So many messages that were sent; each is the attempt that a receipt can be for. */
async function sent(count: number): Promise<{ id: string; no: number }[]> {
  const { sliceId } = await storeSlice(store.pool, count, { webhookId });
  return submit(store.pool, sliceId, gateway.id, { limit: count });
}

/** So many failures that are to be told, in one bundle. */
async function failed(count: number): Promise<{ id: string; no: number }[]> {
  const messages = await sent(count);
  await report(messages, FAILED);
  return messages;
}

const report = (messages: { id: string; no: number }[], over: Parameters<typeof receiptOf>[2], pool = store.pool) =>
  applyReceipts(
    pool,
    messages.map((message) => receiptOf(gateway.id, message, over)),
  );

const arrived = (callback: ClaimedCallback) =>
  ({ callback, state: 'delivered', delayMs: null, status: 200, error: null }) as const;
const later = (callback: ClaimedCallback) =>
  ({ callback, state: 'pending', delayMs: 0, status: 503, error: 'away' }) as const;

const idsOf = (claimed: ClaimedCallback[]): string[] => claimed.map(({ messageId }) => messageId).sort();
const claimAs = (run: string, limit = 100) =>
  claimCallbacks(store.pool, {
    webhookId, run, claim: randomUUID(), limit, freshFirst: true, freshAfter: new Date(0), oldFrom: null,
  }); // prettier-ignore

/** Callbacks that wait and are not in exactly one bundle or relay, and those that don't wait and are in one. */
async function misplaced(): Promise<unknown[]> {
  const { rows } = await store.pool.query(
    `select c.message_id, c.slot, c.state, p.places from callbacks c
     cross join lateral (
       select (select count(*) from due_callbacks d
               where d.webhook_id = c.webhook_id and d.due_at = c.next_try_at and d.slot = c.slot and d.event = c.event
                 and c.message_id = any(d.message_ids))
            + (select count(*) from relays r where r.slot = c.slot and c.message_id = any(r.message_ids)) as places
     ) p
     where p.places <> (c.state = 'pending')::int`,
  );
  return rows;
}
afterEach(async () => {
  expect(await misplaced()).toEqual([]);
  const { rows } = await store.pool.query(
    `select (select count(*) from callbacks where state = 'pending')::int as waiting,
            (select coalesce(sum(cardinality(message_ids)), 0) from due_callbacks)::int
              + (select coalesce(sum(cardinality(message_ids)), 0) from relays)::int as placed`,
  );
  expect(rows[0].placed).toBe(rows[0].waiting);
});

/** Runs statements in a transaction that stays open until it is told to commit. */
async function held<T>(work: (pool: Pool) => Promise<T>): Promise<{ result: T; commit(): Promise<void> }> {
  const client: PoolClient = await store.pool.connect();
  await client.query('begin');
  const result = await work(client as unknown as Pool);
  return {
    result,
    async commit() {
      await client.query('commit');
      client.release();
    },
  };
}

const waitsForALock = () =>
  until('it waits for a lock', async () => {
    const { rows } = await store.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });

describe('a claim', () => {
  it('takes a part of a bundle, and the rest is due as before', async () => {
    const messages = await failed(5);
    const first = await claimDue(store.pool, webhookId, 2);
    const second = await claimDue(store.pool, webhookId, 10);
    expect([first.length, second.length]).toEqual([2, 3]);
    expect(idsOf([...first, ...second])).toEqual(messages.map(({ id }) => id).sort());
  });

  it('writes nothing of the callbacks; their answers are heap-only updates', async () => {
    await failed(100);
    const counter = store.connect(1);
    const updates = async () => {
      await counter.pool.query('select pg_stat_force_next_flush()');
      const { rows } = await counter.pool.query<{ all: number; hot: number }>(
        `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'callbacks_first'`,
      );
      return rows[0]!;
    };
    const before = await updates();
    const claimed = await claimDue(counter.pool, webhookId, 100);
    expect(await updates()).toEqual(before);
    await writeCallbackResults(counter.pool, claimed.map(arrived));
    expect(await updates()).toEqual({ all: before.all + 100, hot: before.hot + 100 });
  });

  it('is shown: as sending, with its try, in lists, traces and counts', async () => {
    const [message] = await failed(1);
    const shown = async () => {
      const [of] = await listCallbacksOf(store.db, ACCOUNT, message!.id);
      const lists = await Promise.all(
        (['pending', 'sending'] as const).map((state) =>
          listCallbacks(store.db, { accountId: ACCOUNT, webhookId, state, limit: 10 }),
        ),
      );
      const counts = await readCallbackCounts(store.pool, ACCOUNT);
      const count = (state: string) =>
        counts.find((each) => each.event === 'failed' && each.state === state)?.count ?? 0;
      return [of!.state, of!.tries, ...lists.map(({ rows }) => rows.length), count('sending')];
    };
    expect(await shown()).toEqual(['pending', 0, 1, 0, 0]);
    const [callback] = await claimDue(store.pool, webhookId, 1);
    expect(callback).toMatchObject({ tries: 1 });
    expect(await shown()).toEqual(['sending', 1, 0, 1, 1]);
    await writeCallbackResults(store.pool, [later(callback!)]);
    expect(await shown()).toEqual(['pending', 1, 1, 0, 0]);
    await skipCallbacks(store.pool, webhookId, 'gone');
  });

  it('is nobody else’s: two runs at the same time share what is due', async () => {
    const messages = await failed(300);
    const runs = Array.from({ length: 4 }, () => randomUUID());
    const taken = (await Promise.all(runs.map((run) => claimAs(run)))).flat();
    taken.push(...(await claimAs(RELAY, 500)));
    expect(idsOf(taken)).toEqual(messages.map(({ id }) => id).sort());
  });
});

const [RUN_A, RUN_B] = [randomUUID(), randomUUID()];

describe('parts of a claim whose answers come at the same time', () => {
  it('leave its relay, each its own', async () => {
    await failed(6);
    const claimed = await claimAs(RUN_A);
    const first = await held((pool) => writeCallbackResults(pool, claimed.slice(0, 2).map(arrived)));
    const second = writeCallbackResults(store.pool, claimed.slice(2, 4).map(later));
    await waitsForALock();
    await first.commit();
    await second;
    const { rows } = await store.pool.query<{ ids: string[] }>('select message_ids as ids from relays');
    expect(rows.map(({ ids }) => ids.sort())).toEqual([idsOf(claimed.slice(4))]);
    await writeCallbackResults(store.pool, claimed.slice(4).map(arrived));
  });

  it('and a run that takes it for abandoned meanwhile leaves nothing in it', async () => {
    await failed(4);
    const claimed = await claimAs(RUN_A);
    const first = await held((pool) => writeCallbackResults(pool, claimed.slice(0, 2).map(arrived)));
    // What is being written is left to the next look.
    expect(await releaseAbandoned(store.pool, webhookId, RUN_B, 0)).toBe(false);
    await first.commit();
    await releaseAbandoned(store.pool, webhookId, RUN_B, 0);
    const taken = await claimAs(RUN_B);
    expect(idsOf(taken)).toEqual(idsOf(claimed.slice(2)));
    await writeCallbackResults(store.pool, taken.map(arrived));
  });
});

describe('a run that died', () => {
  it('leaves what its relays have: it is tried again after the pause, and that was a try', async () => {
    const [message] = await failed(1);
    await claimAs(RELAY);
    const next = randomUUID();
    await releaseAbandoned(store.pool, webhookId, next, 600_000);
    const [callback] = await listCallbacksOf(store.db, ACCOUNT, message!.id);
    expect(callback).toMatchObject({ state: 'pending', tries: 1, last_error: 'interrupted before the answer came' });
    expect(callback!.next_try_at.getTime() - Date.now()).toBeGreaterThan(540_000);
    expect(await claimAs(next)).toEqual([]);
  });

  it('and did not: what arrived is not told again, what waits beside it is', async () => {
    const [early, late] = await failed(2);
    const claimed = await claimAs(RELAY);
    const next = randomUUID();
    await releaseAbandoned(store.pool, webhookId, next, 0);
    await writeCallbackResults(store.pool, claimed.filter(({ messageId }) => messageId === late!.id).map(arrived));
    expect(idsOf(await claimAs(next))).toEqual([early!.id]);
    const [told] = await listCallbacksOf(store.db, ACCOUNT, late!.id);
    expect(told).toMatchObject({ state: 'delivered', tries: 1 });
  });

  it('and did not, while another one tells it too: the first answer counts, once', async () => {
    const [message] = await failed(1);
    const [mine] = await claimAs(RELAY);
    const next = randomUUID();
    await releaseAbandoned(store.pool, webhookId, next, 0);
    const [theirs] = await claimAs(next);
    const counted = async () =>
      (await readCallbackCounts(store.pool, ACCOUNT)).find(({ event, state }) => event === 'failed' && state === 'delivered')?.count ?? 0; // prettier-ignore
    const before = await counted();
    await writeCallbackResults(store.pool, [arrived(mine!)]);
    await writeCallbackResults(store.pool, [later(theirs!)]);
    expect(await callbacksOf(store.pool, message!.id)).toEqual(['failed 910 delivered']);
    expect(await counted()).toBe(before + 1);
  });
});

describe('a correction', () => {
  it('of what is on the wire is late; of what was given back untried it is not', async () => {
    const [told, untried] = await failed(2);
    const claimed = await claimDue(store.pool, webhookId, 10);
    await giveBackCallbacks(
      store.pool,
      claimed.filter(({ messageId }) => messageId === untried!.id),
    );
    await report([told!, untried!], { status: 'delivered' });
    expect(await callbacksOf(store.pool, told!.id)).toEqual(['failed 910 sending']);
    expect(await callbacksOf(store.pool, untried!.id)).toEqual(['delivered pending']);
    expect((await messageOf(store.pool, told!.id)).state).toBe('failed');
  });

  it('that waits for a claim of its neighbour finds its own still untold', async () => {
    const messages = await failed(2);
    const claim = await held((pool) => claimDue(pool, webhookId, 1));
    const other = messages.find(({ id }) => id !== claim.result[0]!.messageId)!;
    const corrected = report([other], { status: 'delivered' });
    await waitsForALock();
    await claim.commit();
    await corrected;
    expect((await messageOf(store.pool, other.id)).state).toBe('delivered');
    expect(await claimDue(store.pool, webhookId, 10)).toMatchObject([{ messageId: other.id, event: 'delivered' }]);
  });

  it('that waits for its own claim is late', async () => {
    const [message] = await failed(1);
    const claim = await held((pool) => claimDue(pool, webhookId, 1));
    const corrected = report([message!], { status: 'delivered' });
    await waitsForALock();
    await claim.commit();
    await corrected;
    expect((await messageOf(store.pool, message!.id)).state).toBe('failed');
    expect(await callbacksOf(store.pool, message!.id)).toEqual(['failed 910 sending']);
  });

  it('is what a claim takes, not what was before it; other bundles are taken meanwhile', async () => {
    const [message] = await failed(3);
    const others = await failed(2);
    const correction = await held((pool) => report([message!], { status: 'delivered' }, pool));
    expect(idsOf(await claimDue(store.pool, webhookId, 2))).toEqual(others.map(({ id }) => id).sort());
    expect(await claimDue(store.pool, webhookId, 10)).toEqual([]);
    await correction.commit();
    const claimed = await claimDue(store.pool, webhookId, 10);
    expect(claimed.map(({ event }) => event).sort()).toEqual(['delivered', 'failed', 'failed']);
  });
});

it('what is on the wire is not replayed', async () => {
  await failed(1);
  const [callback] = await claimDue(store.pool, webhookId, 1);
  const row = { message_id: callback!.messageId, slot: callback!.slot };
  expect(await replayCallback(store.db, row, ['dead', 'skipped', 'delivered'])).toBe(false);
});

it('answers, corrections, replays and runs that lose their relays, side by side: each is told, and told what it is', async () => {
  const COUNT = 400;
  const messages = await failed(COUNT);
  /** What was told last of each message, by a post that arrived. */
  const told = new Map<string, string>();
  let goesOn = true;
  const relay = async (run: string) => {
    for (let turn = 0; goesOn; turn++) {
      const claimed = await claimAs(run, 30);
      const [some, rest] = [claimed.slice(0, 20), claimed.slice(20)];
      for (const { messageId, event } of some) told.set(messageId, event);
      await Promise.all([writeCallbackResults(store.pool, some.map(arrived)), giveBackCallbacks(store.pool, rest)]);
    }
  };
  const release = async () => {
    while (goesOn) await releaseAbandoned(store.pool, webhookId, randomUUID(), 0);
  };
  const replay = async () => {
    while (goesOn) await replayCallbacks(store.db, { accountId: ACCOUNT, webhookId, state: 'skipped', after: null });
  };
  const skip = async () => {
    for (let i = 0; i < 5; i++) await skipCallbacks(store.pool, webhookId, 'gone');
  };
  const correct = async () => {
    for (let i = 0; i < COUNT; i += 20) await report(messages.slice(i, i + 20), { status: 'delivered' });
    await skip();
    await until('all are told', () => told.size === COUNT);
    goesOn = false;
  };
  await Promise.all([relay(randomUUID()), relay(randomUUID()), release(), replay(), correct()]);
  await releaseAbandoned(store.pool, webhookId, randomUUID(), 0);
  const { rows } = await store.pool.query<{ id: string; state: string; event: string }>(
    `select m.id, m.state, c.event from messages m join callbacks c on c.message_id = m.id where c.webhook_id = $1`,
    [webhookId],
  );
  expect(rows).toHaveLength(COUNT);
  for (const { id, state, event } of rows) expect([id, event, told.get(id)]).toEqual([id, state, state]);
});
