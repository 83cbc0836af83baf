/**
 * The forms of CleverTap's partners, filled in: each request is sent as that partner's form sends it, with nothing but
 * host and key changed, and must reach the vendor and come back to CleverTap unharmed. The templates are those of
 * CleverTap's public partner guides, docs.clevertap.com/docs/<name>; numbers, texts and ids are made up.
 */
import { portalOf, type MadeGateway } from '../support/callbacks';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const ENTITY = '1701158123540939524';
const TEMPLATE = '1107160016156755389';
const metaOf = (to: string) => `${to}.1200000000.1700000000.20260101.0.wzrk_default.-1.`;

/** What the vendor must get, and CleverTap must hear. */
interface Expected {
  /** Digits with country code. */
  to: string;
  text: string;
  sender: string;
  entityId?: string;
  templateId?: string;
  flash?: boolean;
  /** CleverTap account that hears of it; absent = the one of the default webhook. */
  heardBy?: string;
}

interface Form {
  partner: string;
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  expected: Expected[];
}

const GENERIC = '/clevertap/v1/messages';

/** @param callbackOf CleverTap's callback URL of an account. */
function forms(key: string, callbackOf: (account: string) => string): Form[] {
  const bearer = { authorization: `Bearer ${key}` };
  return [
    {
      // docs.clevertap.com/docs/onextel-sms
      partner: 'OneXtel',
      method: 'POST',
      path: GENERIC,
      headers: { ...JSON_TYPE, onexkey: key },
      body: {
        listsms: [
          {
            from: 'ONEXTL', to: '+919800000101', body: 'Your loan of ₹5,000 is approved.', entityid: ENTITY,
            templateid: TEMPLATE, clientsmsid: metaOf('919800000101'),
          },
          {
            from: 'ONEXTL', to: '+919800000102', body: 'Your loan of ₹7,000 is approved.', entityid: ENTITY,
            templateid: TEMPLATE, clientsmsid: metaOf('919800000102'),
          },
        ],
      }, // prettier-ignore
      expected: ['5,000', '7,000'].map((sum, i) => ({
        to: `91980000010${i + 1}`,
        text: `Your loan of ₹${sum} is approved.`,
        sender: 'ONEXTL',
        entityId: ENTITY,
        templateId: TEMPLATE,
      })),
    },
    {
      // docs.clevertap.com/docs/ics-mobile
      partner: 'ICS Mobile',
      method: 'POST',
      path: GENERIC,
      headers: JSON_TYPE,
      body: {
        user: 'ics-user',
        pass: key,
        smstosend: [
          { to: '919800000111', from: 'ICSMOB', smstext: 'Flight AI 101 is on time.', smsgid: metaOf('919800000111') },
        ],
      },
      expected: [{ to: '919800000111', text: 'Flight AI 101 is on time.', sender: 'ICSMOB' }],
    },
    {
      // docs.clevertap.com/docs/route-mobile-sms
      partner: 'Route Mobile',
      method: 'POST',
      path: GENERIC,
      headers: JSON_TYPE,
      body: {
        username: 'route-user', password: key, source: 'ROUTEM', destination: '919800000121',
        message: 'Order 17 has left.', entityid: ENTITY, tempid: TEMPLATE, tagname: '1200000000',
        msgid: metaOf('919800000121'),
      }, // prettier-ignore
      expected: [
        { to: '919800000121', text: 'Order 17 has left.', sender: 'ROUTEM', entityId: ENTITY, templateId: TEMPLATE },
      ],
    },
    {
      // docs.clevertap.com/docs/sinch-sms
      partner: 'Sinch (India)',
      method: 'POST',
      path: GENERIC,
      headers: JSON_TYPE,
      body: {
        appid: 'acl-app', userId: 'acl-user', pass: key, contenttype: '1', from: 'ACLALT', to: '919800000131',
        selfid: 'false', msgid: metaOf('919800000131'), intflag: 'false', alert: '1', text: 'आपका ऑर्डर निकल गया है।',
        dpi: ENTITY, dtm: TEMPLATE,
      }, // prettier-ignore
      expected: [
        {
          to: '919800000131',
          text: 'आपका ऑर्डर निकल गया है।',
          sender: 'ACLALT',
          entityId: ENTITY,
          templateId: TEMPLATE,
        },
      ],
    },
    {
      // docs.clevertap.com/docs/8x8-sms
      partner: '8x8',
      method: 'POST',
      path: GENERIC,
      headers: { ...JSON_TYPE, ...bearer },
      body: {
        msgs: [
          {
            source: 'EIGHTX', destination: '919800000141', text: 'Your code is 4711', mid: metaOf('919800000141'),
            encoding: 'Auto', partnerCallbackUrl: callbackOf('8X8'),
          },
        ],
      }, // prettier-ignore
      expected: [{ to: '919800000141', text: 'Your code is 4711', sender: 'EIGHTX', heardBy: '8X8' }],
    },
    {
      // docs.clevertap.com/docs/messagewhiz
      partner: 'MessageWhiz',
      method: 'POST',
      path: GENERIC,
      headers: { ...JSON_TYPE, authorization: key },
      body: {
        from: 'MSGWHZ', to: '919800000151', text: 'See you at 7?', client_ref: metaOf('919800000151'),
        callback: callbackOf('WHIZ'),
      }, // prettier-ignore
      expected: [{ to: '919800000151', text: 'See you at 7?', sender: 'MSGWHZ', heardBy: 'WHIZ' }],
    },
    {
      // docs.clevertap.com/docs/times-internet
      partner: 'Times Mobile, POST',
      method: 'POST',
      path: '/ct/api/v1/message',
      headers: { ...JSON_TYPE, accept: 'application/JSON' },
      body: {
        username: 'times-user', password: key, unicode: 'false', from: 'TIMESM', to: '919800000161',
        text: 'Bill paid: 100% of Rs 250 & fees', dltContentId: TEMPLATE, corelationid: metaOf('919800000161'),
      }, // prettier-ignore
      expected: [
        { to: '919800000161', text: 'Bill paid: 100% of Rs 250 & fees', sender: 'TIMESM', templateId: TEMPLATE },
      ],
    },
    {
      // docs.clevertap.com/docs/times-internet
      partner: 'Times Mobile, GET',
      method: 'GET',
      path: `/ct/api/v1/send?${new URLSearchParams({
        username: 'times-user',
        password: key,
        unicode: 'false',
        from: 'TIMESM',
        to: '919800000162',
        text: 'Bill paid: 100% of Rs 250 & fees + tax',
        dltContentId: TEMPLATE,
        corelationid: metaOf('919800000162'),
      }).toString()}`,
      expected: [
        { to: '919800000162', text: 'Bill paid: 100% of Rs 250 & fees + tax', sender: 'TIMESM', templateId: TEMPLATE },
      ],
    },
    {
      // docs.clevertap.com/docs/kaleyra-sms
      partner: 'Kaleyra',
      method: 'POST',
      path: GENERIC,
      headers: {
        ...FORM_TYPE,
        'api-key': key,
        sid: 'HXAP0000000000IN',
        'kaleyra-host': 'api.kaleyra.io',
        callback_url: callbackOf('KALEYRA'),
      },
      body: new URLSearchParams({
        to: '+919800000171',
        sender: 'KALERA',
        body: 'Sale: 20% off – today only',
        template_id: TEMPLATE,
        message_id: metaOf('919800000171'),
        campaign_id: '1200000000',
        type: 'TXN',
        long_url: 'https://shop.example.com/sale',
      }),
      expected: [
        {
          to: '919800000171',
          text: 'Sale: 20% off – today only',
          sender: 'KALERA',
          templateId: TEMPLATE,
          heardBy: 'KALEYRA',
        },
      ],
    },
    {
      // Mobtexting, "Clevertap SMS Integration": form
      partner: 'Mobtexting, form',
      method: 'POST',
      path: '/api/v2/sms/clevertap/send',
      headers: { accept: 'application/json', ...FORM_TYPE, ...bearer },
      body: new URLSearchParams({
        sender: 'TXTSMS',
        to: '919800000181,919800000182',
        message: 'welcome to mobtexting',
        service: 'T',
        entity_id: ENTITY,
        template_id: TEMPLATE,
        type: 'A',
        flash: '1',
        custom: metaOf('919800000181'),
      }),
      expected: ['919800000181', '919800000182'].map((to) => ({
        to,
        text: 'welcome to mobtexting',
        sender: 'TXTSMS',
        entityId: ENTITY,
        templateId: TEMPLATE,
        flash: true,
      })),
    },
    {
      // Mobtexting, "Clevertap SMS Integration": JSON
      partner: 'Mobtexting, JSON',
      method: 'POST',
      path: '/api/v2/sms/clevertap/json',
      headers: { ...JSON_TYPE, ...bearer },
      body: {
        root: { type: 'A', flash: 0, sender: 'TXTSMS', message: 'welcome to mobtexting', service: 'T' },
        nodes: [
          {
            to: '919800000183', sender: 'MOBSMS', message: 'Message from & json api node 1',
            custom: metaOf('919800000183'),
          },
          { to: '919800000184', custom: metaOf('919800000184') },
        ],
      }, // prettier-ignore
      expected: [
        { to: '919800000183', text: 'Message from & json api node 1', sender: 'MOBSMS', flash: false },
        { to: '919800000184', text: 'welcome to mobtexting', sender: 'TXTSMS', flash: false },
      ],
    },
    {
      // Pingbix, "CleverTap integration": POST without authentication, keys and values of one's own
      partner: 'Pingbix, key-value pairs',
      method: 'POST',
      path: GENERIC,
      headers: FORM_TYPE,
      body: new URLSearchParams({
        apikey: key,
        senderid: 'PNGBIX',
        mobile: '919800000191',
        msg: 'kept for search',
        message: 'Hello from the form',
        entityid: ENTITY,
        templateid: TEMPLATE,
        msgid: metaOf('919800000191'),
      }),
      expected: [
        { to: '919800000191', text: 'Hello from the form', sender: 'PNGBIX', entityId: ENTITY, templateId: TEMPLATE },
      ],
    },
    {
      // Pingbix, "CleverTap integration": the same as JSON, batched
      partner: 'Pingbix, JSON',
      method: 'POST',
      path: GENERIC,
      headers: JSON_TYPE,
      body: {
        messages: [{ mobile: '919800000192', message: 'Hello from JSON', msgid: metaOf('919800000192') }],
        senderid: 'PNGBIX',
        apikey: key,
      },
      expected: [{ to: '919800000192', text: 'Hello from JSON', sender: 'PNGBIX' }],
    },
    {
      // docs.clevertap.com/docs/generic-sms: filled batch, the array before what holds for all
      partner: 'CleverTap generic, batched',
      method: 'POST',
      path: GENERIC,
      headers: { ...JSON_TYPE, authorization: `Basic ${Buffer.from(`anyone:${key}`).toString('base64')}` },
      body: {
        msgs: [
          { tid: TEMPLATE, mid: metaOf('919800000195'), to: '+919800000195', body: 'Hi User test notification' },
          { tid: TEMPLATE, mid: metaOf('919800000196'), to: '+919800000196', body: 'Hi User test notification' },
        ],
        hid: 'CTTEST',
        from: 'CTTEST',
      },
      expected: ['919800000195', '919800000196'].map((to) => ({
        to,
        text: 'Hi User test notification',
        sender: 'CTTEST',
        templateId: TEMPLATE,
      })),
    },
    {
      // docs.clevertap.com/docs/generic-sms: filled, one request a record
      partner: 'CleverTap generic, unbatched',
      method: 'POST',
      path: GENERIC,
      headers: { ...JSON_TYPE, 'x-api-key': key },
      body: {
        tid: TEMPLATE, mid: metaOf('919800000197'), to: '+919800000197', body: 'Hi User test notification',
        hid: 'CTTEST', uid: 'CTTEST',
      }, // prettier-ignore
      expected: [{ to: '919800000197', text: 'Hi User test notification', sender: 'CTTEST', templateId: TEMPLATE }],
    },
  ];
}

