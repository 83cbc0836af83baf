/** A corrected text, from the transaction that writes it to the last message that is made of it, whatever dies in between. */
import { campaignSlice, storeBlock } from '../../../test/support/campaign-rows';
import { ACCOUNT, loadPseudonyms, startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import { moveCampaign, readCampaign, type CampaignRow } from '../../store/campaigns/campaigns';
import { correctCampaign } from '../../store/campaigns/corrections';
import { insertCampaign, type CampaignDraft } from '../../store/campaigns/drafts';
import { NIL_UUID } from '../../core/messages/ids';
import { finishPreparation } from '../../store/campaigns/preparation';
import { listWakeDue } from '../../store/messages/slices';
import { endWaiting } from '../../store/messages/take-over';
import { commandCampaign } from './command';
import { makeForecast } from './forecast';
import { prepareCampaign } from './prepare';
import { surveyCampaign } from './survey';

/** Two transactions of taking back, and two blocks. */
const PEOPLE = 4_500;
const OTHER = 'acc_beside';
const OLD = 'The sale is on.';
const NEW = 'The sale is over: https://shop.example.com/end';
const PUBLIC_URL = 'https://sms.example.com';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
  await storeGateway(store);
  await store.pool.query(
    `insert into accounts (id, name, timezone, default_country) select $1, 'Beside', timezone, default_country from accounts where id = $2`,
    [OTHER, ACCOUNT],
  );
});
afterAll(() => store.stop());

const draftOf = (over: Partial<CampaignDraft> = {}): CampaignDraft => ({
  accountId: ACCOUNT, name: 'Sale', state: 'preparing', body: OLD, templateId: null, dltText: null, variables: {},
  sender: null, routeId: null, service: 'T', options: null, webhookId: null, audience: { kind: 'recipients' }, dueAt: null,
  timezone: 'UTC', window: null, lateness: 'send', maxAgeSeconds: null, validUntil: null, ratePerSecond: null,
  finishWithinSeconds: null, recurrence: null, seriesId: null, duplicates: 0, ...over,
}); // prettier-ignore
const peopleOf = (count: number, variables: Record<string, string> = {}) =>
  Array.from({ length: count }, (_, i) => ({
    position: i + 1,
    msisdn: `+9198${String(i).padStart(8, '0')}`,
    meta: `m-${i}`,
    variables,
  }));
const make = async (over: Partial<CampaignDraft> = {}, people = peopleOf(PEOPLE)): Promise<string> =>
  (await insertCampaign(store.db, draftOf(over), people)).id;
const deps = (pool = store.pool) => ({ database: { ...store, pool }, publicUrl: PUBLIC_URL, loadPseudonyms });
const prepare = (id: string, pool = store.pool, stopping = new AbortController().signal) =>
  prepareCampaign(deps(pool), id, stopping);
const read = async (id: string): Promise<CampaignRow> => (await readCampaign(store.db, id))!;
const correct = async (id: string, over: Partial<CampaignDraft> = { body: NEW }) => {
  const row = await read(id);
  return store.db.transaction().execute((tx) => correctCampaign(tx, row, draftOf(over), true));
};
const survey = (id: string) => surveyCampaign({ database: store, wakeRelays: () => undefined }, id, []);

/** What a campaign has: its messages by text (without what differs in short links) and state, and how they are counted. */
async function standing(id: string) {
  const { rows: texts } = await store.pool.query<{ text: string; n: number }>(
    `select regexp_replace(m.body, '${PUBLIC_URL}/\\S+', '…') || ' ' || m.state as text, count(*)::int as n
     from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1 group by 1 order by 1`,
    [id],
  );
  const { rows } = await store.pool.query<{ total: number; numbers: number }>(
    `select (select coalesce(sum(total), 0)::int from slices where campaign_id = $1) as total,
            (select count(distinct m.msisdn)::int from messages m join slices s on s.id = m.slice_id
             where s.campaign_id = $1) as numbers`,
    [id],
  );
  const { state, recipients, rejected } = await read(id);
  return { texts: Object.fromEntries(texts.map(({ text, n }) => [text, n])), ...rows[0]!, state, recipients, rejected };
}
const lostRows = async (): Promise<number[]> => {
  const { rows } = await store.pool.query<{ messages: number; links: number }>(
    `select (select count(*)::int from messages m where not exists (select from slices s where s.id = m.slice_id)) as messages,
            (select count(*)::int from links l where not exists (select from messages m where m.id = l.message_id)) as links`,
  );
  return [rows[0]!.messages, rows[0]!.links];
};
const ALL_NEW = {
  texts: { 'The sale is over: … accepted': PEOPLE },
  total: PEOPLE, numbers: PEOPLE, state: 'scheduled', recipients: PEOPLE, rejected: 0,
}; // prettier-ignore

