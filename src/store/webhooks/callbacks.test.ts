/** Callbacks as people look at them, in an account that has many: each question reads a bounded part of them. */
import { ACCOUNT, SEALER, startStore, storeSlice, type TestStore } from '../../../test/support/rows';
import { rowsRead } from '../../../test/support/reads';
import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import { listCallbacks, replayCallbacks, type CallbackFilter, type ReplayFilter, type ReplayStep } from './callbacks';
import { deleteWebhook, ensureWebhook } from './webhooks';

const MANY = 30_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTE_MS = 60_000;
const at = (minute: number) => new Date(START + minute * MINUTE_MS);

let store: TestStore;
/** A callback a minute, of which the 100th, and two much later ones, differ from all others. */
let ids: string[];
const webhooks: Record<'clevertap' | 'standard' | 'deleted', string> = { clevertap: '', standard: '', deleted: '' };
beforeAll(async () => {
  store = await startStore();
  for (const name of ['clevertap', 'standard', 'deleted'] as const) {
    const kind = name === 'standard' ? 'standard' : 'clevertap';
    const draft = { accountId: ACCOUNT, kind, url: `https://in1.cb.wzrkt.com/${name}`, isDefault: false } as const;
    webhooks[name] = (await ensureWebhook(store.db, SEALER, draft)).webhook.id;
  }
  await deleteWebhook(store.db, ACCOUNT, webhooks.deleted);
  const { rows } = await store.pool.query<{ id: string }>(
    `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at, created_at, state, tries)
     select $1, $2, uuidv7(), 'delivered', t, t, 'delivered', 1
     from generate_series(0, $3 - 1) n, lateral (select $4::timestamptz + n * interval '1 minute' as t) x
     order by n returning id`,
    [ACCOUNT, webhooks.clevertap, MANY, at(0)],
  );
  ids = rows.map(({ id }) => id);
  await store.pool.query(`update callbacks set event = 'clicked', state = 'skipped' where id = $1`, [ids[99]]);
  await store.pool.query('analyze callbacks');
}, 120_000);
afterAll(() => store.stop());

const filter = (over: Partial<CallbackFilter> = {}): CallbackFilter => ({ accountId: ACCOUNT, limit: 50, ...over });

/** All that fit, and the pages it took. */
async function listAll(over: Partial<CallbackFilter>): Promise<{ found: string[]; pages: number }> {
  const found: string[] = [];
  let after: string | undefined;
  for (let pages = 1; ; pages++) {
    const { rows, next } = await listCallbacks(store.db, filter({ ...over, after }));
    found.push(...rows.map(({ id }) => id));
    if (next === null) return { found, pages };
    after = next;
  }
}

it('one that is rare is found, over pages each of which looks through a bounded part', async () => {
  expect(await listAll({ event: 'clicked' })).toEqual({ found: [ids[99]], pages: 4 });
  expect(await rowsRead(store, ({ db }) => listCallbacks(db, filter({ event: 'clicked' })))).toBeLessThan(25_000);
});

it('a time is found at once, with all that was queued in it and nothing else', async () => {
  const times = { from: at(100), until: at(103) };
  expect(await listAll(times)).toEqual({ found: [ids[102], ids[101], ids[100]], pages: 1 });
  expect(await rowsRead(store, ({ db }) => listCallbacks(db, filter(times)))).toBeLessThan(500);
  expect(await listAll({ until: at(1) })).toEqual({ found: [ids[0]], pages: 1 });
  expect(await listAll({ from: at(MANY - 1) })).toEqual({ found: [ids.at(-1)], pages: 1 });
  for (const empty of [{ from: at(MANY + 60) }, { until: at(-60) }, { from: at(200), until: at(200) }]) {
    expect(await listAll(empty)).toEqual({ found: [], pages: 1 });
  }
});

it('the newest page, a state’s and a message’s read little', async () => {
  for (const over of [{}, { state: 'dead' as const }, { messageId: '0198f0a0-0000-7000-8000-000000000001' }]) {
    expect(await rowsRead(store, ({ db }) => listCallbacks(db, filter(over)))).toBeLessThan(500);
  }
});

describe('replay', () => {
  let dead: string[];
  let campaignId: string;
  /** Twelve that were given up, one a minute from 1,000 on: for each webhook in turn, every other one of a campaign. */
  beforeEach(async () => {
    await store.pool.query('delete from callbacks where id > $1', [ids.at(-1)]);
    const plain = (await storeSlice(store.pool, 6)).ids;
    const campaign = await storeCampaign(store);
    const slice = campaignSlice(0, 6);
    await storeBlock(store, campaign, [slice]);
    campaignId = campaign.id;
    const ofCampaign = slice.messages.map(({ id }) => id);
    dead = [];
    for (let i = 0; i < 12; i++) {
      const { rows } = await store.pool.query<{ id: string }>(
        `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at, created_at, state, tries, last_error)
         values ($1, $2, $3, 'delivered', $4, $4, 'dead', 12, 'away') returning id`,
        [
          ACCOUNT,
          [webhooks.clevertap, webhooks.standard, webhooks.deleted][i % 3],
          (i % 2 === 0 ? ofCampaign : plain)[Math.floor(i / 2)],
          at(MANY + 1_000 + i),
        ],
      );
      dead.push(rows[0]!.id);
    }
  });

  async function replayed(over: Partial<ReplayFilter>) {
    const result = await replayCallbacks(store.db, { accountId: ACCOUNT, state: 'dead', after: null, ...over });
    const { rows } = await store.pool.query<{ id: string; tries: number; last_error: string | null }>(
      `select id, tries, last_error from callbacks where state = 'pending' order by id`,
    );
    for (const row of rows) expect(row).toMatchObject({ tries: 1, last_error: null });
    expect(result.replayed).toBe(rows.length);
    return rows.map(({ id }) => dead.indexOf(id));
  }

  it('all that were given up, but not for a webhook that is gone', async () => {
    expect(await replayed({})).toEqual([0, 1, 3, 4, 6, 7, 9, 10]);
  });

  it('those of a webhook', async () => {
    expect(await replayed({ webhookId: webhooks.standard })).toEqual([1, 4, 7, 10]);
  });
  it('those of a campaign', async () => {
    expect(await replayed({ campaignId })).toEqual([0, 4, 6, 10]);
  });
  it('those of a time', async () => {
    expect(await replayed({ from: at(MANY + 1_003), until: at(MANY + 1_007) })).toEqual([3, 4, 6]);
  });
  it('no other account’s', async () => {
    expect(await replayed({ accountId: 'another' })).toEqual([]);
  });

  it('what was delivered goes to standard webhooks only', async () => {
    await store.pool.query(`update callbacks set state = 'delivered' where id = any($1)`, [dead]);
    expect(await replayed({ state: 'delivered', from: at(MANY + 500) })).toEqual([1, 4, 7, 10]);
  });

  it('goes in bounded steps, each from where the one before ended', async () => {
    let steps = 0;
    let after: string | null = null;
    let count = 0;
    do {
      const from: string | null = after;
      const step = (database: Pick<TestStore, 'db'>): Promise<ReplayStep> =>
        replayCallbacks(database.db, { accountId: ACCOUNT, state: 'skipped', after: from });
      expect(await rowsRead(store, step)).toBeLessThan(5_000);
      const result: ReplayStep = await step(store);
      after = result.next;
      count += result.replayed;
      steps++;
    } while (after !== null);
    expect([steps, count]).toEqual([Math.ceil((MANY + 12) / 2_000), 1]);
    await store.pool.query(`update callbacks set state = 'skipped' where id = $1`, [ids[99]]);
  });
});