const DEFAULT_LISTENER = 'PARTNERS';
let stack: SharedStack;
let as: Record<string, string>;
let key: string;
let all: Form[];
beforeAll(async () => {
  stack = await joinStack();
  const account = await stack.call('POST', '/api/v1/accounts', { name: 'Partners' });
  as = { 'x-account-id': account.json.id };
  const made = await stack.call('POST', '/api/v1/api-keys', { name: 'CleverTap', scopes: ['send'] }, as);
  key = made.json.key;
  // Mobtexting carries a template without an entity too, so that nothing of a request is lost on the way.
  const gateway = await stack.call(
    'POST',
    '/api/v1/gateways',
    {
      provider: 'mobtexting',
      name: 'vendor',
      credentials: { token: 'token' },
      sendingPattern: 'batch',
      baseUrl: `${stack.simulator.url}/mobtexting/${stack.vendor()}`,
      defaultSender: 'SHOULDNOT',
    },
    as,
  );
  const callbackOf = (name: string) => `${stack.simulator.url}/clevertap/callback?account=${stack.vendor(name)}`;
  const webhook = { kind: 'clevertap', url: callbackOf(DEFAULT_LISTENER), isDefault: true };
  await stack.call('POST', '/api/v1/webhooks', webhook, as);
  const script = { record: true, receipts: { ...portalOf(gateway.json as MadeGateway), delayMs: { min: 1, max: 20 } } };
  expect((await stack.control('PUT', '/control/script', script)).status).toBe(200);
  all = forms(key, callbackOf);
});
afterAll(() => stack.stop());

