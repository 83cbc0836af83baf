/** What a vendor that knows no id of ours says of a person, and of a message; beside a neighbour at the same vendor. */
import { createHmac } from 'node:crypto';
import { startVendor, type Answer, type Vendor } from '../../src/providers/testing/vendor';
import { startStack, type TestStack } from '../support/stack';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const TOKEN = 'token-of-the-tests';
let stack: TestStack;
let vendor: Vendor;
/** Vendors whose answer says nothing: each is asked about its message for minutes, and must not answer that for another. */
const unsure: Vendor[] = [];
let owner: Tenant;
let neighbour: Tenant;
/** Where the owner's gateway is called back. */
let callbackUrl: string;
beforeAll(async () => {
  vendor = await startVendor();
  stack = await startStack({ env: { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' } });
  owner = await makeTenant(stack, 'Owner');
  neighbour = await makeTenant(stack, 'Neighbour');
  ({ callbackUrl } = await gatewayOf(owner));
  await gatewayOf(neighbour);
});
afterAll(async () => {
  await stack.stop();
  await Promise.all([vendor, ...unsure].map((each) => each.close()));
});
beforeEach(() => {
  vendor.seen.length = 0;
  vendor.answers = [TAKEN];
});

async function gatewayOf(tenant: Tenant, { origin } = vendor): Promise<{ callbackUrl: string }> {
  const { status, json } = await tenant.call('POST', '/api/v1/gateways', {
    provider: 'twilio',
    name: 'Twilio',
    credentials: { accountSid: 'AC1', authToken: TOKEN },
    baseUrl: origin,
    sendingPattern: 'loop',
    defaultSender: 'HELIOG',
  });
  expect([status, json.detail]).toEqual([201, undefined]);
  return json as { callbackUrl: string };
}

const json = (status: number, body: object): Answer => ({ status, body: JSON.stringify(body) });
const TAKEN = json(201, { sid: `SM${'0'.repeat(32)}`, status: 'queued', num_segments: '1' });
const OPTED_OUT = json(400, { code: 21610, message: 'Attempt to send to unsubscribed recipient', status: 400 });

let texts = 0;
async function send(tenant: Tenant, to: string): Promise<string> {
  const mid = `sign ${++texts}`;
  const { status, json: answer } = await tenant.call('POST', '/clevertap/v1/messages', {
    to,
    text: `Hello ${mid}`,
    mid,
  });
  expect([status, answer.detail]).toEqual([200, undefined]);
  return (answer.ids as string[])[0]!;
}
const messageOf = async (tenant: Tenant, id: string) =>
  (await tenant.call('GET', `/api/v1/messages/${id}`)).json as Record<string, unknown>;
const inState = (tenant: Tenant, id: string, state: string) =>
  until(`the message is ${state}`, async () => {
    const message = await messageOf(tenant, id);
    return message.state === state ? message : null;
  });
const suppressionsOf = async (tenant: Tenant, to: string) =>
  (await tenant.call('GET', `/api/v1/suppressions?to=${to}`)).json.items as Record<string, unknown>[];

/** Twilio's webhook, signed as its page says. */
async function webhook(fields: Record<string, string>, method: 'GET' | 'POST' = 'POST') {
  const query = method === 'GET' ? `?${new URLSearchParams(fields).toString()}` : '';
  const signed = Object.keys(method === 'GET' ? {} : fields).sort().map((name) => name + fields[name]); // prettier-ignore
  const signature = createHmac('sha1', TOKEN).update(callbackUrl + query + signed.join('')).digest('base64'); // prettier-ignore
  const response = await fetch(`http://127.0.0.1:${stack.api.port}${new URL(callbackUrl).pathname}${query}`, {
    method,
    headers: { 'x-twilio-signature': signature },
    ...(method === 'GET' ? {} : { body: new URLSearchParams(fields) }),
  });
  return [response.status, response.headers.get('content-type'), await response.text()];
}
const TWIML = [200, 'text/xml; charset=utf-8', '<?xml version="1.0" encoding="UTF-8"?><Response/>'];

test('21610: failed 903, suppressed, and not paid for again; the neighbour sends to that number', async () => {
  const phone = '919800000121';
  vendor.answers = [OPTED_OUT];
  const first = await inState(owner, await send(owner, phone), 'failed');
  expect(first).toMatchObject({ code: '903', reason: 'Attempt to send to unsubscribed recipient' });
  expect(await suppressionsOf(owner, phone)).toMatchObject([
    { source: 'provider', classes: 'all', reason: 'the provider says so: code 21610', evidence: { code: '21610' } },
  ]);
  const { json: consents } = await owner.call('GET', `/api/v1/consents?to=${phone}`);
  expect(consents.items).toMatchObject([{ kind: 'opt-out', source: 'provider', counted: true }]);
  expect(vendor.seen).toHaveLength(1);
  vendor.answers = [TAKEN];
  await inState(owner, await send(owner, phone), 'suppressed');
  expect(vendor.seen).toHaveLength(1);
  await inState(neighbour, await send(neighbour, phone), 'submitted');
  expect(await suppressionsOf(neighbour, phone)).toEqual([]);
  expect(new Set(vendor.userAgents)).toEqual(new Set([expect.stringMatching(/^heliograph\/\d/)]));
});

test('a report by GET that tells it, and Twilio’s own START, lift and set it', async () => {
  const phone = '919800000122';
  const id = await send(owner, phone);
  await inState(owner, id, 'submitted');
  const attempt = new URLSearchParams(vendor.seen[0]!.body).get('StatusCallback')!.split('attempt=')[1]!;
  const report = { attempt, MessageSid: `SM${'1'.repeat(32)}`, MessageStatus: 'undelivered', ErrorCode: '30630' };
  expect(await webhook(report, 'GET')).toEqual([200, 'application/json; charset=utf-8', '{"status":"stored"}']);
  expect(await inState(owner, id, 'failed')).toMatchObject({ code: '903' });
  expect(await suppressionsOf(owner, phone)).toHaveLength(1);
  const said = { From: `+${phone}`, To: '+15005550006', Body: 'Sure', OptOutType: 'START' };
  expect(await webhook({ MessageSid: `SM${'2'.repeat(32)}`, ...said })).toEqual(TWIML);
  expect(await suppressionsOf(owner, phone)).toEqual([]);
});

test('OptOutType before words, and TwiML for every text', async () => {
  const phone = '919800000123';
  const said = { From: `+${phone}`, To: '+15005550006', SmsStatus: 'received' };
  expect(await webhook({ SmsSid: `SM${'3'.repeat(32)}`, ...said, Body: 'STOP', OptOutType: 'HELP' })).toEqual(TWIML);
  expect(await suppressionsOf(owner, phone)).toEqual([]);
  expect(await webhook({ SmsSid: `SM${'4'.repeat(32)}`, ...said, Body: 'BAJA', OptOutType: 'STOP' })).toEqual(TWIML);
  expect(await suppressionsOf(owner, phone)).toMatchObject([{ source: 'inbound', evidence: { by: 'provider' } }]);
  expect(await suppressionsOf(neighbour, phone)).toEqual([]);
});

test.each([500, 502, 504])('%i leaves the message open, says why, and sends nothing again; the neighbour goes on', async (status) => {
  const own = await startVendor({ status, body: '<html>' }, TAKEN);
  unsure.push(own);
  const customer = await makeTenant(stack, `Customer ${status}`);
  await gatewayOf(customer, own);
  const id = await send(customer, `9198000001${status % 100 + 30}`);
  const open = await until('the answer is known', async () => {
    const message = await messageOf(customer, id);
    return message.reason === undefined || message.reason === null ? null : message;
  });
  expect(open).toMatchObject({
    state: 'submitting',
    reason: `the provider answered HTTP ${status}`,
    attempts: [{ state: 'unknown', class: 'unknown', code: `http-${status}` }],
  });
  await inState(neighbour, await send(neighbour, '919800000140'), 'submitted');
  const posts = own.seen.filter(({ method }) => method === 'POST');
  expect(posts.filter(({ body }) => body.includes(`sign+${texts - 1}`))).toHaveLength(1);
}); // prettier-ignore
