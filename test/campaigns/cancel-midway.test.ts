/** Cancel means that what has not left never will; what has left is awaited, and the ledger adds up. */
import type { Client } from '@temporalio/client';
import { campaignWorkflowId } from '../../src/workflows/contract';
import { joinCampaigns, people, sumOf, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';

const COUNT = 1_500;

let stack: SharedStack;
let campaigns: TestCampaigns;
let client: Client;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await client.connection.close();
  await stack.stop();
});

test('cancelled in the middle', async () => {
  await campaigns.script({ receipts: { delayMs: 4_000 } });
  // CleverTap is told of messages that it gave a meta, and of no others.
  const recipients = people(COUNT).map(({ to, custom }, i) => (i % 2 === 0 ? { to, custom } : { to }));
  const metaOf = new Map(recipients.map(({ to, custom }) => [to.slice(1), custom]));
  // Half a minute's worth: however busy the machine is, it is in the middle when it is cancelled.
  const id = await campaigns.launch({ audience: { recipients }, ratePerSecond: 50 });
  await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.submitted > 100);
  const cancelled = await campaigns.act(id, 'cancel');
  expect(cancelled).toMatchObject({ status: 200, json: { state: 'cancelled' } });
  expect(sumOf(cancelled.json.counts)).toBe(COUNT);
  // What has left waits for its receipts still.
  expect(cancelled.json.counts.open).toBeGreaterThan(0);
  expect((await campaigns.act(id, 'resume')).status).toBe(409);

  const { state, counts } = await campaigns.waitFor(id, 'nothing is open', (campaign) => campaign.counts.open === 0);
  const sent = await campaigns.seen();
  expect(state).toBe('cancelled');
  expect(counts).toMatchObject({ accepted: COUNT, delivered: sent.length, cancelled: COUNT - sent.length });
  expect(counts.cancelled).toBeGreaterThan(0);
  expect(sent.filter(({ seen }) => seen !== 1)).toEqual([]);

  const left = new Set(sent.map(({ to }) => to.replace('+', '')));
  const withMeta = [...metaOf].filter(([, meta]) => meta !== undefined);
  const dropped = withMeta.filter(([to]) => !left.has(to)).map(([, meta]) => meta);
  const told = await until('CleverTap was told everything', async () => {
    const { json } = await stack.control('GET', '/control/clevertap');
    return json.records >= withMeta.length ? json : null;
  });
  expect(told).toMatchObject({
    records: withMeta.length,
    metas: withMeta.length,
    duplicates: 0,
    conflicts: 0,
    byCode: { 917: dropped.length },
  });
  const { records } = (await stack.control('GET', '/control/clevertap/records?limit=50000')).json as {
    records: { meta: string; event: string; code?: string }[];
  };
  const failed = records.filter(({ event }) => event === 'failed').map(({ meta }) => meta);
  expect(failed.sort()).toEqual(dropped.sort());
});

test('cancelled while it is paused, and before its time: nothing leaves', async () => {
  await stack.control('POST', '/control/reset');
  const time = new Date(Date.now() + 3_600_000).toISOString();
  for (const before of ['pause', null]) {
    const id = await campaigns.launch({ audience: { recipients: people(20, 50_000) }, time });
    await campaigns.reaches(id, 'scheduled');
    if (before !== null) await campaigns.act(id, before);
    await campaigns.act(id, 'cancel');
    const { counts } = await campaigns.waitFor(id, 'nothing is open', (campaign) => campaign.counts.open === 0);
    expect(counts).toMatchObject({ accepted: 20, cancelled: 20 });
  }
  expect(await campaigns.seen()).toEqual([]);
});

test('cancelled while its audience is still prepared', async () => {
  const id = await campaigns.launch({ audience: { recipients: people(10_000, 500_000) }, ratePerSecond: 1 });
  expect((await campaigns.act(id, 'cancel')).json.state).toBe('cancelled');
  const { counts } = await campaigns.waitFor(id, 'nothing is open', (campaign) => campaign.counts.open === 0);
  expect(counts.cancelled).toBe(counts.accepted - counts.delivered);
  expect(sumOf(counts)).toBe(counts.accepted);
  const handle = client.workflow.getHandle(campaignWorkflowId(id));
  await handle.result();
  // Nothing was stored after it was cancelled.
  expect((await campaigns.read(id)).counts).toEqual(counts);
});

test('cancelled at night, under a closed window: at once, not in the morning', async () => {
  const hour = (offset: number) => new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 16);
  const window = { start: hour(6), end: hour(7), timezone: 'UTC' };
  const id = await campaigns.launch({ audience: { recipients: people(20, 60_000) }, window });
  await campaigns.reaches(id, 'running');
  await campaigns.act(id, 'cancel');
  const { counts } = await campaigns.waitFor(id, 'nothing is open', (campaign) => campaign.counts.open === 0);
  expect(counts).toMatchObject({ accepted: 20, cancelled: 20 });
});

describe('what had left, and is never reported', () => {
  /** Cancels a campaign after some of it has left; waits until nothing is open. */
  async function cancelUnreported(from: number): Promise<{ sent: number; counts: Record<string, number> }> {
    // Half a minute's worth; those of two seconds have not been asked about yet.
    const id = await campaigns.launch({ audience: { recipients: people(600, from) }, ratePerSecond: 20 });
    await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.submitted > 10);
    await campaigns.act(id, 'cancel');
    const { counts } = await campaigns.waitFor(id, 'nothing is open', (campaign) => campaign.counts.open === 0);
    // While it waited it slept: events come with what happens, not with time. Look-ups are activities of their own.
    const { historyLength } = await client.workflow.getHandle(campaignWorkflowId(id)).describe();
    expect(historyLength).toBeLessThan(200);
    const { accepted: sent } = (await stack.control('GET', '/control/counts')).json;
    expect(sumOf(counts)).toBe(600);
    return { sent, counts };
  }

  beforeAll(() => campaigns.gateway({ receiptDeadlineSeconds: 4 }));
  beforeEach(() => stack.control('POST', '/control/reset'));

  test('the provider is asked', async () => {
    await campaigns.script({ receipts: { missing: 1 } });
    const { sent, counts } = await cancelUnreported(100_000);
    expect(counts).toMatchObject({ delivered: sent, cancelled: 600 - sent });
  });

  test('and does not know: expired at the deadline, and on no other leg before', async () => {
    // Sooner than the API lets a person choose, so that the test need not wait for minutes.
    await stack.database.pool.query('update gateways set failover_after_seconds = 1 where id = $1', [stack.gatewayId]);
    await campaigns.script({ receipts: { missing: 1 }, record: false });
    const { sent, counts } = await cancelUnreported(200_000);
    expect(counts).toMatchObject({ expired: sent, cancelled: 600 - sent });
  });
});
