/** `autoPauseFailureShare`: once it is passed, what is on the wire is all that still leaves, and nobody else notices. */
import { joinStack, type SharedStack } from '../support/shared';
import { CAN_BE_ASKED, KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { LOST_TASK_MS, until } from '../support/until';

/** More than may leave of them before the failing one rests. */
const COUNT = 300;
const LIMIT = 0.5;
/** Outcomes below which nothing is decided. */
const LEAST = 100;
const RATE = 60;

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

let next = 0;
const people = (count: number) =>
  Array.from({ length: count }, () => ({ to: `+9198005${String(next++).padStart(5, '0')}` }));
const launch = async (tenant: Tenant, body: object = {}): Promise<string> => {
  const recipients = people(COUNT);
  const asked = { name: 'Sale', message: 'The sale is on.', audience: { recipients }, ratePerSecond: RATE, ...body };
  const { status, json } = await tenant.call('POST', '/api/v1/campaigns', asked);
  expect(status).toBe(201);
  return json.id;
};
const reaches = (tenant: Tenant, id: string, state: string) =>
  until(
    `the campaign is ${state}`,
    async () => {
      const { json } = await tenant.call('GET', `/api/v1/campaigns/${id}`);
      return json.state === state ? json : null;
    },
    { deadlineMs: LOST_TASK_MS },
  );

/** One account whose recipients are refused, and one beside it whose are not. */
async function expectItRests(provider: string, at: 'submit' | 'receipt', delayMs: number): Promise<void> {
  const name = `${provider}-${at}`;
  const account = { safety: { autoPauseFailureShare: LIMIT } };
  const [failing, well] = [await makeTenant(stack, name, account), await makeTenant(stack, `${name}-well`, account)];
  await failing.gateway(name, provider);
  await well.gateway(`${name}-well`, provider);
  await failing.script(name, { refuse: [{ outcome: 'recipient', share: 0.8, at }], receipts: { delayMs } });
  const [id, other] = [await launch(failing), await launch(well)];
  const paused = await reaches(failing, id, 'paused');
  expect(paused.reason).toMatch(/^paused by itself: \d+ % of the messages with an outcome failed$/);
  const { counts } = await until('nothing is under way', async () => {
    const { json } = await failing.call('GET', `/api/v1/campaigns/${id}`);
    return json.counts.submitting === 0 && json.counts.submitted === 0 ? json : null;
  });
  const left = COUNT - counts.queued;
  expect(left).toBeGreaterThanOrEqual(LEAST);
  // By receipt an outcome is known when the report is there: the rate goes on meanwhile.
  expect(left).toBeLessThan(LEAST + 2 * RATE);
  expect(counts.failed / (counts.failed + counts.delivered)).toBeGreaterThan(LIMIT);
  expect((await reaches(well, other, 'finished')).counts).toMatchObject({ accepted: COUNT, delivered: COUNT });
  // Whoever resumes it has decided.
  expect((await failing.call('POST', `/api/v1/campaigns/${id}/resume`)).status).toBe(200);
  expect((await reaches(failing, id, 'finished')).counts).toMatchObject({ accepted: COUNT, open: 0 });
}

test.each([
  ['knows our ids', KNOWS_OUR_IDS],
  ['knows its own only', KNOWS_ITS_OWN],
  ['can be asked', CAN_BE_ASKED],
])('over a provider that %s: 80 %% refused by submit, and by receipt', async (_, provider) => {
  await Promise.all([expectItRests(provider, 'submit', 0), expectItRests(provider, 'receipt', 200)]);
});
