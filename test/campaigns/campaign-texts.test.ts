/** What smart encoding and the bounds of vendors make of a campaign's texts: in its forecast, and on the phones. */
import { joinCampaigns, people, type TestCampaigns } from '../support/campaigns';
import type { SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let campaigns: TestCampaigns;
beforeAll(async () => {
  ({ stack, campaigns } = await joinCampaigns());
});
afterAll(() => stack.stop());

const setTo = (settings: object) => stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, settings);
const forecastOf = async (id: string) => {
  const made = async () => {
    const { status, json } = await stack.call('GET', `/api/v1/campaigns/${id}/forecast`);
    return status === 200 ? json : null;
  };
  return until('the forecast is made', made);
};
const textsOf = async (campaignId: string): Promise<[string, string][]> => {
  const { json } = await stack.call('GET', `/api/v1/messages?campaignId=${campaignId}`);
  const read = async ({ id }: { id: string }): Promise<[string, string]> => {
    const { text, encoding } = (await stack.call('GET', `/api/v1/messages/${id}`)).json;
    return [text, encoding];
  };
  return (await Promise.all((json.items as { id: string }[]).map(read))).sort();
};
const named = (names: string[], from: number) =>
  people(names.length, from).map((person, i) => ({ ...person, variables: { name: names[i]! } }));
const MESSAGE = `Dear {name}, it’s “on” – ${'x'.repeat(60)}…`;

test('the forecast says what smart encoding would save; once it is on, texts leave as it told', async () => {
  const recipients = named(['Asha', 'आशा'], 61_000);
  const body = { message: MESSAGE, audience: { recipients }, draft: true };
  const off = (await campaigns.create(body)).json.id as string;
  const would = await forecastOf(off);
  expect(would).toMatchObject({ smartEncoding: { on: false, messages: 1, segments: 1 }, segments: { total: 4 } });
  expect(would.warnings.join()).toContain('smartEncoding would save 1 parts in 1 messages');

  await setTo({ smartEncoding: true });
  const on = (await campaigns.create(body)).json.id as string;
  const does = await forecastOf(on);
  expect(does).toMatchObject({
    smartEncoding: { on: true, messages: 1, segments: 1 },
    segments: { total: 3 },
    encodings: { gsm7: 1, ucs2: 1 },
  });
  await campaigns.act(on, 'launch');
  await campaigns.reaches(on, 'finished');
  expect(await textsOf(on)).toEqual([
    [`Dear Asha, it's "on" - ${'x'.repeat(60)}...`, 'gsm7'],
    [MESSAGE.replace('{name}', 'आशा'), 'ucs2'],
  ]);
  await setTo({ smartEncoding: false });
});

test('a text that no gateway of the account takes leaves its recipient out, in the forecast and in the campaign', async () => {
  const { json: gateway } = await stack.call('POST', '/api/v1/gateways', {
    provider: 'twilio',
    name: 'a twilio',
    credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' },
    sendingPattern: 'loop',
    baseUrl: `${stack.simulator.url}/twilio/${stack.vendor()}`,
    defaultSender: 'BRANDA',
  });
  expect(gateway.id).toEqual(expect.any(String));
  const chunk = 'x'.repeat(1_000);
  const recipients = people(2, 61_100).map((person, i) => ({
    ...person,
    variables: { a: chunk, b: 'y'.repeat(600 + i) },
  }));
  const id = (await campaigns.create({ message: '{a}{b}', audience: { recipients }, draft: true })).json.id as string;
  expect(await forecastOf(id)).toMatchObject({
    recipients: 1,
    rejected: 1,
    problems: [{ position: 1, code: 'too-long', message: 'the text has 1601 characters; at most 1600 are sent' }],
  });
});
