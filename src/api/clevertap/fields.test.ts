import { nameValues, type Field } from './fields';
import { genericRecords, nodeRecords } from './records';

const TO = '+919999999999';
const TEXT = 'Hi User test notification body message';
const META = '9999999999.1200000000.1654002362.20220531.0.wzrk_default.-1.';
const TEMPLATE = '1107160016156755389';
const ENTITY = '1701158123540939524';
const CALLBACK = 'https://in1.cb.wzrkt.com/sms/generic?account=TEST-000-000Z';

/** The partner guides' payloads, filled in as CleverTap does (CleverTap docs, partner guides for generic SMS). */
const PAYLOADS: [partner: string, body: object, fields: Partial<Record<Field, unknown>>, extra?: object][] = [
  [
    'CleverTap’s own template',
    { tid: TEMPLATE, mid: META, to: TO, body: TEXT, hid: 'CTTEST' },
    { to: TO, text: TEXT, meta: META, templateId: TEMPLATE },
    { hid: 'CTTEST' },
  ],
  [
    'OneXtel',
    { listsms: [{ from: 'TXTSMS', to: TO, body: TEXT, entityid: ENTITY, templateid: TEMPLATE, clientsmsid: META }] },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS', entityId: ENTITY, templateId: TEMPLATE },
  ],
  [
    'ICS',
    { user: 'u', pass: 'p', smstosend: [{ to: TO, from: 'TXTSMS', smstext: TEXT, smsgid: META }] },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS' },
  ],
  [
    'Route Mobile',
    {
      username: 'x',
      password: 'x',
      source: 'TXTSMS',
      destination: TO,
      message: TEXT,
      entityid: ENTITY,
      tempid: TEMPLATE,
      tagname: '1200000000',
      msgid: META,
    },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS', entityId: ENTITY, templateId: TEMPLATE },
    { tagname: '1200000000' },
  ],
  [
    'Sinch',
    {
      appid: 'a',
      userId: 'a',
      pass: 'p',
      contenttype: '1',
      from: 'TXTSMS',
      to: TO,
      selfid: 'false',
      msgid: META,
      intflag: 'false',
      alert: '1',
      text: TEXT,
      dpi: ENTITY,
      dtm: TEMPLATE,
    },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS', entityId: ENTITY, templateId: TEMPLATE },
    { contenttype: '1', selfid: 'false', intflag: 'false', alert: '1' },
  ],
  [
    '8x8',
    {
      msgs: [
        { source: 'TXTSMS', destination: TO, text: TEXT, mid: META, encoding: 'Auto', partnerCallbackUrl: CALLBACK },
      ],
    },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS', callbackUrl: CALLBACK },
    { encoding: 'Auto' },
  ],
  [
    'MessageWhiz',
    { from: 'TXTSMS', to: TO, text: TEXT, client_ref: META, callback: CALLBACK },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS', callbackUrl: CALLBACK },
  ],
  [
    'Times Mobile',
    {
      username: 'u',
      password: 'p',
      unicode: 'false',
      from: 'TXTSMS',
      to: TO,
      text: TEXT,
      dltContentId: TEMPLATE,
      corelationid: META,
    },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS', templateId: TEMPLATE, unicode: 'false' },
  ],
  [
    'Kaleyra',
    {
      to: TO,
      sender: 'TXTSMS',
      body: TEXT,
      template_id: TEMPLATE,
      message_id: META,
      campaign_id: '1200000000',
      type: 'TXN',
      long_url: 'https://example.com/offer',
    },
    { to: TO, text: TEXT, meta: META, sender: 'TXTSMS', templateId: TEMPLATE, type: 'TXN' },
    { campaign_id: '1200000000', long_url: 'https://example.com/offer' },
  ],
  [
    'Mobtexting form',
    {
      sender: 'TXTSMS',
      to: TO,
      message: TEXT,
      service: 'T',
      entity_id: ENTITY,
      template_id: TEMPLATE,
      webhook_id: 'wh_1',
      time: '2026-08-01 10:00',
      type: 'U',
      flash: '1',
      custom: META,
      port: '8901',
    },
    {
      to: TO,
      text: TEXT,
      meta: META,
      sender: 'TXTSMS',
      service: 'T',
      entityId: ENTITY,
      templateId: TEMPLATE,
      webhookId: 'wh_1',
      time: '2026-08-01 10:00',
      type: 'U',
      flash: '1',
      port: '8901',
    },
  ],
];

