/** CleverTap's own template form (docs "Generic SMS", first sample): a DLT template id and variables, and no text. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
const DLT = '1107160016156755389';
const OTHER = '1107160016156755390';
const store = (template: object) => stack.call('POST', '/api/v1/templates', template);
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  await store({
    name: 'due',
    text: 'Dear {name}, {amount} is due.',
    dltTemplateId: DLT,
    entityId: '1701158123540939524',
  });
  await store({ name: 'hi', text: 'Hi {name}', dltTemplateId: OTHER });
  await store({ name: 'hallo', text: 'Hallo {name}', dltTemplateId: OTHER });
});
afterAll(() => stack.stop());

const TEXT = 'Dear Asha, Rs 500 is due.';
let no = 0;
const to = () => `9198000003${String(no++).padStart(2, '0')}`;
const sample = (record: object) => ({
  hid: 'TXTSMS', tid: DLT, cid: '1200000000', type: 'template',
  msgs: [{ seq: 1, to: to(), mid: `m${no}`, uid: 'TXTSMS', enc: 'utf8', ...record }],
}); // prettier-ignore
const stored = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;

it.each<[string, unknown]>([
  ['an array', ['Asha', 'Rs 500']],
  ['a comma text', 'Asha,Rs 500'],
  ['JSON text', '["Asha","Rs 500"]'],
  ['an object', { name: 'Asha', amount: 'Rs 500' }],
])('is rendered from the account’s template, its variables as %s', async (_, variables) => {
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', sample({ variables }));
  expect({ status, rejected: json.rejected }).toEqual({ status: 200, rejected: [] });
  const { text, sender, options } = await stored(json.ids[0]);
  expect({ text, sender, options }).toMatchObject({
    text: TEXT,
    options: { templateId: DLT, entityId: '1701158123540939524' },
  });
});

it('works by query and form, and on the partners’ routes', async () => {
  const fields = { to: to(), tid: DLT, variables: 'Asha,Rs 500' };
  const query = new URLSearchParams(fields).toString();
  const byQuery = await stack.call('GET', `/clevertap/v1/messages?${query}`);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const byForm = await stack.call('POST', '/clevertap/v1/messages', new URLSearchParams(fields), form);
  const mobtexting = await stack.call('POST', '/api/v2/sms/clevertap/json', {
    root: { template_id: DLT },
    nodes: [{ to: to(), variables: ['Asha', 'Rs 500'] }],
  });
  const times = await stack.call('POST', '/ct/api/v1/send', {
    to: to(),
    dltContentId: DLT,
    variables: ['Asha', 'Rs 500'],
  });
  const ids = [byQuery.json.ids[0], byForm.json.ids[0], mobtexting.json.data[0].id, times.json.transactionId];
  expect(await Promise.all(ids.map(async (id: string) => (await stored(id)).text))).toEqual([TEXT, TEXT, TEXT, TEXT]);
});

it('a text wins over the template; each record that can’t be rendered is refused alone, and says what is wrong', async () => {
  const record = (fields: object) => ({ to: to(), tid: DLT, ...fields });
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', {
    list: [
      record({ variables: ['Asha', 'Rs 500'] }),
      record({ body: 'Its own text', variables: ['Asha'] }),
      record({ variables: ['Asha'] }),
      record({ variables: 'Asha,Rs 1,500' }),
      record({}),
      record({ tid: '1107000000000000001', variables: ['Asha'] }),
      record({ tid: OTHER, variables: ['Asha'] }),
      record({ variables: ['Asha', '$$Body'] }),
      record({ variables: '["Asha' }),
      { to: to() },
      record({ tid: '1107000000000000001' }),
      record({ variables: ['$$FirstName', 'Rs 500'] }),
      record({ tid: ` ${DLT}\n`, variables: ['Asha', 'Rs 500'] }),
    ],
  });
  expect(status).toBe(200);
  expect(await Promise.all(json.ids.map(async (id: string) => (await stored(id)).text))).toEqual([
    TEXT,
    'Its own text',
    TEXT,
  ]);
  const told = (json.rejected as { index: number; code: string; message: string }[]).map(({ index, code, message }) => [index, code, message]); // prettier-ignore
  expect(told).toEqual([
    [2, 'missing-variable', expect.stringContaining('variables has 1 values, and the template takes 2: {name}, {amount}')],
    [3, 'too-many', expect.stringContaining('variables has 3 values, and the template takes 2')],
    [4, 'missing-variable', expect.stringContaining('variables has no value for {name}, {amount}')],
    [5, 'dlt-template', expect.stringMatching(/^tid .*store it with POST \/api\/v1\/templates.*"dltTemplateId":"1107000000000000001"/)],
    [6, 'ambiguous', expect.stringContaining('hallo, hi')],
    [7, 'unreplaced-token', expect.stringContaining('$$Body')],
    [8, 'invalid-type', expect.stringContaining('begins as JSON does')],
    [9, 'missing', 'text is missing: give the text of the message'],
    [10, 'missing', expect.stringContaining('text is missing, and no template of the account has the DLT id 1107000000000000001')],
    [11, 'unreplaced-token', expect.stringMatching(/^variables .*\$\$FirstName/)],
  ]); // prettier-ignore
});

it('another account’s template is none of this one’s', async () => {
  const other = await joinStack({ worker: false });
  const { status, json } = await other.call(
    'POST',
    '/clevertap/v1/messages',
    sample({ variables: ['Asha', 'Rs 500'] }),
  );
  await other.stop();
  expect([status, json.rejected[0].code]).toEqual([400, 'dlt-template']);
});

it('an array of objects is no batch where the record itself names its number', async () => {
  const record = { to: to(), body: 'OTP 1234', templateVariables: [{ k: 'a' }, { k: 'b' }] };
  const { json } = await stack.call('POST', '/clevertap/v1/messages', record);
  expect(json).toMatchObject({ accepted: 1, ids: [expect.any(String)] });
});

it('a blank text is none, nor is it for a campaign', async () => {
  for (const body of ['   ', '\u00a0', '\u200b\u2060']) {
    const { status, json } = await stack.call('POST', '/clevertap/v1/messages', { to: to(), body });
    expect([status, json.rejected[0].code]).toEqual([400, 'missing']);
    const campaign = { name: 'x', message: body, draft: true, audience: { recipients: [{ to: to() }] } };
    const refused = await stack.call('POST', '/api/v1/campaigns', campaign);
    expect([refused.status, refused.json.errors[0].field]).toEqual([400, 'message']);
  }
});
