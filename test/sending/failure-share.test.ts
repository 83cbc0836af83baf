/** `autoPauseFailureShare`: once it is passed, what is on the wire is all that still leaves, and nobody else notices. */
import { joinStack, type SharedStack } from '../support/shared';
import { CAN_BE_ASKED, KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

/** Ten seconds more of them than are decided about: reports come late on a busy machine, and the rate goes on meanwhile. */
const COUNT = 300;
const LIMIT = 0.5;
/** Outcomes below which nothing is decided. */
const LEAST = 100;
const RATE = 20;

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

let next = 0;
const people = (count: number) =>
  Array.from({ length: count }, () => ({ to: `+9198005${String(next++).padStart(5, '0')}` }));
const launch = async (tenant: Tenant, ratePerSecond: number): Promise<string> => {
  const recipients = people(COUNT);
  const asked = { name: 'Sale', message: 'The sale is on.', audience: { recipients }, ratePerSecond };
  const { status, json } = await tenant.call('POST', '/api/v1/campaigns', asked);
  expect(status).toBe(201);
  return json.id;
};
const reaches = (tenant: Tenant, id: string, state: string) =>
  until(`the campaign is ${state}`, async () => {
    const { json } = await tenant.call('GET', `/api/v1/campaigns/${id}`);
    return json.state === state ? json : null;
  });

/** How many messages of a campaign left after the outcomes were known by which it is decided. */
async function leftSinceKnown(id: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    `with own as (select m.id, m.settled_at from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1),
          known as (select settled_at as at from own where settled_at is not null order by 1 offset $2 limit 1)
     select count(*)::int as n from attempts a join own on own.id = a.message_id, known where a.created_at > known.at`,
    [id, LEAST - 1],
  );
  return rows[0]!.n;
}

/** One account whose recipients are refused, and one beside it whose are not. */
async function expectItRests(provider: string, at: 'submit' | 'receipt', delayMs: number): Promise<void> {
  const name = `${provider}-${at}`;
  const account = { safety: { autoPauseFailureShare: LIMIT } };
  const [failing, well] = [await makeTenant(stack, name, account), await makeTenant(stack, `${name}-well`, account)];
  await failing.gateway(name, provider);
  await well.gateway(`${name}-well`, provider);
  await failing.script(name, { refuse: [{ outcome: 'recipient', share: 0.8, at }], receipts: { delayMs } });
  const [id, other] = [await launch(failing, RATE), await launch(well, 10 * RATE)];
  const paused = await reaches(failing, id, 'paused');
  expect(paused.reason).toMatch(/^paused by itself: \d+ % of the messages with an outcome failed$/);
  const { counts } = await until('nothing is under way', async () => {
    const { json } = await failing.call('GET', `/api/v1/campaigns/${id}`);
    return json.counts.submitting === 0 && json.counts.submitted === 0 ? json : null;
  });
  const left = COUNT - counts.queued;
  expect(left).toBeGreaterThanOrEqual(LEAST);
  // Once enough outcomes were known: by receipt that is when the reports are there, and the rate goes on until then.
  expect(await leftSinceKnown(id)).toBeLessThanOrEqual(RATE);
  expect(counts.failed / (counts.failed + counts.delivered)).toBeGreaterThan(LIMIT);
  expect((await reaches(well, other, 'finished')).counts).toMatchObject({ accepted: COUNT, delivered: COUNT });
  // Whoever resumes it has decided.
  expect((await failing.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 10 * RATE })).status).toBe(200);
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