it.each(PAYLOADS.map(([partner, body, fields, extra]) => ({ partner, body, fields, extra })))(
  '$partner',
  ({ body, fields, extra }) => {
    const [record, ...others] = genericRecords(body);
    expect(others).toEqual([]);
    expect(record!.values).toEqual(fields);
    expect(record!.extra).toEqual(extra);
  },
);

it('Mobtexting JSON', () => {
  const root = { type: 'A', flash: 0, sender: 'TXTSMS', message: TEXT, service: 'T' };
  const [first, second] = nodeRecords({ root, nodes: [{ to: TO, sender: 'MOBSMS' }, { to: '918888888888' }] });
  const shared = { type: 'A', flash: 0, text: TEXT, service: 'T' };
  expect(first!.values).toEqual({ ...shared, to: TO, sender: 'MOBSMS' });
  expect(second!.values).toEqual({ ...shared, to: '918888888888', sender: 'TXTSMS' });
});

it('takes names in any case, and keeps them as they were written', () => {
  const { values, names } = nameValues({ TO, Body: TEXT, MessageID: 'not a name', MID: META, TEMPLATEID: TEMPLATE });
  expect(values).toEqual({ to: TO, text: TEXT, meta: META, templateId: TEMPLATE });
  expect(names).toEqual({ to: 'TO', text: 'Body', meta: 'MID', templateId: 'TEMPLATEID' });
});

it.each([
  ['to', { mobile: '3', destination: '2', to: '1' }],
  ['text', { smstext: '4', text: '3', body: '2', message: '1' }],
  ['meta', { corelationid: '5', clientsmsid: '4', msgid: '3', mid: '2', custom: '1' }],
  ['sender', { uid: '4', source: '3', from: '2', sender: '1' }],
  ['templateId', { dlt_template_id: '5', dltTemplateId: '4', dtm: '3', tid: '2', template_id: '1' }],
  ['entityId', { dlt_entity_id: '3', dltEntityId: '2', dpi: '1' }],
] as const)('of several names for %s the first of the list wins, wherever it stands', (field, record) => {
  const entries = Object.entries(record);
  for (const order of [entries, [...entries].reverse()]) {
    const { values, names } = nameValues(Object.fromEntries(order));
    expect(values).toEqual({ [field]: '1' });
    expect(names[field]).toBe(entries.at(-1)![0]);
  }
});

it('names are found with the blanks that slipped in where they were typed', () => {
  const { values, names } = nameValues({ ' to': TO, 'Body ': TEXT, '\nTemplate_ID': TEMPLATE, 'password ': 'p' });
  expect(values).toEqual({ to: TO, text: TEXT, templateId: TEMPLATE });
  expect(names.text).toBe('Body ');
  expect(nameValues({ 'password ': 'p' }).extra).toBeUndefined();
});

it('uid is a sender ID only when nothing else names one', () => {
  expect(nameValues({ uid: 'TXTSMS' }).values).toEqual({ sender: 'TXTSMS' });
  expect(nameValues({ uid: 'user-7', from: 'TXTSMS' }).values).toEqual({ sender: 'TXTSMS' });
});

it('credentials are never kept, in whatever case they are written', () => {
  const secrets = ['apikey', 'access_token', 'username', 'user', 'userId', 'PASSWORD', 'Pass', 'appid'];
  const record = Object.fromEntries(secrets.map((name) => [name, 's3cret']));
  expect(JSON.stringify(nameValues({ ...record, to: TO, note: 'kept' }))).not.toContain('s3cret');
  const [batched] = genericRecords({ ...record, msgs: [{ to: TO, ...record }] });
  expect(JSON.stringify(batched)).not.toContain('s3cret');
});

it('null is no value: the next name is asked', () => {
  expect(nameValues({ custom: null, mid: META, extra: null })).toEqual({
    values: { meta: META },
    names: { meta: 'mid' },
    extra: undefined,
  });
});
