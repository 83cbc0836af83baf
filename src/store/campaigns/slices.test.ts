import { campaignSlice, storeBlock, storeCampaign } from '../../../test/support/campaign-rows';
import {
  CLAIM,
  ACCOUNT,
  claim,
  countersOf,
  messageOf,
  receiptOf,
  startStore,
  storeGateway,
  submit,
  type TestStore,
} from '../../../test/support/rows';
import type { SendWindow } from '../../core/time/window';
import { cancelWaiting, findSliceIds, listOpenWindows, readCampaignOutlook, writeLookAt } from './slices';
import type { CampaignSlice } from './materialise';
import { moveCampaign } from './campaigns';
import { applyReceipts } from '../receipts/receipts';
import { readClockMs } from '../database';
import { sealSlice } from '../messages/slices';

const NIGHT: SendWindow[] = [{ start: '22:00', end: '23:00', timezone: 'UTC' }];
const DAY: SendWindow[] = [{ start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' }];

let store: TestStore;
let gatewayId: string;
beforeAll(async () => {
  store = await startStore();
  gatewayId = (await storeGateway(store)).id;
});
afterAll(() => store.stop());

/** A running campaign of slices with so many messages each. */
async function running(...slices: CampaignSlice[]): Promise<string> {
  const campaign = await storeCampaign(store);
  await storeBlock(store, campaign, slices);
  await moveCampaign(store.db, campaign.id, 'scheduled');
  await moveCampaign(store.db, campaign.id, 'running');
  return campaign.id;
}

const outlookOf = (id: string, over: Partial<Parameters<typeof readCampaignOutlook>[2]> = {}) =>
  readCampaignOutlook(store.pool, id, { ended: false, closed: [], busy: [], limit: 100, ...over });

it('slices that were never looked at are due, in order, but those in hand and beyond the limit', async () => {
  const id = await running(campaignSlice(0, 2), campaignSlice(1, 2), campaignSlice(2, 2), campaignSlice(3, 2));
  expect(await outlookOf(id)).toEqual({
    open: 8, waiting: 8, waitingNow: 8, openSlices: 4, settled: 0, failed: 0, due: [0, 1, 2, 3], nextAtMs: null,
  }); // prettier-ignore
  expect((await outlookOf(id, { busy: [0, 2] })).due).toEqual([1, 3]);
  expect((await outlookOf(id, { limit: 1 })).due).toEqual([0]);
});

it('one that was looked at is due again at its time, or when it has news', async () => {
  const slices = [campaignSlice(0, 1), campaignSlice(1, 1)];
  const id = await running(...slices);
  const lookAtMs = (await readClockMs(store.pool)) + 30_000;
  await writeLookAt(store.pool, slices[0]!.id, lookAtMs + 30_000);
  await writeLookAt(store.pool, slices[1]!.id, lookAtMs);
  const later = await outlookOf(id);
  expect(later.due).toEqual([]);
  expect(later.nextAtMs).toBe(lookAtMs);
  await store.pool.query('update slices set wake_due = true where id = $1', [slices[0]!.id]);
  expect((await outlookOf(id)).due).toEqual([0]);
  // Looking at it takes note of the news.
  await sealSlice(store.pool, slices[0]!.id, CLAIM);
  await writeLookAt(store.pool, slices[0]!.id, (await readClockMs(store.pool)) + 60_000);
  expect((await outlookOf(id)).due).toEqual([]);
  await writeLookAt(store.pool, slices[1]!.id, 0);
  expect((await outlookOf(id)).due).toEqual([1]);
});

it('of a campaign that has ended, one with messages that never left is due whenever it was to be looked at', async () => {
  const slices = [campaignSlice(0, 2), campaignSlice(1, 2), campaignSlice(2, 2)];
  const id = await running(...slices);
  await claim(store.pool, slices[1]!.id, gatewayId, { limit: 2 });
  await submit(store.pool, slices[2]!.id, gatewayId, { limit: 1 });
  const lookAtMs = (await readClockMs(store.pool)) + 60_000;
  for (const slice of slices) await writeLookAt(store.pool, slice.id, lookAtMs);
  expect((await outlookOf(id)).due).toEqual([]);
  expect((await outlookOf(id, { ended: true })).due).toEqual([0, 2]);
  expect((await outlookOf(id, { ended: true, busy: [0] })).due).toEqual([2]);
  for (const slice of slices) await cancelWaiting(store.pool, slice.id, 'the campaign was cancelled');
  // What is on the wire, or was taken, is awaited: asking at once and again would not hasten it.
  expect((await outlookOf(id, { ended: true })).due).toEqual([]);
});

it('under a closed window only what waits for something else is due', async () => {
  const slices = [campaignSlice(0, 2, NIGHT), campaignSlice(1, 2, DAY), campaignSlice(2, 2)];
  const id = await running(...slices);
  const open = await listOpenWindows(store.pool, id);
  expect(open).toHaveLength(2);
  expect(open).toEqual(expect.arrayContaining([NIGHT, DAY]));
  expect((await outlookOf(id, { closed: [NIGHT] })).due).toEqual([1, 2]);
  await submit(store.pool, slices[0]!.id, gatewayId, { limit: 2 });
  expect((await outlookOf(id, { closed: [NIGHT] })).due).toEqual([0, 1, 2]);
  expect(await listOpenWindows(store.pool, id)).toEqual([DAY]);
});

it('counts what waits, what awaits its receipt and what is settled', async () => {
  const slices = [campaignSlice(0, 4), campaignSlice(1, 1)];
  const id = await running(...slices);
  const [first, second] = await submit(store.pool, slices[0]!.id, gatewayId, { limit: 3 });
  expect(await outlookOf(id)).toMatchObject({ open: 5, waiting: 2, openSlices: 2, settled: 0 });
  const failed = { status: 'failed', class: 'recipient', clevertap: '910', code: '5', reason: 'absent' } as const;
  await applyReceipts(store.pool, [receiptOf(gatewayId, first!), receiptOf(gatewayId, second!, failed)]);
  expect(await outlookOf(id)).toMatchObject({ open: 3, waiting: 2, openSlices: 2, settled: 2, failed: 1 });
});

it('cancels what has not left, tells CleverTap 917, and awaits the rest', async () => {
  const slice = campaignSlice(0, 4);
  for (const message of slice.messages) message.webhookId = 'wh_test';
  const id = await running(slice);
  const [submitted] = await submit(store.pool, slice.id, gatewayId, { limit: 1 });
  const [inDoubt] = await claim(store.pool, slice.id, gatewayId, { limit: 1 });
  const settlement = await cancelWaiting(store.pool, slice.id, 'the campaign was cancelled');
  expect(settlement.webhookIds).toEqual(['wh_test']);
  const states = await Promise.all(slice.messages.map((message) => messageOf(store.pool, message.id)));
  const byId = new Map(states.map((message) => [message.id, message]));
  expect(byId.get(submitted!.id)).toMatchObject({ state: 'submitted' });
  expect(byId.get(inDoubt!.id)).toMatchObject({ state: 'submitting' });
  const dropped = states.filter(({ state }) => state === 'cancelled');
  expect(dropped.map(({ code, reason }) => ({ code, reason }))).toEqual(
    Array(2).fill({ code: '917', reason: 'the campaign was cancelled' }),
  );
  const { rows } = await store.pool.query(
    `select event, code, count(*)::int as n from callbacks where account_id = $1 group by event, code`,
    [ACCOUNT],
  );
  expect(rows).toEqual([{ event: 'failed', code: '917', n: 2 }]);
  const { kept, counted } = await countersOf(store.pool, slice.id);
  expect(kept).toEqual(counted);
  expect(await outlookOf(id)).toMatchObject({ open: 2, settled: 2 });
  // Again: nothing is left to cancel.
  expect((await cancelWaiting(store.pool, slice.id, 'again')).webhookIds).toEqual([]);
});

it('nothing of a paused campaign is claimed', async () => {
  const slice = campaignSlice(0, 3);
  const id = await running(slice);
  await moveCampaign(store.db, id, 'paused');
  expect(await claim(store.pool, slice.id, gatewayId)).toEqual([]);
  await moveCampaign(store.db, id, 'running');
  expect(await claim(store.pool, slice.id, gatewayId)).toHaveLength(3);
});

it('finds a slice by its number', async () => {
  const slices = [campaignSlice(0, 1), campaignSlice(1, 1)];
  const id = await running(...slices);
  expect(await findSliceIds(store.pool, id, [1, 2, 0])).toEqual([slices[1]!.id, slices[0]!.id]);
});
