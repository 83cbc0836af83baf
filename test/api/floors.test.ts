/** Floors: minimums of an operator under the settings of accounts, which these can narrow and never widen. */
import { bearerOf } from '../support/api';
import { startStack, type TestStack } from '../support/stack';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack({ worker: false });
});
afterAll(() => stack.stop());

const INDIA = { country: 'IN', start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' };
const asAPerson = { indiaStrict: undefined, promotionalOutsideWindow: undefined };
const make = async (body: object = {}) =>
  (await stack.call('POST', '/api/v1/accounts', { name: 'Shop', ...asAPerson, ...body })).json;
const read = async (id: string) => (await stack.call('GET', `/api/v1/accounts/${id}`)).json;
/** As its own people do. */
async function managerOf(accountId: string) {
  const headers = await bearerOf(stack, ['manage'], { accountId });
  return (body: object) => stack.call('PATCH', `/api/v1/accounts/${accountId}`, body, headers);
}

test('an account that a person makes in India waits and is strict; one elsewhere is not, nor one that says otherwise', async () => {
  expect(await make()).toMatchObject({
    promotionalOutsideWindow: 'hold',
    indiaStrict: true,
    windows: [INDIA],
    floors: {},
  });
  expect(await make({ defaultCountry: 'GB' })).toMatchObject({ promotionalOutsideWindow: 'send', indiaStrict: false });
  expect(await make({ indiaStrict: false, promotionalOutsideWindow: 'refuse' })).toMatchObject({
    indiaStrict: false,
    promotionalOutsideWindow: 'refuse',
  });
  // The one that is there from the start is for trying things.
  expect(await read('default')).toMatchObject({ indiaStrict: false });
});

describe('of one account', () => {
  const FLOORS = {
    windows: [INDIA],
    promotionalOutsideWindow: 'hold',
    indiaStrict: true,
    requireApprovedSenders: true,
  };
  let id: string;
  let patch: Awaited<ReturnType<typeof managerOf>>;
  let neighbour: string;
  beforeAll(async () => {
    ({ id } = await make({ indiaStrict: false, promotionalOutsideWindow: 'send', windows: [] }));
    ({ id: neighbour } = await make({ indiaStrict: false, promotionalOutsideWindow: 'send', windows: [] }));
    patch = await managerOf(id);
  });

  test('403: they are the operator’s', async () => {
    expect(await patch({ floors: {} })).toMatchObject({
      status: 403,
      json: { detail: expect.stringMatching(/operator/) },
    });
  });

  test('what lies below is narrowed, a neighbour is not, and the audit says what was', async () => {
    const { status, json } = await stack.call('PATCH', `/api/v1/accounts/${id}`, { floors: FLOORS });
    expect([status, json]).toEqual([200, { ...(await read(id)), ...FLOORS, floors: FLOORS }]);
    expect(await read(neighbour)).toMatchObject({ windows: [], indiaStrict: false, promotionalOutsideWindow: 'send' });
    const { items } = (await stack.call('GET', '/api/v1/audit?limit=1', undefined, { 'x-account-id': id })).json;
    expect(items[0]).toMatchObject({
      action: 'account.updated',
      detail: { fields: ['floors'], from: { floors: {} }, to: { floors: FLOORS } },
    });
  });

  test.each([
    ['no windows', { windows: [] }, 'windows', /10:00–21:00/],
    ['an earlier window', { windows: [{ ...INDIA, start: '09:00' }] }, 'windows', /09:00/],
    ['a window of other clocks', { windows: [{ ...INDIA, timezone: 'Europe/London' }] }, 'windows', /London/],
    ['sending at night', { promotionalOutsideWindow: 'send' }, 'promotionalOutsideWindow', /"hold" or "refuse"/],
    [
      'another country, which sends at night',
      { defaultCountry: 'GB', promotionalOutsideWindow: null },
      'promotionalOutsideWindow',
      /"send"/,
    ],
    ['unregistered texts', { indiaStrict: false }, 'indiaStrict', /must be true/],
    ['any sender', { requireApprovedSenders: false }, 'requireApprovedSenders', /must be true/],
  ])('409: %s is below, for its own people and for the operator', async (_, body, field, message) => {
    const before = await read(id);
    for (const answer of [await patch(body), await stack.call('PATCH', `/api/v1/accounts/${id}`, body)]) {
      expect(answer).toMatchObject({
        status: 409,
        json: { code: 'below-floor', errors: [{ field, message: expect.stringMatching(message) }] },
      });
    }
    expect(await read(id)).toEqual(before);
  });

  test('200: narrower settings, and others; the operator lifts a floor', async () => {
    const narrower = { windows: [{ ...INDIA, start: '11:00' }], promotionalOutsideWindow: 'refuse', timezone: 'UTC' };
    expect(await patch(narrower)).toMatchObject({ status: 200, json: narrower });
    expect((await stack.call('PATCH', `/api/v1/accounts/${id}`, { floors: {} })).status).toBe(200);
    expect(await patch({ windows: [], promotionalOutsideWindow: 'send', indiaStrict: false })).toMatchObject({
      status: 200,
    });
  });
});

test('of the deployment: every account, those that are made later too, until the operator lifts them', async () => {
  const { id } = await make({ indiaStrict: false });
  const { id: above } = await make({ promotionalOutsideWindow: 'refuse' });
  const manager = await bearerOf(stack, ['read', 'manage'], { accountId: id });
  const floors = { indiaStrict: true, promotionalOutsideWindow: 'hold' };
  expect((await stack.call('PUT', '/api/v1/floors', floors, manager)).status).toBe(403);

  const { status, json } = await stack.call('PUT', '/api/v1/floors', floors);
  expect([status, json.floors]).toEqual([200, floors]);
  expect(json.narrowed).toEqual(expect.arrayContaining([id]));
  expect(json.narrowed).not.toContain(above);
  expect((await stack.call('GET', '/api/v1/floors', undefined, manager)).json).toEqual(floors);
  expect(await read(id)).toMatchObject({ indiaStrict: true, promotionalOutsideWindow: 'hold' });
  const patch = await managerOf(id);
  expect((await patch({ indiaStrict: false })).json.code).toBe('below-floor');
  expect((await patch({ windows: [] })).status).toBe(200);

  const refused = await stack.call('POST', '/api/v1/accounts', { name: 'Lax', indiaStrict: false });
  expect([refused.status, refused.json.code]).toEqual([409, 'below-floor']);
  expect(await make({ defaultCountry: 'GB' })).toMatchObject({ indiaStrict: true, promotionalOutsideWindow: 'hold' });

  const ofAccount = (
    await stack.call('GET', '/api/v1/audit?action=account.narrowed', undefined, { 'x-account-id': id })
  ).json;
  expect(ofAccount.items).toMatchObject([{ detail: { fields: ['indiaStrict'] } }]);
  const all = (await stack.call('GET', '/api/v1/audit?action=floors.updated')).json;
  expect(all.items).toMatchObject([{ subject: 'deployment', detail: { from: {}, to: floors } }]);

  expect((await stack.call('PUT', '/api/v1/floors', {})).status).toBe(200);
  expect((await patch({ indiaStrict: false })).status).toBe(200);
});

test('400: a floor that is none', async () => {
  expect(await stack.call('PUT', '/api/v1/floors', { promotionalOutsideWindow: 'never' })).toMatchObject({
    status: 400,
    json: { errors: [{ field: 'promotionalOutsideWindow' }] },
  });
});

test('a change of an account and one of all floors at the same moment: neither waits for ever, and the floor holds', async () => {
  const { id } = await make({ indiaStrict: false });
  const patch = await managerOf(id);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      i % 2 === 0
        ? stack.call('PUT', '/api/v1/floors', { requireApprovedSenders: i % 4 === 0 })
        : patch({ requireApprovedSenders: false, timezone: 'UTC' }),
    ),
  );
  expect(answers.map(({ status }) => status).filter((status) => ![200, 409].includes(status))).toEqual([]);
  const held = (await stack.call('GET', '/api/v1/floors')).json.requireApprovedSenders as boolean;
  if (held) expect((await read(id)).requireApprovedSenders).toBe(true);
  await stack.call('PUT', '/api/v1/floors', {});
});