/** As CleverTap sends it: no header that the form has not. */
const post = ({ method, path, body, headers = {} }: Pick<Form, 'method' | 'path' | 'body' | 'headers'>) =>
  stack.call(method, path, body, { authorization: '', ...headers });
const atVendor = async (to: string) =>
  (await stack.control('GET', `/control/messages?to=${to}`)).json.messages as Record<string, unknown>[];
const traceOf = async (to: string) => {
  const { json } = await stack.call('GET', `/api/v1/messages?to=${to}`, undefined, as);
  return (await stack.call('GET', `/api/v1/messages/${json.items[0].id}`, undefined, as)).json;
};

test.each(forms('', () => '').map(({ partner }) => partner))('%s', async (partner) => {
  const form = all.find((one) => one.partner === partner)!;
  const { status, json } = await post(form);
  expect([status, json.rejected ?? []]).toEqual([200, []]);
  for (const { to, heardBy = DEFAULT_LISTENER, text, sender, ...rest } of form.expected) {
    const [message] = await until(`${to} is at the vendor`, async () => {
      const found = await atVendor(to);
      return found.length > 0 ? found : null;
    });
    const asked = { entityId: undefined, templateId: undefined, flash: false, ...rest };
    expect({ ...asked, ...message }).toMatchObject({ to, text, sender, ...asked, outcome: 'accepted', seen: 1 });
    const meta = form.expected.length > 1 && partner === 'Mobtexting, form' ? metaOf('919800000181') : metaOf(to);
    const records = await until(`CleverTap has heard of ${to}`, async () => {
      const query = `account=${stack.vendor(heardBy)}&meta=${encodeURIComponent(meta)}`;
      const heard = (await stack.control('GET', `/control/clevertap/records?${query}`)).json.records;
      return heard.length > 0 ? (heard as { event: string; meta: string }[]) : null;
    });
    expect(records[0]).toMatchObject({ event: 'delivered', meta });
    expect((await traceOf(to)).to).toBe(`+${to}`);
  }
});