/** A pool whose n-th transaction can't be begun: the process died before it. */
function dyingPool(atTransaction: number): { pool: typeof store.pool; begun(): number } {
  let begun = 0;
  const pool = new Proxy(store.pool, {
    get(target, name, receiver) {
      // Reads of their own are no steps.
      if (name === 'query') return target.query.bind(target) as unknown;
      if (name !== 'connect') return Reflect.get(target, name, receiver) as unknown;
      return () => (++begun === atTransaction ? Promise.reject(new Error('killed')) : target.connect());
    },
  });
  return { pool, begun: () => begun };
}

test('killed before any of its steps: the next run brings it to its end, and another account’s stands as it did', async () => {
  await store.pool.query(`update accounts set click_tracking = 'count' where id = $1`, [ACCOUNT]);
  const beside = await make({ accountId: OTHER }, peopleOf(1_200));
  await prepare(beside);
  const before = await standing(beside);
  expect(before).toMatchObject({ texts: { [`${OLD} accepted`]: 1_200 }, state: 'scheduled' });
  let steps = 0;
  for (let at = 1; ; at++) {
    const id = await make({ body: `${OLD} https://shop.example.com/old` });
    await prepare(id);
    expect((await correct(id))?.campaign).toMatchObject({ state: 'preparing', body: NEW, recipients: 0 });
    const dying = dyingPool(at);
    const died = await prepare(id, dying.pool).then(() => false, () => true); // prettier-ignore
    if (!died) {
      steps = dying.begun();
      break;
    }
    expect(await survey(id)).toMatchObject({ unprepared: true, due: [], done: false });
    expect(await prepare(id)).toBe('scheduled');
    expect([at, await standing(id)]).toEqual([at, ALL_NEW]);
    await store.pool.query('update campaigns set state = $2 where id = $1', [id, 'cancelled']);
  }
  // Twice taking back and the look that ends it, two blocks.
  expect(steps).toBeGreaterThanOrEqual(5);
  expect(await lostRows()).toEqual([0, 0]);
  expect(await standing(beside)).toEqual(before);
  await store.pool.query(`update accounts set click_tracking = 'off' where id = $1`, [ACCOUNT]);
});

test('should the word of it be lost, maintenance gives it until it is prepared anew', async () => {
  const wakes = async () => (await listWakeDue(store.pool, NIL_UUID, 100)).map(({ campaignId }) => campaignId);
  const id = await make({}, peopleOf(2));
  await prepare(id);
  expect(await wakes()).not.toContain(id);
  await correct(id);
  expect(await wakes()).toContain(id);
  await prepare(id);
  expect(await wakes()).not.toContain(id);
});

test('a block of the text before, which was under way, is not stored', async () => {
  const id = await make();
  const { commands } = await read(id);
  expect(await correct(id)).not.toBeNull();
  expect(await storeBlock(store, await read(id), [campaignSlice(0, 10)], { commands })).toBe(false);
  expect(await standing(id)).toMatchObject({ total: 0, numbers: 0 });
});

test('a run that has come to the end of the text before does not end what began meanwhile', async () => {
  const id = await make({}, peopleOf(2));
  const asRead = await read(id);
  await correct(id);
  const ready = () => ({ state: 'scheduled' as const, reason: null });
  expect(await finishPreparation(store.db, asRead, ready)).toMatchObject({ state: 'preparing' });
  expect(await finishPreparation(store.db, await read(id), ready)).toMatchObject({ state: 'scheduled' });
});

test('corrected again and again while it is prepared: all get the last text, once', async () => {
  const id = await make();
  let done = false;
  // As its workflow does: prepared again whenever it is found to be unprepared.
  const workflow = (async () => {
    while (!done) await prepare(id);
  })();
  for (let i = 0; i < 5; i++) {
    await until('a block is stored', async () => (await read(id)).recipients > 0);
    const body = i < 4 ? `Text ${i}` : NEW;
    await until('it is written', async () => (await correct(id, { body })) !== null);
  }
  done = true;
  await workflow;
  expect(await prepare(id)).toBe('scheduled');
  expect(await standing(id)).toEqual({ ...ALL_NEW, texts: { [`${NEW} accepted`]: PEOPLE } });
});

test('two runs beside each other: everybody gets one', async () => {
  const id = await make();
  await prepare(id);
  await correct(id);
  expect(await Promise.all([prepare(id), prepare(id)])).toEqual(['scheduled', 'scheduled']);
  expect(await standing(id)).toMatchObject({ total: PEOPLE, numbers: PEOPLE, recipients: PEOPLE });
});

