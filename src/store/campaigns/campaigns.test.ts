import { storeCampaign, storeCampaignIn } from '../../../test/support/campaign-rows';
import { startStore, type TestStore } from '../../../test/support/rows';
import { CAMPAIGN_STATES, CAMPAIGN_TRANSITIONS, hasEnded, type CampaignState } from '../../core/campaigns/campaign';
import { changeCampaign, listUnstartedCampaigns, markCampaignStarted, moveCampaign, readCampaign } from './campaigns';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const campaignIn = (state: CampaignState): Promise<string> => storeCampaignIn(store, state);
const read = async (id: string) => (await readCampaign(store.db, id))!;

it.each(CAMPAIGN_STATES)('from %s it moves exactly where the table says', async (from) => {
  // A draft is made, never moved to.
  for (const next of CAMPAIGN_STATES.filter((state) => state !== 'draft')) {
    const id = await campaignIn(from);
    const moved = await moveCampaign(store.db, id, next);
    const allowed = CAMPAIGN_TRANSITIONS[from].includes(next);
    expect([next, moved?.state ?? null, (await read(id)).state]).toEqual([
      next,
      allowed ? next : null,
      allowed ? next : from,
    ]);
    const hasEnd = (await read(id)).finished_at !== null;
    expect([next, hasEnd]).toEqual([next, allowed && hasEnded(next)]);
  }
});

it('of two that move it at once, one does', async () => {
  const id = await campaignIn('running');
  const moved = await Promise.all([
    moveCampaign(store.db, id, 'paused', {}, ['running']),
    moveCampaign(store.db, id, 'cancelled', {}, ['running']),
  ]);
  expect(moved.filter((row) => row !== null)).toHaveLength(1);
});

it('begins once, however often it is paused', async () => {
  const id = await campaignIn('scheduled');
  const first = await moveCampaign(store.db, id, 'running');
  expect(first!.started_at).not.toBeNull();
  await moveCampaign(store.db, id, 'paused');
  const again = await moveCampaign(store.db, id, 'running');
  expect(again!.started_at).toEqual(first!.started_at);
});

it('a change is refused in a state that does not allow it', async () => {
  const id = await campaignIn('finished');
  expect(await changeCampaign(store.db, id, { rate_per_second: 5 }, ['running'])).toBeNull();
  expect((await read(id)).rate_per_second).toBeNull();
});

it('a launched campaign without a workflow is found, a draft or a started one is not', async () => {
  const launched = await storeCampaign(store);
  const draft = await storeCampaign(store, { state: 'draft' });
  const started = await storeCampaign(store);
  await markCampaignStarted(store.db, started.id);
  await store.pool.query(`update campaigns set launched_at = launched_at - interval '1 minute'`);
  const found = (await listUnstartedCampaigns(store.db, 30_000, 100)).map(({ id }) => id);
  expect(found).toContain(launched.id);
  expect(found).not.toContain(draft.id);
  expect(found).not.toContain(started.id);
  expect((await listUnstartedCampaigns(store.db, 120_000, 100)).map(({ id }) => id)).not.toContain(launched.id);
});
