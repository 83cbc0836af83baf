/** What an account's safety settings hold back, up to the moment of sending. */
import { campaignsOf } from '../support/campaigns';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

let serial = 0;
/** Fictional numbers, each once. */
const phones = (count: number): string[] =>
  Array.from({ length: count }, () => `+91980010${String(++serial).padStart(4, '0')}`);

/** An account with a gateway of its own at the simulator. */
async function makeAccount(safety: object, gateway: object = {}) {
  const { json } = await stack.call('POST', '/api/v1/accounts', { name: `account ${++serial}`, safety });
  const id = json.id as string;
  const call = (method: string, path: string, body?: unknown) => stack.call(method, path, body, { 'x-account-id': id });
  const made = await call('POST', '/api/v1/gateways', {
    provider: 'infobip', name: 'main', credentials: { apiKey: 'key' }, sendingPattern: 'batch',
    baseUrl: `${stack.simulator.url}/infobip/${id}`, ...gateway,
  }); // prettier-ignore
  expect(made.status).toBe(201);
  const campaign = (numbers: string[], over: object = {}) =>
    call('POST', '/api/v1/campaigns', {
      name: 'Sale', message: 'The sale is on.', audience: { recipients: numbers.map((to) => ({ to })) }, ...over,
    }); // prettier-ignore
  const reaches = (campaignId: string, state: string) =>
    until(`campaign is ${state}`, async () => {
      const found = (await call('GET', `/api/v1/campaigns/${campaignId}`)).json;
      return found.state === state ? found : null;
    });
  /** Sends texts to a number in one request; answers once nothing is open. */
  const send = async (...list: { to: string; text: string }[]) => {
    const { status } = await call('POST', '/clevertap/v1/messages', { list });
    expect(status).toBe(200);
    return settled();
  };
  const settled = () =>
    until('nothing is open', async () => {
      const { ledger } = (await call('GET', '/api/v1/stats')).json;
      return ledger.open === 0 ? ledger : null;
    });
  const messagesTo = async (to: string) =>
    (await call('GET', `/api/v1/messages?to=${encodeURIComponent(to)}`)).json.items.reverse();
  return { id, call, campaign, reaches, send, settled, messagesTo };
}

describe('the same text to the same number', () => {
  test('is suppressed with 918 within the minutes, in sends and campaigns; another text goes', async () => {
    const account = await makeAccount({ duplicateContentMinutes: 30 });
    const [to] = phones(1) as [string];
    await account.send({ to, text: 'The sale is on.' });
    await account.send({ to, text: 'The sale is over.' });
    await account.send({ to, text: 'The sale is on.' });
    const { json } = await account.campaign([to, ...phones(1)]);
    const done = await account.reaches(json.id, 'finished');
    expect(done.counts).toMatchObject({ accepted: 2, delivered: 1, suppressed: 1 });
    const reason = 'the same text went to this number within 30 minutes';
    expect(await account.messagesTo(to)).toMatchObject([
      { state: 'delivered' },
      { state: 'delivered' },
      { state: 'suppressed', code: '918', reason },
      { state: 'suppressed', code: '918', reason },
    ]);
  });

  test('goes again after the minutes', async () => {
    const account = await makeAccount({ duplicateContentMinutes: 30 });
    const [to] = phones(1) as [string];
    await account.send({ to, text: 'Again' });
    await stack.database.pool.query(
      `update messages set submitted_at = submitted_at - interval '31 minutes' where account_id = $1`,
      [account.id],
    );
    await account.send({ to, text: 'Again' });
    expect(await account.messagesTo(to)).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
  });

  test('twice in one request goes once; without the setting twice', async () => {
    const [one, other] = phones(2) as [string, string];
    const capped = await makeAccount({ duplicateContentMinutes: 5 });
    const twice = (to: string) => [
      { to, text: 'Hello', mid: 'a' },
      { to, text: 'Hello', mid: 'b' },
    ];
    expect(await capped.send(...twice(one))).toMatchObject({ delivered: 1, suppressed: 1 });
    const free = await makeAccount({});
    expect(await free.send(...twice(other))).toMatchObject({ delivered: 2, suppressed: 0 });
  });

  test('in two campaigns at the same moment goes once to each number', async () => {
    const account = await makeAccount({ duplicateContentMinutes: 30 });
    const numbers = phones(500);
    const made = await Promise.all([account.campaign(numbers), account.campaign(numbers)]);
    for (const { json } of made) await account.reaches(json.id, 'finished');
    expect(await account.settled()).toMatchObject({ accepted: 1_000, delivered: 500, suppressed: 500 });
  });
});

