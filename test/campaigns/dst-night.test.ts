/** The nights on which clocks change: what a time and a window mean then, from the request to the moment of sending. */
import { surveyCampaign } from '../../src/activities/campaigns/survey';
import { readCampaign } from '../../src/store/campaigns/campaigns';
import { connectDatabase, type Database } from '../../src/store/database';
import { campaignsOf, people, type TestCampaigns } from '../support/campaigns';
import { campaignSlice, storeBlock, storeCampaign } from '../support/campaign-rows';
import { pinClock, type PinnedClock } from '../support/clock';
import { startStore, type TestStore } from '../support/rows';
import { joinStack, type SharedStack } from '../support/shared';

const ZONE = 'Europe/Berlin';
/** Berlin's clocks go from 02:00 to 03:00 (01:00 UTC) on 28 March 2027, and from 03:00 to 02:00 (01:00 UTC) on 31 October. */
const SPRING = '2027-03-28';
const AUTUMN = '2027-10-31';
const MINUTE_MS = 60_000;

let store: TestStore;
let clock: PinnedClock;
let database: Database;
beforeAll(async () => {
  store = await startStore(2);
  clock = await pinClock(store);
  database = connectDatabase({ url: store.url, connections: 2, onError: () => undefined });
});
afterAll(async () => {
  await database.close();
  await store.stop();
});

async function running(start: string, end: string): Promise<string> {
  const campaign = await storeCampaign(store, { timezone: ZONE });
  await storeBlock(store, campaign, [campaignSlice(0, 1, [{ start, end, timezone: ZONE }])]);
  await store.pool.query(`update campaigns set state = 'running' where id = $1`, [campaign.id]);
  return campaign.id;
}

async function surveyAt(id: string, iso: string) {
  await clock.set(iso);
  const { due, untilMs, dueAtMs } = await surveyCampaign({ database, wakeRelays: () => undefined }, id, []);
  const waitMs = dueAtMs - Date.parse(iso);
  return { due, until: untilMs === null ? null : new Date(untilMs).toISOString(), waitMs };
}

test('spring: a window that begins in the hour that is skipped opens after it', async () => {
  const id = await running('02:30', '04:00');
  expect(await surveyAt(id, `${SPRING}T00:30:00Z`)).toEqual({ due: [], until: null, waitMs: 60 * MINUTE_MS });
  const open = { due: [0], until: `${SPRING}T02:00:00.000Z`, waitMs: 30 * MINUTE_MS };
  expect(await surveyAt(id, `${SPRING}T01:30:00Z`)).toEqual(open);
  expect((await surveyAt(id, `${SPRING}T02:00:00Z`)).due).toEqual([]);
});

test('spring: a window over the change is an hour shorter', async () => {
  const id = await running('01:00', '04:00');
  expect(await surveyAt(id, `${SPRING}T00:00:00Z`)).toEqual({
    due: [0],
    until: `${SPRING}T02:00:00.000Z`,
    waitMs: 120 * MINUTE_MS,
  });
});

test('autumn: the hour that comes twice is open twice, from its first beginning to its last end', async () => {
  const id = await running('02:00', '02:30');
  expect((await surveyAt(id, '2027-10-30T23:59:00Z')).due).toEqual([]);
  expect(await surveyAt(id, `${AUTUMN}T00:00:00Z`)).toMatchObject({ due: [0], until: `${AUTUMN}T01:30:00.000Z` });
  expect((await surveyAt(id, `${AUTUMN}T01:29:00Z`)).due).toEqual([0]);
  expect((await surveyAt(id, `${AUTUMN}T01:30:00Z`)).due).toEqual([]);
});

test('a campaign that is late that night waits for the clock on the wall, not for 24 hours', async () => {
  const window = { start: '09:00', end: '21:00', timezone: ZONE };
  const dueAt = new Date('2027-03-27T20:30:00Z');
  const { id } = await storeCampaign(store, { timezone: ZONE, lateness: 'next-window', window, dueAt });
  await store.pool.query(`update campaigns set state = 'scheduled' where id = $1`, [id]);
  await clock.set('2027-03-27T21:00:00Z');
  await surveyCampaign({ database, wakeRelays: () => undefined }, id, []);
  // 09:00 in summer time is 07:00 UTC; the day before it was 08:00.
  expect((await readCampaign(store.db, id))!.due_at!.toISOString()).toBe(`${SPRING}T07:00:00.000Z`);
});

describe('a time in a request', () => {
  let stack: SharedStack;
  let campaigns: TestCampaigns;
  beforeAll(async () => {
    stack = await joinStack({ worker: false });
    campaigns = campaignsOf(stack);
  });
  afterAll(() => stack.stop());

  /** The next year's change, because a campaign is planned at most 400 days ahead. */
  function lastSunday(month: number): string {
    const now = new Date();
    for (const year of [now.getUTCFullYear(), now.getUTCFullYear() + 1]) {
      const last = new Date(Date.UTC(year, month, 0));
      last.setUTCDate(last.getUTCDate() - last.getUTCDay());
      if (last.getTime() > now.getTime()) return last.toISOString().slice(0, 10);
    }
    throw new Error('there is one every year');
  }

  test.each([
    ['that is skipped in spring is shifted forward by the gap', lastSunday(3), '02:30', '01:30'],
    ['that comes twice in autumn is the first', lastSunday(10), '02:30', '00:30'],
    ['after the change is in winter time', lastSunday(10), '03:00', '02:00'],
  ])('%s', async (_, day, written, utc) => {
    const { status, json } = await campaigns.create({
      audience: { recipients: people(1) },
      time: `${day} ${written}`,
      timezone: ZONE,
      draft: true,
    });
    expect({ status, time: json.time }).toEqual({ status: 201, time: `${day}T${utc}:00.000Z` });
  });
});