test('of two who have read the same, one is written', async () => {
  const id = await make({}, peopleOf(3));
  await prepare(id);
  const row = await read(id);
  const done = await Promise.all(
    ['A', 'B'].map((body) => store.db.transaction().execute((tx) => correctCampaign(tx, row, draftOf({ body }), true))),
  );
  expect(done.filter((one) => one === null)).toHaveLength(1);
});

test.each(['running', 'settling', 'finished', 'cancelled', 'failed', 'draft'] as const)(
  'one that is %s is not corrected',
  async (state) => {
    const id = await make({}, peopleOf(1));
    await store.pool.query('update campaigns set state = $2 where id = $1', [id, state]);
    expect(await correct(id)).toBeNull();
  },
);

test('one that is paused after it began is not corrected; one that was paused before is, and stays paused', async () => {
  const begun = await make({}, peopleOf(2));
  await prepare(begun);
  await moveCampaign(store.db, begun, 'running');
  await moveCampaign(store.db, begun, 'paused');
  expect(await correct(begun)).toBeNull();

  const waits = await make({}, peopleOf(2));
  await prepare(waits);
  await commandCampaign(store, waits, { action: 'pause', keyId: null });
  expect((await correct(waits))?.campaign).toMatchObject({ state: 'paused', unprepared: true });
  expect(await prepare(waits)).toBe('paused');
  expect(await standing(waits)).toMatchObject({ texts: { [`${NEW} accepted`]: 2 }, state: 'paused', recipients: 2 });
  expect(await read(waits)).toMatchObject({ unprepared: false });
});

test('cancelled before it is prepared anew: everybody is accounted for once', async () => {
  const id = await make();
  await prepare(id);
  await correct(id);
  const dying = dyingPool(2);
  await expect(prepare(id, dying.pool)).rejects.toThrow('killed');
  await commandCampaign(store, id, { action: 'cancel', keyId: null });
  expect(await survey(id)).toMatchObject({ state: 'cancelled', unprepared: true, done: false, due: [] });
  expect(await prepare(id)).toBe('cancelled');
  expect(await standing(id)).toMatchObject({ texts: { [`${NEW} accepted`]: PEOPLE }, total: PEOPLE });
  expect((await survey(id)).due.length).toBeGreaterThan(0);
});

test('who was left out for a variable that the new text lacks comes in, who lacks one is left out', async () => {
  const people = [
    ...peopleOf(3, { name: 'Asha' }),
    { position: 4, msisdn: '+919899999999', meta: 'm-4', variables: { city: 'Pune' } },
  ];
  const id = await make({ body: 'Hi {name}' }, people);
  await prepare(id);
  expect(await standing(id)).toMatchObject({ total: 3, recipients: 3, rejected: 1 });
  await correct(id, { body: 'Hi all' });
  expect((await makeForecast(deps(), await read(id), new AbortController().signal)).recipients).toBe(4);
  await prepare(id);
  expect(await standing(id)).toMatchObject({ texts: { 'Hi all accepted': 4 }, recipients: 4, rejected: 0 });
  expect((await read(id)).problems).toEqual([]);
  await correct(id, { body: 'Hi from {city}' });
  await prepare(id);
  expect(await standing(id)).toMatchObject({ texts: { 'Hi from Pune accepted': 1 }, recipients: 1, rejected: 3 });
  expect((await read(id)).problems).toHaveLength(3);
  expect(await makeForecast(deps(), await read(id), new AbortController().signal)).toMatchObject({
    recipients: 1,
    rejected: 3,
  });
});

test('a message that has its outcome stays, and its number gets no other one', async () => {
  const id = await make({}, peopleOf(1_500));
  await prepare(id);
  const { rows } = await store.pool.query<{ id: string; slice_id: string }>(
    `select m.id, m.slice_id from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1 and m.meta = 'm-7'`,
    [id],
  );
  await store.db
    .transaction()
    .execute((tx) => endWaiting(tx, rows, { state: 'cancelled', code: '917', reason: 'asked for' }));
  await correct(id);
  await prepare(id);
  expect(await standing(id)).toEqual({
    texts: { [`${OLD} cancelled`]: 1, [`${NEW} accepted`]: 1_499 },
    total: 1_500, numbers: 1_500, state: 'scheduled', recipients: 1_500, rejected: 0,
  }); // prettier-ignore
});

test('a series makes no messages: what it says changes, and its state does not', async () => {
  const id = await make({ state: 'scheduled', recurrence: { cron: '0 10 * * *', overlap: 'skip' } }, peopleOf(2));
  expect((await correct(id, { body: NEW, recurrence: { cron: '0 10 * * *', overlap: 'skip' } }))?.campaign).toMatchObject({
    state: 'scheduled', body: NEW, unprepared: false,
  }); // prettier-ignore
});
