/**
 * Api and worker are killed together. As soon as they are ready again commands to campaigns are carried out: no worker that
 * had the campaign's workflow in memory is waited for.
 */
import { campaignsOf, people, type TestCampaigns } from '../support/campaigns';
import { startProcess, type TestProcess } from '../support/process';
import { startStack, type TestStack } from '../support/stack';
import { makeTenant } from '../support/tenants';
import { until } from '../support/until';

const COUNT = 300;
/** A run of a dead worker goes to its successor after a minute. */
const LOST_RUN_MS = 180_000;

let stack: TestStack;
let campaigns: TestCampaigns;
let processes: TestProcess[];
const startBoth = async () => {
  processes = await Promise.all([startProcess('api', stack.env), startProcess('worker', stack.env)]);
};
const killBoth = () => Promise.all(processes.map((each) => each.kill()));

beforeAll(async () => {
  stack = await startStack({ api: false, worker: false });
  await startBoth();
  campaigns = campaignsOf(stack);
});
afterAll(async () => {
  await killBoth();
  await stack.stop();
});

const isReady = () =>
  until('it is ready', async () => {
    const { status, json } = await stack.call('GET', '/readyz');
    return status === 200 && json.status === 'ok';
  });

test(
  'paused before, and resumed, cancelled or given another rate right after',
  async () => {
    const launch = (from: number) =>
      // A minute's worth: none of them has ended before it is commanded.
      campaigns.launch({ audience: { recipients: people(COUNT, from) }, ratePerSecond: 5 });
    const [resumed, cancelled, faster] = [await launch(0), await launch(10_000), await launch(20_000)];
    const beside = await makeTenant(stack, 'beside');
    await beside.gateway('beside', 'infobip');
    for (const id of [resumed, cancelled]) {
      await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.submitted + counts.delivered > 0);
      await campaigns.act(id, 'pause');
      await campaigns.waitFor(id, 'nothing is on the wire', ({ counts }) => counts.submitting === 0);
    }
    await killBoth();
    await startBoth();
    await isReady();
    expect(await campaigns.act(resumed, 'resume')).toMatchObject({ status: 200, json: { state: 'running' } });
    expect(await campaigns.act(cancelled, 'cancel')).toMatchObject({ status: 200, json: { state: 'cancelled' } });
    for (const id of [faster, resumed]) {
      const rate = await stack.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 500 });
      expect(rate).toMatchObject({ status: 200, json: { ratePerSecond: 500 } });
    }
    await beside.reach(await beside.send(20), 'delivered');
    // A run that was killed as it stopped for the pause still has its slice, until it is known to be dead.
    const isOver: Parameters<TestCampaigns['waitFor']>[2] = ({ counts }) => counts.open === 0;
    const ended = await campaigns.waitFor(cancelled, 'nothing is open', isOver, LOST_RUN_MS);
    expect(ended.counts.cancelled + ended.counts.delivered).toBe(COUNT);
    for (const id of [resumed, faster]) {
      expect((await campaigns.reaches(id, 'finished', LOST_RUN_MS)).counts).toMatchObject({
        delivered: COUNT,
        open: 0,
      });
    }
  },
  2 * LOST_RUN_MS,
);
