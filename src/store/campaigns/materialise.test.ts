import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import { countersOf, startStore, type TestStore } from '../../../test/support/rows';
import { moveCampaign, readCampaign } from './campaigns';

let store: TestStore;
beforeAll(async () => {
  store = await startStore(8);
});
afterAll(() => store.stop());

async function storedOf(campaignId: string) {
  const { rows } = await store.pool.query<{ slices: number; messages: number }>(
    `select count(distinct s.id)::int as slices, count(m.id)::int as messages
     from slices s left join messages m on m.slice_id = s.id where s.campaign_id = $1`,
    [campaignId],
  );
  return rows[0]!;
}

it('stores a block, its slices and the campaign’s place as one', async () => {
  const campaign = await storeCampaign(store);
  const [first, second] = [
    campaignSlice(0, 3),
    campaignSlice(1, 2, [{ start: '10:00', end: '21:00', timezone: 'UTC' }]),
  ];
  const problems = [{ position: 4, code: 'missing-variable', message: '{name} has no value and no default' }];
  expect(await storeBlock(store, campaign, [first, second], { to: 6, rejected: 1, problems })).toBe(true);
  const after = await readCampaign(store.db, campaign.id);
  expect(after).toMatchObject({ position: '6', recipients: 5, rejected: 1, slices: 2, problems });
  for (const [slice, total] of [
    [first, 3],
    [second, 2],
  ] as const) {
    const { kept, counted } = await countersOf(store.pool, slice.id);
    expect(kept).toMatchObject({ total });
    expect(kept).toEqual(counted);
  }
  const { rows } = await store.pool.query('select no, windows, state from slices where campaign_id = $1 order by no', [
    campaign.id,
  ]);
  expect(rows).toEqual([
    { no: 0, windows: null, state: 'sealed' },
    { no: 1, windows: second.windows, state: 'sealed' },
  ]);
});

it('of importers that race on one block, exactly one stores it', async () => {
  const campaign = await storeCampaign(store);
  const stored = await Promise.all(
    Array.from({ length: 6 }, () => storeBlock(store, campaign, [campaignSlice(0, 50)], { to: 50 })),
  );
  expect(stored.filter((one) => one)).toHaveLength(1);
  expect(await storedOf(campaign.id)).toEqual({ slices: 1, messages: 50 });
  expect(await readCampaign(store.db, campaign.id)).toMatchObject({ position: '50', recipients: 50, slices: 1 });
});

it('a campaign that was paused or cancelled meanwhile gets the rest: everybody in it is accounted for', async () => {
  for (const state of ['paused', 'cancelled'] as const) {
    const campaign = await storeCampaign(store);
    await storeBlock(store, campaign, [campaignSlice(0, 10)]);
    const ahead = await readCampaign(store.db, campaign.id);
    await moveCampaign(store.db, campaign.id, state);
    expect(await storeBlock(store, ahead!, [campaignSlice(1, 10)])).toBe(true);
    expect(await storedOf(campaign.id)).toEqual({ slices: 2, messages: 20 });
    expect(await readCampaign(store.db, campaign.id)).toMatchObject({
      state,
      unprepared: true,
      recipients: 20,
      slices: 2,
    });
  }
});

it.each(['scheduled', 'failed'] as const)('a campaign that is %s gets nothing more', async (state) => {
  const campaign = await storeCampaign(store);
  await storeBlock(store, campaign, [campaignSlice(0, 10)]);
  const ahead = await readCampaign(store.db, campaign.id);
  await moveCampaign(store.db, campaign.id, state);
  if (state === 'scheduled') await moveCampaign(store.db, campaign.id, 'cancelled');
  expect(await storeBlock(store, ahead!, [campaignSlice(1, 10)])).toBe(false);
  expect(await storedOf(campaign.id)).toEqual({ slices: 1, messages: 10 });
  expect(await readCampaign(store.db, campaign.id)).toMatchObject({ unprepared: false, recipients: 10, slices: 1 });
});

it('a block that fails leaves nothing behind', async () => {
  const campaign = await storeCampaign(store);
  const broken = campaignSlice(0, 2);
  broken.messages[1]!.id = broken.messages[0]!.id;
  await expect(storeBlock(store, campaign, [broken])).rejects.toThrow(/duplicate key/);
  expect(await storedOf(campaign.id)).toEqual({ slices: 0, messages: 0 });
  expect(await readCampaign(store.db, campaign.id)).toMatchObject({ position: '0', recipients: 0 });
});

it('keeps the first hundred problems and counts all', async () => {
  const campaign = await storeCampaign(store);
  const problemsFrom = (from: number) =>
    Array.from({ length: 80 }, (_, i) => ({ position: from + i, code: 'too-long', message: 'too long' }));
  await storeBlock(store, campaign, [], { to: 80, rejected: 80, problems: problemsFrom(0) });
  const ahead = await readCampaign(store.db, campaign.id);
  await storeBlock(store, ahead!, [], { to: 160, rejected: 80, problems: problemsFrom(80) });
  const after = await readCampaign(store.db, campaign.id);
  expect(after).toMatchObject({ rejected: 160 });
  expect(after!.problems.map(({ position }) => position)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});
