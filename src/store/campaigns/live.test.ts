import { storeCampaignIn } from '../../../test/support/campaign-rows';
import { startStore, type TestStore } from '../../../test/support/rows';
import type { CampaignState } from '../../core/campaigns/campaign';
import { noteHeld } from './live';
import { readCampaign } from './campaigns';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const campaignIn = (state: CampaignState): Promise<string> => storeCampaignIn(store, state);
const read = async (id: string) => (await readCampaign(store.db, id))!;

it('says why it is held, once, and takes back only that', async () => {
  const id = await campaignIn('running');
  await noteHeld(store.pool, id, 'the gateway is inactive');
  expect((await read(id)).reason).toBe('waits: the gateway is inactive');
  await noteHeld(store.pool, id, null);
  expect((await read(id)).reason).toBeNull();
  await store.pool.query(`update campaigns set reason = 'it was 20 minutes late' where id = $1`, [id]);
  await noteHeld(store.pool, id, null);
  expect((await read(id)).reason).toBe('it was 20 minutes late');
  const paused = await campaignIn('paused');
  await noteHeld(store.pool, paused, 'the gateway is inactive');
  expect((await read(paused)).reason).toBeNull();
});
