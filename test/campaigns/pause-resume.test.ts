/** Pause means that nothing leaves any more; resume, that each remaining message leaves once. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { LOST_TASK_MS } from '../support/until';

/** After the answer to a pause, no request starts later than this. */
const STILL_LEAVING_MS = 1_000;

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.control('POST', '/control/reset');
});

async function pauseMidway(count: number, from: number, body: object = {}): Promise<{ id: string; left: number }> {
  const id = await campaigns.launch({ audience: { recipients: people(count, from) }, ...body });
  await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.submitted + counts.delivered > 0);
  const paused = await campaigns.act(id, 'pause');
  const answeredAt = Date.now();
  expect(paused).toMatchObject({ status: 200, json: { state: 'paused' } });
  expect(await campaigns.act(id, 'pause')).toMatchObject({ status: 200, json: { state: 'paused' } });
  // Every claim was answered and written, or given back: nothing can leave any more.
  await campaigns.waitFor(id, 'nothing is on the wire', ({ counts }) => counts.submitting === 0);
  const sent = await campaigns.seen();
  const startedAt = sent.flatMap(({ times }) => times.map((time) => Date.parse(time)));
  expect(Math.max(...startedAt) - answeredAt).toBeLessThanOrEqual(STILL_LEAVING_MS);
  expect(sent.length).toBeLessThan(count);
  const { state, counts } = await campaigns.read(id);
  expect({ state, queued: counts.queued > 0 }).toEqual({ state: 'paused', queued: true });
  return { id, left: sent.length };
}

async function resumeAndFinish(id: string, count: number): Promise<void> {
  expect(await campaigns.act(id, 'resume')).toMatchObject({ status: 200, json: { state: 'running' } });
  const { counts } = await campaigns.reaches(id, 'finished', LOST_TASK_MS);
  expect(counts).toMatchObject({ accepted: count, delivered: count, open: 0 });
  const sent = await campaigns.seen();
  expect(new Set(sent.map(({ to }) => to)).size).toBe(count);
  expect(sent.filter(({ seen }) => seen !== 1)).toEqual([]);
  expect(sent).toHaveLength(count);
}

test('a campaign at a rate of its own', async () => {
  const { id } = await pauseMidway(1_500, 10_000, { ratePerSecond: 300 });
  await resumeAndFinish(id, 1_500);
});

test('a slow gateway: what was claimed and waits for a free connection does not leave either', async () => {
  await campaigns.gateway({ sendingPattern: 'loop', maxInFlight: 4 });
  await campaigns.script({ latencyMs: 300 });
  const { id } = await pauseMidway(600, 20_000);
  await campaigns.script({});
  await campaigns.gateway({ sendingPattern: 'batch', maxInFlight: 64 });
  await resumeAndFinish(id, 600);
});

test('paused before its time: it waits for its time again', async () => {
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const id = await campaigns.launch({ audience: { recipients: people(3, 30_000) }, time });
  await campaigns.reaches(id, 'scheduled');
  expect((await campaigns.act(id, 'pause')).json.state).toBe('paused');
  expect((await campaigns.act(id, 'resume')).json.state).toBe('scheduled');
  expect(await campaigns.seen()).toEqual([]);
});
