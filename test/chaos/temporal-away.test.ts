/** Temporal is away: sends are accepted, readiness says so, and everything leaves when it is back. */
import { rm } from 'node:fs/promises';
import { drawFreePort } from '../../src/main/embedded/ports';
import { startTemporal, type EmbeddedTemporal } from '../../src/main/embedded/temporal';
import { campaignsOf, people } from '../support/campaigns';
import { temporaryFolder } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { LOST_TASK_MS, until } from '../support/until';

const BACK_MS = LOST_TASK_MS;

const dataDir = temporaryFolder();
let port: number;
let temporal: EmbeddedTemporal;
let stack: TestStack;

const temporalReturns = () => startTemporal({ dataDir, port, uiPort: null, cliPath: process.env.TEMPORAL_CLI_PATH });

beforeAll(async () => {
  port = await drawFreePort();
  temporal = await temporalReturns();
  stack = await startStack({ env: { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'default' } });
});
afterAll(async () => {
  await stack.stop();
  await temporal.stop();
  await rm(dataDir, { recursive: true, force: true });
});

let sent = 0;
async function send(messages: number): Promise<void> {
  const records = Array.from({ length: messages }, () => {
    sent += 1;
    return { to: `+919800000${String(sent).padStart(3, '0')}`, body: 'Hello', mid: `away.${sent}.-1.` };
  });
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', { list: records });
  expect({ status, accepted: json.accepted }).toEqual({ status: 200, accepted: messages });
}

/** Whether it answers so, and 200 at that: sends are accepted either way. */
const isReady = (state: string) => async () => {
  const { status, json } = await stack.call('GET', '/readyz');
  return status === 200 && json.status === state;
};

async function everythingDelivered(): Promise<void> {
  expect(await stack.settled(BACK_MS)).toMatchObject({ accepted: sent, delivered: sent, open: 0 });
  const counts = (await stack.control('GET', '/control/counts')).json;
  expect(counts.accepted).toBe(sent);
  const told = await until(
    'CleverTap was told everything',
    async () => {
      const { json } = await stack.control('GET', '/control/clevertap?account=DEMO');
      return json.records >= sent ? json : null;
    },
    { deadlineMs: BACK_MS },
  );
  expect(told).toMatchObject({ records: sent, metas: sent, duplicates: 0, conflicts: 0 });
}

test('what is accepted while Temporal is away leaves when it is back', async () => {
  await send(3);
  await everythingDelivered();
  await until('it is ready', isReady('ok'));

  await temporal.stop();
  for (let i = 0; i < 5; i++) await send(10);
  await until('it says what is missing', isReady('degraded'));

  temporal = await temporalReturns();
  await everythingDelivered();
  await until('readiness is whole again', isReady('ok'));
}, 400_000);

test('an api that was restarted meanwhile knows nothing of them, and they leave all the same', async () => {
  await temporal.stop();
  await send(10);
  await stack.stopApi();
  await stack.startApi();
  // The first request may still take a connection of the api that is gone.
  await until('the new api says what is missing', isReady('degraded'));
  await send(10);

  temporal = await temporalReturns();
  await everythingDelivered();
}, 400_000);

test('commands to campaigns and forecasts say that Temporal is away, and change nothing', async () => {
  const campaigns = campaignsOf(stack);
  const audience = { recipients: people(3, 900) };
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const launched = await campaigns.launch({ audience, time });
  await campaigns.reaches(launched, 'scheduled');
  const { id: draft } = (await campaigns.create({ audience, draft: true })).json;
  const requests = {
    pause: () => campaigns.act(launched, 'pause'),
    cancel: () => campaigns.act(launched, 'cancel'),
    reschedule: () => campaigns.act(launched, 'reschedule', { time: new Date(Date.now() + 7_200_000).toISOString() }),
    rate: () => stack.call('PATCH', `/api/v1/campaigns/${launched}`, { ratePerSecond: 5 }),
    forecast: () => stack.call('GET', `/api/v1/campaigns/${draft}/forecast`),
  };
  const before = await campaigns.read(launched);
  await temporal.stop();
  const answers = await Promise.all(
    Object.entries(requests).map(async ([name, request]) => {
      const { status, json, headers } = await request();
      return { name, status, code: json.code, waits: Number(headers.get('retry-after')) > 0 };
    }),
  );
  expect(answers).toEqual(
    Object.keys(requests).map((name) => ({ name, status: 503, code: 'temporal-unavailable', waits: true })),
  );
  expect(await campaigns.read(launched)).toEqual(before);

  temporal = await temporalReturns();
  await until('a command is carried out again', async () => (await campaigns.act(launched, 'cancel')).status === 200);
  await campaigns.waitFor(launched, 'cancelled', ({ counts }) => counts.cancelled === 3 && counts.open === 0);
  expect(
    await until('a forecast is made', async () => {
      const { status, json } = await requests.forecast();
      return status === 200 ? json : null;
    }),
  ).toMatchObject({ recipients: 3 });
}, 400_000);
