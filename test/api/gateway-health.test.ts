/** A gateway's health and failoverAfterSeconds over the operations API. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

let made = 0;
const draft = (over: object = {}) => ({
  provider: 'infobip',
  name: `gateway ${++made}`,
  credentials: { apiKey: 'key' },
  sendingPattern: 'batch',
  ...over,
});
const create = (over: object) => stack.call('POST', '/api/v1/gateways', draft(over));

test('200: one and all show their health', async () => {
  const health = { state: 'up', breaker: 'closed', acceptRate: null, deliveryRate: null, p95Ms: null };
  const { status, json } = await create({});
  expect({ status, health: json.health }).toEqual({ status: 201, health });
  expect((await stack.call('GET', `/api/v1/gateways/${json.id}`)).json.health).toEqual(health);
  const { items } = (await stack.call('GET', '/api/v1/gateways')).json;
  expect(items.find(({ id }: { id: string }) => id === json.id).health).toEqual(health);
});

test('200: the one that leads to the simulator says so, and no other', async () => {
  const { json } = await create({});
  const { items } = (await stack.call('GET', '/api/v1/gateways')).json;
  const demo = (id: string) => items.find((each: { id: string }) => each.id === id).demo;
  expect({ made: json.demo, listed: demo(json.id), first: demo(stack.gatewayId) }).toEqual({
    made: false,
    listed: false,
    first: true,
  });
});

test('201 and 200: failoverAfterSeconds above the validity', async () => {
  const { status, json } = await create({ validitySeconds: 120, failoverAfterSeconds: 180 });
  expect({ status, after: json.failoverAfterSeconds }).toEqual({ status: 201, after: 180 });
  const patch = (body: object) => stack.call('PATCH', `/api/v1/gateways/${json.id}`, body);
  expect(await patch({ failoverAfterSeconds: 600 })).toMatchObject({
    status: 200,
    json: { failoverAfterSeconds: 600 },
  });
  expect(await patch({ failoverAfterSeconds: null, validitySeconds: null })).toMatchObject({
    status: 200,
    json: { failoverAfterSeconds: null },
  });
});

test.each([
  ['no validity', { failoverAfterSeconds: 180 }, /is 180.*give a validitySeconds below 180/],
  ['a validity that is too long', { validitySeconds: 180, failoverAfterSeconds: 180 }, /validitySeconds below 180/],
  [
    'a provider without validity',
    { provider: 'mobtexting', credentials: { token: 't' }, failoverAfterSeconds: 180 },
    /Mobtexting has no validity/,
  ],
  [
    'the receipt deadline before it',
    { validitySeconds: 60, failoverAfterSeconds: 180, receiptDeadlineSeconds: 180 },
    /below receiptDeadlineSeconds, which is 180/,
  ],
])('400: failoverAfterSeconds with %s', async (_, over, message) => {
  const { status, json } = await create(over);
  expect({ status, code: json.code }).toEqual({ status: 400, code: 'invalid-request' });
  expect(json.detail).toMatch(message);
});

test('400: a change that would leave failoverAfterSeconds without its validity', async () => {
  const { json } = await create({ validitySeconds: 120, failoverAfterSeconds: 180 });
  const patch = (body: object) => stack.call('PATCH', `/api/v1/gateways/${json.id}`, body);
  expect((await patch({ validitySeconds: 240 })).status).toBe(400);
  expect((await patch({ receiptDeadlineSeconds: 100 })).status).toBe(400);
  expect((await patch({ validitySeconds: 90 })).status).toBe(200);
});