test('400: the sample of Mobtexting’s page, with its missing quote, points at the place', async () => {
  const sample = `{
    "root": {
        "type": "A",
        "flash": 0,
        "sender": "TXTSMS",
        "message": "welcoem to mobtexting,
        "service": "T"
    },
    "nodes": [
        {
            "to": "919492000000",
            "sender": "MOBSMS",
            "message": "Message from & json api node 1"
        },
        {
            "to": "918074000000"
        }
    ]
}`;
  const headers = { ...JSON_TYPE, authorization: `Bearer ${key}` };
  const { status, json } = await post({ method: 'POST', path: '/api/v2/sms/clevertap/json', body: sample, headers });
  expect([status, json.code]).toEqual([400, 'malformed-body']);
  expect(json.detail).toMatch(/line 6, column \d+, near ".*mobtexting,/);
});

describe('what every form may do', () => {
  const send = async (record: object, headers: Record<string, string> = {}) => {
    const { status, json } = await stack.call('POST', GENERIC, { from: 'SENDER', text: 'Hello', ...record }, {
      ...as, ...headers,
    }); // prettier-ignore
    return { status, json };
  };
  const stored = async (record: object) => {
    const { status, json } = await send(record);
    expect([status, json.rejected]).toEqual([200, []]);
    return (await stack.call('GET', `/api/v1/messages/${json.ids[0]}`, undefined, as)).json;
  };

  test('a token that CleverTap did not replace spoils its record only, in whatever field it stands', async () => {
    const good = { to: '919800000201', text: 'x', mid: 'good' };
    const list = [
      { ...good, to: '$$To' }, { ...good, text: '$$Body' }, { ...good, mid: '$$MessageID' }, { ...good, from: '$$Sender' },
      { ...good, templateid: '$$TemplateID' }, { ...good, entityid: '$$Entity' }, { ...good, text: 'Costs $$5' }, good,
    ]; // prettier-ignore
    const { status, json } = await send({ list });
    expect([status, json.accepted]).toEqual([200, 2]);
    expect(json.rejected.map(({ index, field, code }: Record<string, unknown>) => [index, field, code])).toEqual([
      [0, 'to', 'unreplaced-token'],
      [1, 'text', 'unreplaced-token'],
      [2, 'mid', 'unreplaced-token'],
      [3, 'from', 'unreplaced-token'],
      [4, 'templateid', 'unreplaced-token'],
      [5, 'entityid', 'unreplaced-token'],
    ]);
  });

  test('template variables may come as a string or an array, which is no array of records', async () => {
    const to = '919800000202';
    const text = await stored({ to, mid: 'v-1', variables: 'Asha|17' });
    const list = await stored({ to, mid: 'v-2', variables: ['Asha', '17'] });
    const none = await stored({ to, mid: 'v-3', variables: [] });
    expect([text, list, none].map(({ options }) => options.extra.variables)).toEqual(['Asha|17', ['Asha', '17'], []]);
  });

  test('unknown keys are kept and shown with the message', async () => {
    const message = await stored({ to: '919800000203', mid: 'k-1', tagname: '1200000000', seq: 1, deep: { a: [1] } });
    expect(message.options).toEqual({ extra: { tagname: '1200000000', seq: 1, deep: { a: [1] } } });
  });

  test('type U, N and A, flash and port reach the vendor', async () => {
    const cases = [
      { to: '919800000204', type: 'U', encoding: 'ucs2' },
      { to: '919800000205', type: 'N', encoding: 'gsm7' },
      { to: '919800000206', type: 'A', encoding: 'gsm7' },
    ];
    for (const { encoding, ...record } of cases) expect((await stored(record)).encoding).toBe(encoding);
    await stored({ to: '919800000207', flash: 1, port: '2948' });
    const [message] = await until('it is at the vendor', async () => {
      const found = await atVendor('919800000207');
      return found.length > 0 ? found : null;
    });
    expect(message).toMatchObject({ flash: true, port: 2_948 });
  });

  test('service, or the account’s', async () => {
    const of = async (record: object) => (await stored({ to: '919800000208', ...record })).service;
    expect([await of({ mid: 's-1' }), await of({ mid: 's-2', service: 'P' }), await of({ mid: 's-3', service: 'OTP' })]).toEqual(
      ['T', 'P', 'OTP'],
    ); // prettier-ignore
  });

  test('time is the account’s clock, or carries its offset', async () => {
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const at = async (time: string) => (await stored({ to: '919800000209', mid: `t ${time}`, time })).scheduledAt;
    expect(await at(`${day} 20:30:00`)).toBe(`${day}T15:00:00.000Z`);
    expect(await at(`${day}T20:30:00+01:00`)).toBe(`${day}T19:30:00.000Z`);
    expect(await at(`${day}T20:30:00Z`)).toBe(`${day}T20:30:00.000Z`);
  });

  test('webhook_id names where the outcome goes; an unknown one spoils the record', async () => {
    const url = `${stack.simulator.url}/clevertap/callback?account=${stack.vendor('NAMED')}`;
    const { json: webhook } = await stack.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url }, as);
    await stored({ to: '919800000210', mid: 'named', webhook_id: webhook.id });
    await until('CleverTap has heard', async () => {
      const { json } = await stack.control(
        'GET',
        `/control/clevertap/records?account=${stack.vendor('NAMED')}&meta=named`,
      );
      return json.records.length > 0;
    });
    const { status, json } = await send({ to: '919800000210', webhook_id: 'wh_of_nobody' });
    expect([status, json.rejected[0].code]).toEqual([400, 'unknown-webhook']);
  });

  test('a sender beside the records wins over a uid in them, which may be a user’s', async () => {
    const { json } = await send({ list: [{ to: '919800000211', uid: 'user-17' }], from: 'GLOBAL' });
    const { json: message } = await stack.call('GET', `/api/v1/messages/${json.ids[0]}`, undefined, as);
    expect([message.sender, message.options.extra]).toEqual(['GLOBAL', { uid: 'user-17' }]);
  });

  test('a header credential wins over fields; fields count only without one', async () => {
    const record = { to: '919800000212' };
    const statuses = await Promise.all(
      [
        [{ ...record, username: 'u', password: 'p', apikey: 'foreign' }, { authorization: `Bearer ${key}` }],
        [{ ...record, username: 'u', pass: 'p' }, { 'x-api-key': key }],
        [{ ...record, password: key }, { authorization: 'Bearer wrong' }],
        [{ ...record, password: key }, { 'api-key': 'foreign' }],
        [{ ...record, user: 'u', pass: 'wrong' }, {}],
      ].map(async ([body, headers]) => (await send(body!, { authorization: '', ...(headers as object) })).status),
    );
    expect(statuses).toEqual([200, 200, 401, 200, 401]);
  });
});