describe('the frequency cap', () => {
  test('suppresses with 917 what is more than the count within the hours', async () => {
    const account = await makeAccount({ frequencyCap: { count: 2, hours: 24 } });
    const [to] = phones(1) as [string];
    await account.send({ to, text: 'One' }, { to, text: 'Two' }, { to, text: 'Three' });
    await account.send({ to, text: 'Four' });
    const capped = { state: 'suppressed', code: '917', reason: '2 messages went to this number within 24 hours' };
    const sent = await account.messagesTo(to);
    expect(sent.filter(({ state }: { state: string }) => state === 'delivered')).toHaveLength(2);
    expect(sent.filter(({ state }: { state: string }) => state === 'suppressed')).toMatchObject([capped, capped]);
    await stack.database.pool.query(
      `update messages set submitted_at = submitted_at - interval '25 hours' where account_id = $1`,
      [account.id],
    );
    expect(await account.send({ to, text: 'Five' })).toMatchObject({ delivered: 3, suppressed: 2 });
  });
});

describe('the limits of a campaign', () => {
  test('maxCampaignRecipients: 409 at the request; failed when the group has grown since', async () => {
    const account = await makeAccount({ maxCampaignRecipients: 2 });
    expect(await account.campaign(phones(3))).toMatchObject({ status: 409, json: { code: 'over-limit' } });
    const { json: group } = await account.call('POST', '/api/v1/groups', { name: 'people' });
    const add = (to: string[]) =>
      account.call('POST', `/api/v1/groups/${group.id}/members`, { members: to.map((one) => ({ to: one })) });
    await add(phones(2));
    const { json } = await account.campaign([], { audience: { groupId: group.id }, draft: true });
    await add(phones(1));
    expect((await account.call('POST', `/api/v1/campaigns/${json.id}/launch`)).status).toBe(200);
    const failed = await account.reaches(json.id, 'failed');
    expect(failed).toMatchObject({ reason: expect.stringContaining('3 recipients'), counts: { accepted: 0 } });
  });

  test('maxCampaignCost: failed before anything is sent; one within the limit goes', async () => {
    const account = await makeAccount({ maxCampaignCost: 1 });
    await stack.database.pool.query(
      `update gateways set price_per_segment = 0.25, currency = 'INR' where account_id = $1`,
      [account.id],
    );
    const dear = await account.campaign(phones(5));
    const failed = await account.reaches(dear.json.id, 'failed');
    expect(failed).toMatchObject({ reason: expect.stringContaining('1.25 INR'), counts: { accepted: 0 } });
    const cheap = await account.campaign(phones(4));
    expect((await account.reaches(cheap.json.id, 'finished')).counts).toMatchObject({ delivered: 4 });
  });

  test('autoPauseFailureShare: it pauses itself, and whoever resumes it has decided', async () => {
    const account = await makeAccount({ autoPauseFailureShare: 0.3 }, { ratePerSecond: 500 });
    await stack.control('PUT', `/control/script?account=${account.id}`, { badNumberShare: 1 });
    try {
      const { json } = await account.campaign(phones(2_500));
      const paused = await account.reaches(json.id, 'paused');
      expect(paused.reason).toMatch(/^paused by itself: \d+ % of the messages with an outcome failed$/);
      expect(paused.counts.queued).toBeGreaterThan(0);
      const { items } = (await account.call('GET', `/api/v1/audit?subject=${json.id}`)).json;
      expect(items.map(({ action }: { action: string }) => action)).toContain('campaign.paused-itself');
      expect((await account.call('POST', `/api/v1/campaigns/${json.id}/resume`)).status).toBe(200);
      const done = await account.reaches(json.id, 'finished');
      expect(done.counts).toMatchObject({ accepted: 2_500, failed: 2_500, open: 0 });
    } finally {
      await stack.control('POST', `/control/reset?account=${account.id}`);
    }
  });
});

test('an opt-out between launch and sending is obeyed', async () => {
  const account = await makeAccount({});
  const [leaver, stayer] = phones(2) as [string, string];
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const { json } = await account.campaign([leaver, stayer], { time: inAnHour });
  const planned = await account.reaches(json.id, 'scheduled');
  expect(planned.counts).toMatchObject({ accepted: 2, suppressed: 0 });
  await account.call('POST', '/api/v1/suppressions', { to: leaver });
  await campaignsOf({ ...stack, call: account.call }).soon(json.id);
  await account.reaches(json.id, 'finished');
  expect(await account.messagesTo(leaver)).toMatchObject([{ state: 'suppressed', code: '903' }]);
  expect(await account.messagesTo(stayer)).toMatchObject([{ state: 'delivered' }]);
});
