/** What was asked of a provider and what it answered, as the trace of a message shows it: by a vendor that says what it likes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearerOf } from '../support/api';
import { joinStack, type SharedStack } from '../support/shared';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const API_KEY = 'key-of-the-vendor-31';
const TEXT = 'Your parcel waits for you at the gate';
const PENDING = { groupId: 1, groupName: 'PENDING', id: 26, name: 'PENDING_ACCEPTED', description: 'Accepted' };
const REJECTED = {
  groupId: 5,
  groupName: 'REJECTED',
  id: 10,
  name: 'REJECTED_NOT_ENOUGH_CREDITS',
  description: 'No credit',
};

interface Wired {
  messages: { destinations: { to: string; messageId: string }[]; webhooks: { delivery: { url: string }; callbackData: string } }[];
} // prettier-ignore
type Reply = (sent: Wired, response: ServerResponse, request: IncomingMessage) => void;

let stack: SharedStack;
let vendor: Server;
let other: Tenant;
/** What the vendor does with the next requests, in order; then it takes what comes. */
const replies: Reply[] = [];
const seen: Wired[] = [];
let serial = 0;
const number = (): string => `9197${String(++serial).padStart(8, '0')}`;

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const statuses = ({ messages }: Wired, statusOf: (place: number) => object) => ({
  bulkId: 'bulk-7',
  messages: messages.map(({ destinations: [to] }, place) => ({
    messageId: to!.messageId, to: to!.to, status: statusOf(place),
  })),
}); // prettier-ignore
const accept: Reply = (sent, response) =>
  json(
    response,
    200,
    statuses(sent, () => PENDING),
  );

beforeAll(async () => {
  stack = await joinStack();
  vendor = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const sent = JSON.parse(body) as Wired;
      seen.push(sent);
      (replies.shift() ?? accept)(sent, response, request);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => vendor.once('listening', resolve));
  other = await makeTenant(stack, 'Beside');
});
afterAll(async () => {
  vendor.closeAllConnections();
  await new Promise((resolve) => vendor.close(resolve));
  await stack.stop();
});

