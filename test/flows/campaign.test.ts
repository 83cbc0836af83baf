/** Campaigns as people run them: launch, watch, pause, resume, cancel, reschedule, account for. */
import { startStack, type Answer, type TestStack } from '../support/stack';
import { until } from '../support/until';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({
    to: `+9198${String(from + i).padStart(8, '0')}`,
    variables: { name: `N${i}` },
  }));

const create = (body: object): Promise<Answer> =>
  stack.call('POST', '/api/v1/campaigns', { name: 'Sale', message: 'Hi {name}, the sale is on.', ...body });

const read = async (id: string) => (await stack.call('GET', `/api/v1/campaigns/${id}`)).json;

const reaches = (id: string, state: string, deadlineMs = 30_000) =>
  until(
    `campaign is ${state}`,
    async () => {
      const campaign = await read(id);
      return campaign.state === state ? campaign : null;
    },
    { deadlineMs },
  );

test('a campaign is sent, settles and finishes', async () => {
  const made = await create({ audience: { recipients: people(2_500) } });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ state: 'preparing', rejected: [] });
  const done = await reaches(made.json.id, 'finished');
  expect(done.counts).toMatchObject({ accepted: 2_500, delivered: 2_500, open: 0 });
});

test('pause stops it, resume sends each remaining message once', async () => {
  await stack.control('DELETE', '/control');
  const made = await create({ audience: { recipients: people(3_000, 10_000) }, ratePerSecond: 1_000 });
  const { id } = made.json;
  await until(
    'some have left',
    async () => (await read(id)).counts.submitted + (await read(id)).counts.delivered > 300,
  );
  const paused = await stack.call('POST', `/api/v1/campaigns/${id}/pause`);
  expect(paused).toMatchObject({ status: 200, json: { state: 'paused' } });
  expect((await stack.call('POST', `/api/v1/campaigns/${id}/pause`)).status).toBe(409);
  const resumed = await stack.call('POST', `/api/v1/campaigns/${id}/resume`);
  expect(resumed.json.state).toBe('running');
  const done = await reaches(id, 'finished');
  expect(done.counts).toMatchObject({ accepted: 3_000, delivered: 3_000 });
});
