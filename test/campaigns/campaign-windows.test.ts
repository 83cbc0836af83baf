/** A slice whose window closes in the middle stops there, and goes on when it opens again. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type Activities } from '../../src/activities';
import { readConfig } from '../../src/config';
import { createHttpClient } from '../../src/outbound/client';
import { createBase } from '../../src/runtime/base';
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';

const COUNT = 900;
const RATE = 200;
const OPEN_MS = 1_000;
/** So many leave while it is open, and before a run has noticed that it is not: twice what its rate allows. */
const MOST = 2 * RATE * (OPEN_MS / 1_000);

let stack: SharedStack;
let campaigns: TestCampaigns;
let activities: Activities;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
  const config = readConfig(stack.env);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const base = createBase(config, log, { connections: 4 });
  const http = createHttpClient({ allow: config.outboundAllow, maxConnectionsPerOrigin: 64 });
  activities = createActivities({ ...base, maintenance: base.database, http, publicUrl: config.publicUrl, log });
  close = async () => {
    await http.close();
    await base.close();
  };
});
afterAll(async () => {
  await close();
  await stack.stop();
});

const hour = (offset: number): string => new Date(Date.now() + offset * 3_600_000).toISOString().slice(11, 16);

test('closed in the middle, then open', async () => {
  const window = { start: hour(6), end: hour(7), timezone: 'UTC' };
  const id = await campaigns.launch({ audience: { recipients: people(COUNT) }, window, ratePerSecond: RATE });
  await campaigns.reaches(id, 'running');

  // Clock times have minutes, no test waits for one to end: dispatch is told when its window closes.
  const realNow = Date.now.bind(Date);
  const runWhileOpen = async (): Promise<void> => {
    const untilMs = Date.now() + OPEN_MS;
    // The worker's own clock is five minutes slow: what counts is that of Postgres.
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => realNow() - 300_000);
    const run = { campaignId: id, nos: [0], untilMs };
    const result = await new MockActivityEnvironment().run(activities.advanceCampaignSlices, run);
    clock.mockRestore();
    expect(result).toEqual({ held: false, lookUp: [] });
  };
  // On a busy machine it may have closed before the first message could leave: then it opens once more.
  let early = await campaigns.seen();
  for (let opened = 0; early.length === 0 && opened < 20; opened++) {
    await runWhileOpen();
    early = await campaigns.seen();
  }
  expect(early.length).toBeGreaterThan(0);
  expect(early.length).toBeLessThanOrEqual(MOST);
  const { state, counts } = await campaigns.waitFor(id, 'receipts came', (now) => now.counts.submitted === 0);
  expect(state).toBe('running');
  expect(counts).toMatchObject({ accepted: COUNT, delivered: early.length, queued: COUNT - early.length });

  const open = JSON.stringify([{ start: hour(-1), end: hour(1), timezone: 'UTC' }]);
  await stack.database.pool.query('update slices set windows = $2 where campaign_id = $1', [id, open]);
  // Makes the campaign look at its windows.
  expect((await stack.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 2_000 })).status).toBe(200);
  expect((await campaigns.reaches(id, 'finished')).counts).toMatchObject({ accepted: COUNT, delivered: COUNT });
  expect((await campaigns.seen()).filter(({ seen }) => seen !== 1)).toEqual([]);
});
