/** What an account decides about its records, and what its gateways' vendors demand of them. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
let other: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  other = await joinStack({ worker: false });
});
afterAll(async () => {
  await stack.stop();
  await other.stop();
});

const send = (record: object, to = stack) => to.call('POST', '/clevertap/v1/messages', record);
const setTo = (settings: object) => stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, settings);
const stored = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;

describe('duplicateWindowMinutes', () => {
  const record = (mid: string) => ({ to: '919800000401', text: 'Your code is 4711', mid });
  it('is a day unless the account says otherwise, is shown, and is bounded', async () => {
    expect((await stack.call('GET', `/api/v1/accounts/${stack.accountId}`)).json).toMatchObject({
      duplicateWindowMinutes: 1_440,
      smartEncoding: false,
    });
    for (const wrong of [-1, 1_441, 1.5, '30', null]) {
      const { status, json } = await setTo({ duplicateWindowMinutes: wrong });
      expect([status, json.errors[0].field]).toEqual([400, 'duplicateWindowMinutes']);
    }
  });

  it('0: every record is a new one, and another account goes on as it did', async () => {
    await setTo({ duplicateWindowMinutes: 0 });
    const ids = [await send(record('off')), await send(record('off'))].map(({ json }) => json.ids[0]);
    expect(new Set(ids).size).toBe(2);
    const { json } = await send({ list: [record('off'), record('off')] });
    expect(json.duplicates).toBeUndefined();
    const theirs = [await send(record('off'), other), await send(record('off'), other)];
    expect(theirs.map((answer) => answer.json.duplicates)).toEqual([undefined, [0]]);
  });

  it('30: the same within half an hour is a duplicate; another text is a new one', async () => {
    await setTo({ duplicateWindowMinutes: 30 });
    const first = (await send(record('half'))).json;
    const again = (await send(record('half'))).json;
    expect([again.ids, again.duplicates]).toEqual([first.ids, [0]]);
    expect((await send({ ...record('half'), text: 'Your code is 4712' })).json.duplicates).toBeUndefined();
    await setTo({ duplicateWindowMinutes: 1_440 });
  });

  it('without a window the same request under its Idempotency-Key is still the same', async () => {
    await setTo({ duplicateWindowMinutes: 0 });
    const key = { 'idempotency-key': 'window-off-1' };
    const one = await stack.call('POST', '/clevertap/v1/messages', record('keyed'), key);
    const two = await stack.call('POST', '/clevertap/v1/messages', record('keyed'), key);
    expect(two.json.ids).toEqual(one.json.ids);
    await setTo({ duplicateWindowMinutes: 1_440 });
  });
});

test('smartEncoding: a text of typographic characters becomes GSM-7 where it can, once the account says so', async () => {
  const text = `“Sale” – it’s on… ${'x'.repeat(80)}`;
  const before = await stored((await send({ to: '919800000411', text })).json.ids[0]);
  expect(before).toMatchObject({ text, encoding: 'ucs2', segments: 2 });
  await setTo({ smartEncoding: true });
  const after = await stored((await send({ to: '919800000412', text })).json.ids[0]);
  expect(after).toMatchObject({ text: `"Sale" - it's on... ${'x'.repeat(80)}`, encoding: 'gsm7', segments: 1 });
  const mixed = await stored((await send({ to: '919800000412', text: `${text} नमस्ते` })).json.ids[0]);
  expect(mixed).toMatchObject({ text: `${text} नमस्ते`, encoding: 'ucs2' });
  const theirs = (await send({ to: '919800000412', text }, other)).json.ids[0];
  expect((await other.call('GET', `/api/v1/messages/${theirs}`)).json.text).toBe(text);
  await setTo({ smartEncoding: false });
});

test('a time of more than a day ago is refused alone; one of less is sent', async () => {
  const at = (ms: number) => new Date(Date.now() - ms).toISOString();
  const list = [
    { to: '919800000421', text: 'late', time: at(86_400_000 + 60_000) },
    { to: '919800000421', text: 'in time', time: at(86_400_000 - 60_000) },
    { to: '919800000421', text: 'long ago', time: '2020-01-01 10:00' },
  ];
  const { status, json } = await send({ list });
  expect([status, json.accepted]).toEqual([200, 1]);
  expect(json.rejected).toEqual([
    { index: 0, code: 'invalid-time', field: 'time', message: expect.stringContaining('more than a day ago') },
    { index: 2, code: 'invalid-time', field: 'time', message: expect.stringContaining('more than a day ago') },
  ]);
});

describe('what a vendor demands', () => {
  const TWILIO = {
    provider: 'twilio',
    name: 'their twilio',
    credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' },
    sendingPattern: 'loop',
  };
  let mine: SharedStack;
  let gateway: string;
  beforeAll(async () => {
    mine = await joinStack({ worker: false });
    const made = await mine.call('POST', '/api/v1/gateways', TWILIO);
    expect(made.status).toBe(201);
    gateway = made.json.id as string;
  });
  afterAll(() => mine.stop());
  const long = 'a'.repeat(1_601);
  const campaign = (message: string, more: object = {}) =>
    mine.call('POST', '/api/v1/campaigns', {
      name: 'x',
      message,
      draft: true,
      audience: { recipients: [{ to: '919800000431' }] },
      ...more,
    });

  it('a sender ID: without any the record is refused, and so is a campaign', async () => {
    const { status, json } = await send({ list: [{ to: '919800000431', text: 'Hi' }, { to: '919800000431', text: 'Hi', from: 'BRANDA' }] }, mine); // prettier-ignore
    expect([status, json.rejected]).toEqual([
      200,
      [
        {
          index: 0,
          code: 'missing',
          field: 'sender',
          message: expect.stringContaining('their twilio; give a sender ID'),
        },
      ],
    ]);
    expect((await campaign('Hi')).json).toMatchObject({ status: 400, errors: [{ field: 'sender' }] });
    expect((await campaign('Hi', { sender: 'BRANDA' })).status).toBe(201);
    await mine.call('PATCH', `/api/v1/gateways/${gateway}`, { defaultSender: 'BRANDB' });
    expect((await send({ to: '919800000432', text: 'Hi' }, mine)).status).toBe(200);
    expect((await campaign('Hi')).status).toBe(201);
  });

  it('a text that is not too long: more characters are refused, in a record, a campaign and a draft', async () => {
    await mine.call('PATCH', `/api/v1/gateways/${gateway}`, { defaultSender: 'BRANDB' });
    const { json } = await send({ list: [{ to: '919800000433', text: long }, { to: '919800000433', text: long.slice(1) }] }, mine); // prettier-ignore
    expect(json).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'too-long', field: 'text' }] });
    expect(json.rejected[0].message).toBe(
      'text has 1,601 characters, more than these gateways take: their twilio (1,600); shorten it',
    );
    expect((await campaign(long)).json).toMatchObject({ status: 400, errors: [{ field: 'text' }] });
  });
});
