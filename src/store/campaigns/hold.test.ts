import { campaignSlice, storeBlock, storeCampaign, storeCampaignIn } from '../../../test/support/campaign-rows';
import { pinClock, type PinnedClock } from '../../../test/support/clock';
import { countersOf, startStore, type TestStore } from '../../../test/support/rows';
import type { CampaignState } from '../../core/campaigns/campaign';
import { readCampaign } from './campaigns';
import { noteRun, resumeHoldClock, settleHeld, settleTooOld, stopHoldClock } from './hold';
import type { Database } from '../database';

let store: TestStore;
let database: Database;
let clock: PinnedClock;
beforeAll(async () => {
  store = await startStore();
  clock = await pinClock(store);
  database = store.connect(2);
});
afterAll(() => store.stop());
beforeEach(() => clock.set('2026-06-01T12:00:00Z'));

const campaignIn = (state: CampaignState): Promise<string> => storeCampaignIn(store, state);
const read = async (id: string) => (await readCampaign(store.db, id))!;
const HELD = { held: 'the gateway is inactive', taken: false, waits: true };
const SENT = { held: null, taken: true, waits: true };

it('says why it is held, once, and takes back only that', async () => {
  const id = await campaignIn('running');
  await noteRun(database.pool, id, HELD);
  expect((await read(id)).reason).toBe('waits: the gateway is inactive');
  await noteRun(database.pool, id, SENT);
  expect((await read(id)).reason).toBeNull();
  await store.pool.query(`update campaigns set reason = 'it was 20 minutes late' where id = $1`, [id]);
  await noteRun(database.pool, id, SENT);
  expect((await read(id)).reason).toBe('it was 20 minutes late');
  const paused = await campaignIn('paused');
  await noteRun(database.pool, paused, HELD);
  expect(await read(paused)).toMatchObject({ reason: null, hold_until: null });
});

describe('the clock', () => {
  const until = async (id: string) => (await read(id)).hold_until?.toISOString() ?? null;

  it('begins with the first run that sent nothing, and no later one sets it back', async () => {
    const id = await campaignIn('running');
    await noteRun(database.pool, id, SENT);
    expect(await until(id)).toBeNull();
    await noteRun(database.pool, id, HELD);
    expect(await until(id)).toBe('2026-06-02T12:00:00.000Z');
    await clock.set('2026-06-02T11:00:00Z');
    await noteRun(database.pool, id, HELD);
    // All that waits backs off, or there was nothing to do.
    await noteRun(database.pool, id, { held: null, taken: false, waits: true });
    await noteRun(database.pool, id, { held: null, taken: false, waits: false });
    expect(await until(id)).toBe('2026-06-02T12:00:00.000Z');
  });

  it('ends when a gateway takes something, and begins anew after that', async () => {
    const id = await campaignIn('running');
    await noteRun(database.pool, id, HELD);
    await clock.set('2026-06-01T18:00:00Z');
    await noteRun(database.pool, id, SENT);
    expect(await until(id)).toBeNull();
    await noteRun(database.pool, id, HELD);
    expect(await until(id)).toBe('2026-06-02T18:00:00.000Z');
  });

  it('stands while it is stopped, and goes on from there', async () => {
    const id = await campaignIn('running');
    await noteRun(database.pool, id, HELD);
    await clock.set('2026-06-01T21:00:00Z');
    await stopHoldClock(database.pool, id);
    expect(await read(id)).toMatchObject({ hold_until: null, hold_left_seconds: 15 * 3_600 });
    await clock.set('2026-06-05T10:00:00Z');
    await stopHoldClock(database.pool, id);
    await resumeHoldClock(database.pool, id);
    await resumeHoldClock(database.pool, id);
    expect(await until(id)).toBe('2026-06-06T01:00:00.000Z');
    // A run that comes before the clock was told to go on does it, too.
    await stopHoldClock(database.pool, id);
    await noteRun(database.pool, id, HELD);
    expect(await read(id)).toMatchObject({ hold_left_seconds: null });
    expect(await until(id)).toBe('2026-06-06T01:00:00.000Z');
  });
});

describe('settleHeld', () => {
  async function held(slices: number) {
    const campaign = await storeCampaign(store);
    const made = Array.from({ length: slices }, (_, no) => campaignSlice(no, 2));
    await storeBlock(store, campaign, made);
    await store.pool.query(`update campaigns set state = 'running' where id = $1`, [campaign.id]);
    await noteRun(database.pool, campaign.id, HELD);
    return { id: campaign.id, slices: made.map(({ id }) => id) };
  }
  const settle = async (id: string, limit: number) =>
    (await settleHeld(database.pool, id, limit)).slices.map(({ sliceId, open }) => ({ sliceId, open }));

  it('ends what waits in some slices at a time, once its time is over', async () => {
    const { id, slices } = await held(5);
    await clock.set('2026-06-02T11:59:59Z');
    expect(await settle(id, 3)).toEqual([]);
    await clock.set('2026-06-02T12:00:00Z');
    expect(await settle(id, 3)).toEqual(
      expect.arrayContaining(slices.slice(0, 3).map((sliceId) => ({ sliceId, open: 0 }))),
    );
    expect(await settle(id, 3)).toHaveLength(2);
    expect(await settle(id, 3)).toEqual([]);
    for (const sliceId of slices) {
      const { kept, counted } = await countersOf(store.pool, sliceId);
      expect(kept).toEqual(counted);
      expect(kept).toMatchObject({ total: 2, failed: 2 });
    }
  });

  it('nothing while a person has it paused', async () => {
    const { id } = await held(1);
    await clock.set('2026-06-09T12:00:00Z');
    await store.pool.query(`update campaigns set state = 'paused' where id = $1`, [id]);
    expect(await settle(id, 3)).toEqual([]);
  });
});

describe('settleTooOld', () => {
  const settle = async (id: string) => (await settleTooOld(database.pool, id, 3)).slices.length;

  it.each(['running', 'paused'])('ends what waits of a campaign that is %s once it is too old', async (state) => {
    const campaign = await storeCampaign(store);
    await storeBlock(store, campaign, [campaignSlice(0, 2), campaignSlice(1, 2)]);
    await store.pool.query(
      `update campaigns set state = $2, started_at = '2026-06-01T12:00:00Z', max_age_seconds = 600 where id = $1`,
      [campaign.id, state],
    );
    await clock.set('2026-06-01T12:09:59Z');
    expect(await settle(campaign.id)).toBe(0);
    await clock.set('2026-06-01T12:10:00Z');
    expect(await settle(campaign.id)).toBe(2);
    const { rows } = await store.pool.query(
      `select distinct m.state, m.code, m.reason from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1`,
      [campaign.id],
    );
    expect(rows).toEqual([{ state: 'expired', code: '916', reason: 'its time was over before it could leave' }]);
  });
});
