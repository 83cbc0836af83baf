/**
 * Everything that a campaign runs on is killed while it runs: the worker twice, the api once, Temporal once. Two
 * campaigns, one over a provider that recognises our ids and one over a provider that does not.
 */
import { rm } from 'node:fs/promises';
import { drawFreePort } from '../../src/main/embedded/ports';
import { startTemporal, type EmbeddedTemporal } from '../../src/main/embedded/temporal';
import { campaignsOf, people, sumOf, type TestCampaigns } from '../support/campaigns';
import { startProcess, type TestProcess } from '../support/process';
import { temporaryFolder } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

const EACH = 1_500;
/** Slow enough that all kills fall into the campaigns, though each process that was killed needs ten seconds to be back. */
const RATE = 40;
/** The slices of a dead worker go to its successor after a minute. */
const SETTLE_MS = 240_000;
/** Moments of the kills: shares of what is to be sent. Another seed is another run. */
const SEED = 20_261;

const dataDir = temporaryFolder();
let stack: TestStack;
let campaigns: TestCampaigns;
let temporal: EmbeddedTemporal;
let temporalPort: number;
let worker: TestProcess;
let api: TestProcess;

const returnTemporal = () =>
  startTemporal({ dataDir, port: temporalPort, uiPort: null, cliPath: process.env.TEMPORAL_CLI_PATH });

beforeAll(async () => {
  temporalPort = await drawFreePort();
  temporal = await returnTemporal();
  const env = { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'default' };
  stack = await startStack({ api: false, worker: false, env });
  [api, worker] = await Promise.all([startProcess('api', stack.env), startProcess('worker', stack.env)]);
  campaigns = campaignsOf(stack);
});
afterAll(async () => {
  await worker.kill();
  await api.kill();
  await stack.stop();
  await temporal.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** mulberry32: the same moments in each run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const submissions = async (): Promise<number> => (await stack.control('GET', '/control/counts')).json.submissions;

/** A route of its own for each provider; the providers look the same but for what they recognise. */
async function routeOver(provider: 'infobip' | 'twilio'): Promise<string> {
  const { items } = (await stack.call('GET', '/api/v1/gateways')).json;
  const settings = { sendingPattern: 'loop', maxInFlight: 8, receiptDeadlineSeconds: 20 };
  const gateway =
    provider === 'infobip'
      ? await stack.call('PATCH', `/api/v1/gateways/${items[0].id}`, settings)
      : await stack.call('POST', '/api/v1/gateways', {
          provider,
          name: 'Twilio',
          credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token-1' },
          baseUrl: `${stack.simulator.url}/twilio`,
          defaultSender: '+15005550006',
          ...settings,
        });
  if (gateway.status >= 300) throw new Error(JSON.stringify(gateway.json));
  const route = await stack.call('POST', '/api/v1/routes', { name: provider, legs: [{ gatewayId: gateway.json.id }] });
  if (route.status >= 300) throw new Error(JSON.stringify(route.json));
  return route.json.id as string;
}

test('nothing is lost, nothing is sent twice, and what nobody knows is called unknown', async () => {
  // Some reports come after another worker took over: what was in doubt must be resolved without them.
  await campaigns.script({ latencyMs: 40, receipts: { delayMs: 200, late: { share: 0.3, delayMs: 12_000 } } });
  const [infobip, twilio] = [await routeOver('infobip'), await routeOver('twilio')];
  const launch = (routeId: string, from: number) =>
    campaigns.launch({ audience: { recipients: people(EACH, from) }, routeId, ratePerSecond: RATE });
  const known = await launch(infobip, 0);
  const unknown = await launch(twilio, 50_000);

  const random = dice(SEED);
  const moments = Array.from({ length: 4 }, () => 0.1 + random() * 0.6).sort((a, b) => a - b);
  const kills = [
    async () => {
      await worker.kill();
      worker = await startProcess('worker', stack.env);
    },
    async () => {
      await api.kill();
      api = await startProcess('api', stack.env);
    },
    async () => {
      process.kill(temporal.pid, 'SIGKILL');
      await temporal.exited;
      temporal = await returnTemporal();
    },
    async () => {
      await worker.kill();
      worker = await startProcess('worker', stack.env);
    },
  ];
  for (const [i, kill] of kills.entries()) {
    const sent = Math.floor(moments[i]! * 2 * EACH);
    await until(`${sent} were submitted`, async () => (await submissions()) >= sent, { deadlineMs: SETTLE_MS });
    await kill();
  }
  expect(await submissions()).toBeLessThan(2 * EACH);

  const finished = (id: string) => campaigns.reaches(id, 'finished', SETTLE_MS);
  const [first, second] = [(await finished(known)).counts, (await finished(unknown)).counts];
  expect([sumOf(first), sumOf(second)]).toEqual([EACH, EACH]);
  expect(first).toMatchObject({ accepted: EACH, delivered: EACH, open: 0 });
  expect(second).toMatchObject({ accepted: EACH, delivered: EACH - second.unknown, open: 0 });

  const sent = await campaigns.seen();
  const of = (account: string) => sent.filter((one) => one.account === account);
  const numbers = (list: { to: string }[]) => new Set(list.map(({ to }) => to)).size;
  // What came again came under its own id, and was recognised.
  expect([of('infobip').length, numbers(of('infobip'))]).toEqual([EACH, EACH]);
  expect(of('infobip').filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
  // Here nothing came again; whatever the provider does not have is unknown, for nobody can say it was not sent.
  expect(of('twilio').length).toBe(numbers(of('twilio')));
  expect(of('twilio').length).toBeGreaterThanOrEqual(second.delivered);
  expect(EACH - of('twilio').length).toBeLessThanOrEqual(second.unknown);
}, 600_000);
