import { ACCOUNT, startStore, type TestStore } from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import { listCampaignsReading, lockAudience } from './audience';
import { moveCampaign, readCampaign } from './campaigns';
import { insertCampaign, type CampaignDraft } from './drafts';
import { findOpenCampaign } from './looks';
import { finishPreparation } from './preparation';
import { deleteGroup, insertGroup, lockGroup } from '../audience/groups';
import type { Audience } from '../tables';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const draftOf = (audience: Audience): CampaignDraft => ({
  accountId: ACCOUNT, name: 'Sale', state: 'draft', body: 'Hello', templateId: null, dltText: null, variables: {},
  sender: null, routeId: null, service: 'T', options: null, webhookId: null, audience, dueAt: null, timezone: 'UTC',
  window: null, lateness: 'send', maxAgeSeconds: null, validUntil: null, ratePerSecond: null, finishWithinSeconds: null, recurrence: null, seriesId: null,
  duplicates: 0,
}); // prettier-ignore

async function makeGroup(): Promise<{ kind: 'group'; id: string }> {
  const { id } = await insertGroup(store.db, ACCOUNT, {
    name: 'Group', level: 'Info', templateId: null, sender: null, routeId: null, gatewayId: null, description: null,
  }); // prettier-ignore
  return { kind: 'group', id };
}

/** Some connection waits for a row of another. */
const someoneWaits = () =>
  until('somebody waits for a lock', async () => {
    const { rows } = await store.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });

test('a campaign reads its audience until it runs', async () => {
  const audience = await makeGroup();
  const { id } = await insertCampaign(store.db, draftOf(audience), []);
  const reading = () => listCampaignsReading(store.db, ACCOUNT, audience);
  expect(await reading()).toEqual(['Sale']);
  for (const state of ['preparing', 'scheduled'] as const) {
    await moveCampaign(store.db, id, state);
    expect(await reading()).toEqual(['Sale']);
  }
  await moveCampaign(store.db, id, 'running');
  expect(await reading()).toEqual([]);
});

test('one that is paused or cancelled while it is prepared reads its audience until that is done', async () => {
  for (const state of ['paused', 'cancelled'] as const) {
    const audience = await makeGroup();
    const { id } = await insertCampaign(store.db, draftOf(audience), []);
    await moveCampaign(store.db, id, 'preparing');
    await moveCampaign(store.db, id, state);
    expect(await listCampaignsReading(store.db, ACCOUNT, audience)).toEqual(['Sale']);
    // Its workflow has that to do, if it was ended from outside: there is not one message yet.
    expect(await findOpenCampaign(store.pool, id)).toMatchObject({ campaignId: id });
    const { commands } = (await readCampaign(store.db, id))!;
    const done = await finishPreparation(store.db, { id, commands }, () => ({ state: 'scheduled', reason: null }));
    expect(done).toMatchObject({ state, unprepared: false });
    expect(await listCampaignsReading(store.db, ACCOUNT, audience)).toEqual([]);
    expect((await findOpenCampaign(store.pool, id)) === null).toBe(state === 'cancelled');
  }
});

test('a series reads its audience until it is cancelled, also while it is paused', async () => {
  const audience = await makeGroup();
  const series = {
    ...draftOf(audience),
    state: 'scheduled' as const,
    recurrence: { cron: '0 10 * * *', overlap: 'skip' as const },
  };
  const { id } = await insertCampaign(store.db, series, []);
  const reading = () => listCampaignsReading(store.db, ACCOUNT, audience);
  for (const state of ['paused', 'scheduled', 'paused'] as const) {
    await moveCampaign(store.db, id, state);
    expect(await reading()).toEqual(['Sale']);
  }
  await moveCampaign(store.db, id, 'cancelled');
  expect(await reading()).toEqual([]);
});

test('who deletes a group waits for the campaign that is being made of it, and sees it', async () => {
  const audience = await makeGroup();
  let deleting: Promise<string[]> | undefined;
  await store.db.transaction().execute(async (tx) => {
    expect(await lockAudience(tx, audience)).toBe(true);
    deleting = store.db.transaction().execute(async (other) => {
      await lockGroup(other, ACCOUNT, audience.id);
      return listCampaignsReading(other, ACCOUNT, audience);
    });
    await someoneWaits();
    await insertCampaign(tx, draftOf(audience), []);
  });
  expect(await deleting).toEqual(['Sale']);
});

test('who makes a campaign of a group that is being deleted waits, and finds it gone', async () => {
  const audience = await makeGroup();
  let making: Promise<boolean> | undefined;
  await store.db.transaction().execute(async (tx) => {
    await lockGroup(tx, ACCOUNT, audience.id);
    making = store.db.transaction().execute((other) => lockAudience(other, audience));
    await someoneWaits();
    await deleteGroup(tx, ACCOUNT, audience.id);
  });
  expect(await making).toBe(false);
});