async function gateway(over: object = {}): Promise<string> {
  const { status, json: made } = await stack.call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name: `Vendor ${++serial}`,
    baseUrl: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`,
    credentials: { apiKey: API_KEY },
    sendingPattern: 'loop',
    ...over,
  });
  expect(status).toBe(201);
  return made.id as string;
}

/** Sends over a gateway of its own. */
async function send(record: object = {}, over: object = {}): Promise<{ id: string; to: string; gatewayId: string }> {
  const gatewayId = await gateway(over);
  const { json: route } = await stack.call('POST', '/api/v1/routes', { name: `R ${serial}`, legs: [{ gatewayId }] });
  const to = number();
  const { json: campaign } = await stack.call('POST', '/api/v1/campaigns', {
    name: `C ${serial}`, message: TEXT, routeId: route.id, sender: 'BRANDA', audience: { recipients: [{ to, custom: `exchange-${to}` }] }, ...record,
  }); // prettier-ignore
  const [message] = await messagesOf(campaign.id as string, 1);
  return { id: message!.id, to, gatewayId };
}

interface Listed {
  id: string;
  to: string;
}
const messagesOf = (campaignId: string, count: number): Promise<Listed[]> =>
  until('the campaign has its messages', async () => {
    const { json: page } = await stack.call('GET', `/api/v1/messages?campaignId=${campaignId}`);
    return page.items.length === count ? (page.items as Listed[]) : null;
  });
const traceOf = async (id: string, headers?: Record<string, string>) =>
  (await stack.call('GET', `/api/v1/messages/${id}`, undefined, headers)).json;
const inState = (id: string, state: string) =>
  until(`the message is ${state}`, async () => {
    const trace = await traceOf(id);
    return trace.state === state ? trace : null;
  });
const masked = (to: string): string => `${to.slice(0, 4)}******${to.slice(-2)}`;

test('a message that was taken: what was asked, rebuilt as it was sent, and that nothing more is kept', async () => {
  const { id, to } = await send();
  const [attempt] = (await inState(id, 'submitted')).attempts;
  expect(attempt).toMatchObject({
    request: { rebuilt: true, method: 'POST', contentType: 'application/json', notes: [] },
    answers: [],
    answersMissing: 'taken',
  });
  expect(attempt.request.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sms\/3\/messages$/);
  const sent = seen.find(({ messages }) => messages[0]!.destinations[0]!.to === to)!;
  const { url } = sent.messages[0]!.webhooks.delivery;
  // Letter by letter what left, but for what must not show.
  const expected = JSON.parse(JSON.stringify(sent).replaceAll(to, masked(to))) as Wired;
  expected.messages[0]!.webhooks.delivery.url = url.replace(/[^/]+$/, '***');
  delete (expected.messages[0]!.webhooks as Partial<Wired['messages'][0]['webhooks']>).callbackData;
  expect(JSON.parse(attempt.request.body as string)).toEqual(expected);
  expect(JSON.stringify(attempt)).not.toContain(API_KEY);
  const rows = `select from provider_answers where message_ids @> array[$1::uuid]`;
  expect((await stack.database.pool.query(rows, [id])).rowCount).toBe(0);
});

test('a refusal: status and body as the provider wrote them, without number, text and secrets', async () => {
  replies.push((sent, response) =>
    json(response, 400, {
      description: `Bad request of ${API_KEY}`,
      violations: [
        { property: 'messages[0].destinations[0].to', violation: `${sent.messages[0]!.destinations[0]!.to}: ${TEXT}` },
      ],
    }),
  );
  const { id, to } = await send();
  const [attempt] = (await inState(id, 'failed')).attempts;
  expect(attempt.answersMissing).toBeUndefined();
  expect(attempt.answers).toEqual([
    {
      at: expect.any(String), status: 400, contentType: 'application/json; charset=utf-8', tookMs: expect.any(Number), messages: 1,
      body: `{"description":"Bad request of ***","violations":[{"property":"messages[0].destinations[0].to","violation":"${masked(to)}: …"}]}`,
    },
  ]); // prettier-ignore
});

test('no answer, then one: both tries of the attempt are there', async () => {
  replies.push((_, response) => void response.destroy());
  const { id } = await send();
  const [attempt, ...more] = (await inState(id, 'submitted')).attempts;
  expect(more).toEqual([]);
  expect(attempt.answers).toEqual([
    { at: expect.any(String), status: null, failure: 'UND_ERR_SOCKET', body: null, tookMs: expect.any(Number), messages: 1 },
  ]); // prettier-ignore
});

test('a batch: each is shown its own part, and what was refused with it', async () => {
  replies.push((sent, response) =>
    json(
      response,
      200,
      statuses(sent, (place) => (place === 0 ? PENDING : REJECTED)),
    ),
  );
  const gatewayId = await gateway({ sendingPattern: 'batch' });
  const { json: route } = await stack.call('POST', '/api/v1/routes', { name: `R ${serial}`, legs: [{ gatewayId }] });
  const recipients = [number(), number(), number()].map((to) => ({ to }));
  const { json: campaign } = await stack.call('POST', '/api/v1/campaigns', {
    name: `C ${serial}`, message: TEXT, routeId: route.id, sender: 'BRANDA', audience: { recipients },
  }); // prettier-ignore
  const messages = await messagesOf(campaign.id as string, 3);
  const traces = await until('all are answered', async () => {
    const all = await Promise.all(messages.map(({ id }) => traceOf(id)));
    return all.every(({ attempts }) => attempts[0]?.answeredAt !== undefined) ? all : null;
  });
  const sent = seen.find(({ messages: each }) => each.length === 3)!;
  const [taken, ...refused] = sent.messages.map(({ destinations: [to] }) =>
    traces.find((trace) => trace.to === `+${to!.to}`),
  );
  expect(taken.attempts[0]).toMatchObject({ answers: [], answersMissing: 'taken', request: { notes: ['own-part'] } });
  refused.forEach((trace, i) => {
    const [answer] = trace.attempts[0].answers;
    expect(answer).toMatchObject({ status: 200, messages: 3 });
    const { messages: own } = JSON.parse(answer.body as string) as { messages: object[] };
    const { messageId, to } = sent.messages[i + 1]!.destinations[0]!;
    expect(own).toEqual([{ messageId, to: masked(to), status: REJECTED }]);
    const asked = JSON.parse(trace.attempts[0].request.body as string) as Wired;
    expect(asked.messages.map(({ destinations }) => destinations[0]!.messageId)).toEqual([messageId]);
  });
});

test('texts: only for keys that may see them, and of a sensitive message for nobody', async () => {
  replies.push((_, response) => json(response, 400, { description: 'no', text: TEXT }));
  const { id } = await send();
  await inState(id, 'failed');
  const request = async (scopes: string[]) => (await traceOf(id, await bearerOf(stack, scopes))).attempts[0].request;
  expect((await request(['read', 'content'])).body).toContain(TEXT);
  const hidden = await request(['read']);
  expect([hidden.notes, hidden.body.includes(TEXT)]).toEqual([['text-hidden'], false]);

  replies.push((_, response) => json(response, 400, { description: 'no', text: TEXT }));
  const secret = await send({ sensitive: true });
  const [attempt] = (await inState(secret.id, 'failed')).attempts;
  expect([attempt.request.notes, attempt.request.body.includes(TEXT)]).toEqual([['text-sensitive'], false]);
  expect(attempt.answers).toMatchObject([{ status: 400, body: null }]);
});

test('a gateway that was changed since says so, and one that was deleted is asked nothing', async () => {
  const { id, gatewayId } = await send();
  await inState(id, 'submitted');
  const fresh = 'key-after-the-rotation';
  await stack.call('PATCH', `/api/v1/gateways/${gatewayId}`, { name: `Renamed ${gatewayId}` });
  expect((await traceOf(id)).attempts[0].request.notes).toEqual([]);
  await stack.call('PATCH', `/api/v1/gateways/${gatewayId}`, { credentials: { apiKey: fresh } });
  const [changed] = (await traceOf(id)).attempts;
  expect(changed.request.notes).toEqual(['gateway-changed']);
  expect(JSON.stringify(changed)).not.toContain(fresh);
  await stack.database.pool.query(`update gateways set deleted_at = now() where id = $1`, [gatewayId]);
  const [gone] = (await traceOf(id)).attempts;
  expect(gone).toMatchObject({ request: null, requestMissing: 'gateway-deleted', answersMissing: 'taken' });
});

test('another account finds nothing of it, and its own messages are as ever', async () => {
  replies.push((_, response) => json(response, 400, { description: 'no' }));
  const { id } = await send();
  await inState(id, 'failed');
  expect((await other.call('GET', `/api/v1/messages/${id}`)).status).toBe(404);
  await other.gateway('beside', 'infobip');
  const [own] = await other.send(1);
  await other.reach([own!], 'delivered');
  const { json: trace } = await other.call('GET', `/api/v1/messages/${own}`);
  expect(trace.attempts).toMatchObject([{ answers: [], answersMissing: 'taken' }]);
});

test('a test of a gateway shows what its provider said', async () => {
  replies.push((_, response) => json(response, 401, { requestError: { serviceException: { text: 'Invalid login' } } }));
  const gatewayId = await gateway();
  await stack.call('POST', `/api/v1/gateways/${gatewayId}/test`, { to: number(), text: TEXT });
  const { json: page } = await stack.call('GET', `/api/v1/messages?gatewayId=${gatewayId}`);
  const [attempt] = (await traceOf(page.items[0].id as string)).attempts;
  expect(attempt.answers).toMatchObject([
    { status: 401, body: '{"requestError":{"serviceException":{"text":"Invalid login"}}}' },
  ]);
});

test('a callback says when it was delivered', async () => {
  replies.push((_, response) => json(response, 400, { description: 'no' }));
  const { id } = await send();
  const callback = await until('the callback is delivered', async () => {
    const [first] = (await traceOf(id)).callbacks;
    return first?.state === 'delivered' ? first : null;
  });
  expect(callback).toMatchObject({ tries: 1, lastStatus: 200, deliveredAt: expect.any(String) });
  expect(Date.parse(callback.deliveredAt as string)).toBeGreaterThanOrEqual(Date.parse(callback.createdAt as string));
  const { json: alone } = await stack.call('GET', `/api/v1/callbacks/${callback.id}`);
  expect(alone.deliveredAt).toBe(callback.deliveredAt);
});
