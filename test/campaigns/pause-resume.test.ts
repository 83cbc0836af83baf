/** Pause means that nothing leaves any more; resume, that each remaining message leaves once. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.control('POST', '/control/reset');
});

/** @param most how many may leave after the answer to the pause: what is on the wire, and what a second would take. */
async function pauseMidway(count: number, from: number, most: number, body: object = {}): Promise<string> {
  const id = await campaigns.launch({ audience: { recipients: people(count, from) }, ...body });
  await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.submitted + counts.delivered > 0);
  expect(await campaigns.act(id, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
  const before = (await campaigns.seen()).length;
  expect(await campaigns.act(id, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
  // Every claim was answered and written, or given back: nothing can leave any more.
  await campaigns.waitFor(id, 'nothing is on the wire', ({ counts }) => counts.submitting === 0);
  const sent = await campaigns.seen();
  expect(sent.length - before).toBeLessThanOrEqual(most);
  expect(sent.length).toBeLessThan(count);
  const { state, counts } = await campaigns.read(id);
  expect({ state, queued: counts.queued > 0 }).toEqual({ state: 'paused', queued: true });
  return id;
}

/** @param hurry what has the rest of it, which would take half a minute and more, leave sooner. */
async function resumeAndFinish(id: string, count: number, hurry: () => Promise<unknown>): Promise<void> {
  expect(await campaigns.act(id, 'resume')).toMatchObject({ status: 200, json: { state: 'running' } });
  await hurry();
  const { counts } = await campaigns.reaches(id, 'finished');
  expect(counts).toMatchObject({ accepted: count, delivered: count, open: 0 });
  const sent = await campaigns.seen();
  expect(new Set(sent.map(({ to }) => to)).size).toBe(count);
  expect(sent.filter(({ seen }) => seen !== 1)).toEqual([]);
  expect(sent).toHaveLength(count);
}

test('a campaign at a rate of its own', async () => {
  const id = await pauseMidway(1_500, 10_000, 50 + 64, { ratePerSecond: 50 });
  await resumeAndFinish(id, 1_500, async () => {
    expect((await stack.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 300 })).status).toBe(200);
  });
});

test('a slow gateway: what was claimed and waits for a free connection does not leave either', async () => {
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: 4 });
  await campaigns.script({ latencyMs: 300 });
  const id = await pauseMidway(600, 20_000, 4 + 14);
  await resumeAndFinish(id, 600, async () => {
    await campaigns.script({});
    await campaigns.gateway({ sendingPattern: 'batch', maxInFlight: 64 });
  });
});

test('paused before its time: it waits for its time again', async () => {
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const id = await campaigns.launch({ audience: { recipients: people(3, 30_000) }, time });
  await campaigns.reaches(id, 'scheduled');
  expect((await campaigns.act(id, 'pause')).json.state).toBe('paused');
  expect((await campaigns.act(id, 'resume')).json.state).toBe('scheduled');
  expect(await campaigns.seen()).toEqual([]);
});
