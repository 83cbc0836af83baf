/**
 * What callbacks of every vendor have in common: the same report says the same in whatever it is written, and nothing that
 * anybody can send makes an adapter throw or end a message by a word that nobody knows.
 */
import fc from 'fast-check';
import { attemptWireId } from '../core/messages/ids';
import type { CallbackRequest, CallbackResult, ProviderConfig } from './provider';
import { providers } from './registry';

const OURS = attemptWireId('019a0000-0000-7000-8000-000000000001', 1);

/** A vendor whose reports are flat: a report that is delivered, and the name of its status. */
interface FlatVendor {
  credentials: object;
  status: string;
  delivered: Record<string, string>;
}

const FLAT: Record<string, FlatVendor> = {
  clickatell: {
    credentials: { apiKey: 'key-0123456789' },
    status: 'statusCode',
    delivered: { messageId: 'api-77', clientMessageId: OURS, statusCode: '4', timestamp: '1795946403000' },
  },
  'clickatell-legacy': {
    credentials: { username: 'helios', password: 'p4ss&word', apiId: '7' },
    status: 'status',
    delivered: { apiMsgId: 'a'.repeat(32), cliMsgId: OURS, status: '004', timestamp: '1795946403' },
  },
  'times-mobile': {
    credentials: { username: 'helios', password: 'p4ss&word' },
    status: 'deliverystatus',
    delivered: { txid: '205538399', corelationid: OURS, deliverystatus: 'DELIVRD', deliverydt: '2026-11-29 10:00:03' },
  },
  mobtexting: {
    credentials: { token: 'tok-0123456789' },
    status: 'status',
    delivered: {
      id: 'b34e35ad-fe34-4a8b-977c-b21cd76cd7d6:1',
      custom: OURS,
      status: 'DELIVRD',
      deliv_at: '1795946403',
    },
  },
  pingbix: {
    credentials: { userId: 'helios', password: 'p4ss&word' },
    status: 'Status',
    delivered: { Transactionid: '8403414672158573510', mobileNo: '919800000001', Status: 'DELIVRD' },
  },
};
const VENDORS = Object.entries(FLAT);

function receive(name: string, request: Partial<CallbackRequest>): CallbackResult {
  const { credentialsSchema, callback } = providers[name]!;
  const config: ProviderConfig<unknown> = {
    credentials: credentialsSchema.parse(FLAT[name]!.credentials),
    baseUrl: '',
    callbackUrl: '',
    callbackAuth: null,
  };
  const url = request.url ?? '/callbacks/token';
  const query = new URL(url, 'http://localhost').searchParams;
  return callback({ method: 'POST', headers: {}, body: Buffer.alloc(0), ...request, url, query }, config);
}

type Report = Record<string, string>;
const formOf = (report: Report): string => new URLSearchParams(report).toString();
const post = (body: string, type?: string): Partial<CallbackRequest> => ({
  headers: type === undefined ? {} : { 'content-type': type },
  body: Buffer.from(body),
});
const multipartOf = (report: Report): Partial<CallbackRequest> => {
  const parts = Object.entries(report).map(
    ([name, value]) => `--b0und\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return post(`${parts.join('')}--b0und--\r\n`, 'multipart/form-data; boundary=b0und');
};

/** Every way in which portals send a flat report. */
const WAYS: [string, (report: Report) => Partial<CallbackRequest>][] = [
  ['a query', (report) => ({ method: 'GET', url: `/callbacks/token?${formOf(report)}` })],
  ['a form', (report) => post(formOf(report), 'application/x-www-form-urlencoded')],
  ['a form with a charset', (report) => post(formOf(report), 'application/x-www-form-urlencoded; charset=ISO-8859-1')],
  ['a form as text/plain', (report) => post(formOf(report), 'text/plain')],
  ['a form without a content type', (report) => post(formOf(report))],
  ['a form called JSON', (report) => post(formOf(report), 'application/json')],
  ['a multipart form', multipartOf],
  ['JSON', (report) => post(JSON.stringify(report), 'application/json')],
  ['JSON as text/plain', (report) => post(JSON.stringify(report, null, 2), 'text/plain; charset=utf-8')],
  ['JSON without a content type', (report) => post(JSON.stringify(report))],
  ['JSON called a form', (report) => post(JSON.stringify(report), 'application/x-www-form-urlencoded')],
  ['JSON in a list', (report) => post(`[${JSON.stringify(report)}]`, 'application/json')],
  ['a query of a POST', (report) => ({ url: `/callbacks/token?${formOf(report)}` })],
  ['names in capitals', (report) => post(formOf(mapNames(report, (name) => name.toUpperCase())))],
  ['names in small letters', (report) => post(JSON.stringify(mapNames(report, (name) => name.toLowerCase())))],
  ['every field twice', (report) => post(`${formOf(report)}&${formOf(report)}`)],
  ['blank fields before it', (report) => post(`${formOf(mapValues(report, ''))}&${formOf(report)}`)],
  ['blanks around values', (report) => post(formOf(mapValues(report, (value) => ` ${value} `)))],
  [
    'a URL that was copied out of HTML',
    (report) => ({ url: `/callbacks/token?${formOf(report).replaceAll('&', '&amp;')}` }),
  ],
  ['JSON whose template ends in a comma', (report) => post(`[${JSON.stringify(report).replace(/\}$/, ' ,\n}')},]`)],
  ['fields that nobody knows', (report) => post(formOf({ ...report, charge: '0.3', region: 'IN', message: 'x' }))],
];
const mapNames = (report: Report, to: (name: string) => string): Report =>
  Object.fromEntries(Object.entries(report).map(([name, value]) => [to(name), value]));
const mapValues = (report: Report, to: string | ((value: string) => string)): Report =>
  Object.fromEntries(Object.entries(report).map(([name, value]) => [name, typeof to === 'string' ? to : to(value)]));

describe.each(VENDORS)('%s', (name, { delivered, status }) => {
  const expected = receive(name, post(formOf(delivered), 'application/x-www-form-urlencoded'));

  it('is delivered', () => {
    expect(expected).toMatchObject({ kind: 'receipts', receipts: [{ status: 'delivered' }] });
  });

  it.each(WAYS)('says the same as %s', (_label, write) => {
    expect(receive(name, write(delivered))).toEqual(expected);
  });

  it.each(Object.keys(delivered))('two values of %s are none: it is refused, and named', (field) => {
    const body = `${formOf(delivered)}&${field}=another`;
    const result = receive(name, post(body));
    // A field that is not read at all harms nobody.
    if (result.kind === 'malformed') expect(result.reason.toLowerCase()).toContain(field.toLowerCase());
    else expect([field, result]).toEqual([expect.stringMatching(/^(timestamp|deliverydt|deliv_at)$/), expected]);
  });

  it('what the body says counts against the URL', () => {
    const url = `/callbacks/token?${status}=FAILED&${formOf({ other: 'x' })}`;
    expect(receive(name, { ...post(formOf(delivered)), url })).toEqual(expected);
  });

  it('a word that nobody knows ends no message, and is told', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{4,12}_[A-Z]{4,12}$/), fc.constantFrom(...WAYS), (word, [, write]) => {
        const result = receive(name, write({ ...delivered, [status]: `X${word}` }));
        expect(result).toMatchObject({ kind: 'receipts', receipts: [{ status: 'pending', unlisted: `X${word}` }] });
      }),
    );
  });

  it('several reports are several receipts; one that can’t be read harms none beside it', () => {
    const body = JSON.stringify([delivered, { nothing: 1 }, 7, null, delivered]);
    const result = receive(name, post(body));
    expect(result).toMatchObject({ kind: 'receipts', receipts: [{ status: 'delivered' }, { status: 'delivered' }] });
  });
});

/** Callbacks as portals and peers write them, and what must come of each. */
const LITERALS: [string, string, Partial<CallbackRequest>, object][] = [
  ['mobtexting', 'the sample of a composed webhook', post('{"id":"b34e:1","mobile":"91","message_status":"DELIVRD","credits":"1",\n}'),
    { kind: 'receipts', receipts: [{ status: 'delivered', providerId: 'b34e:1' }] }],
  ['mobtexting', 'the other sample', { method: 'GET', url: '/callbacks/token?message_id=b34e:1&mobile_number=91&message_status=UNDELIV' },
    { kind: 'receipts', receipts: [{ status: 'failed', providerId: 'b34e:1' }] }],
  ['mobtexting', 'the check as its page has it', post('{\n "validation_key": "9012XXXX",\n "challenge": "a234qwe",\n}'),
    { kind: 'challenge', answer: { challenge: 'a234qwe' } }],
  ['mobtexting', 'a composed text by GET', { method: 'GET', url: '/callbacks/token?from=919800000001&to=919800000002&keyword1=STOP&text=STOP+now' },
    { kind: 'inbound', texts: [{ from: '+919800000001', to: '919800000002', text: 'STOP now' }] }],
  ['mobtexting', 'a composed text without words', post('from=919800000001&text='), { kind: 'ignored' }],
  ['clickatell-legacy', 'a text of a phone in JSON', post('{"data":{"moMessageId":"b1","from":"919800000001","to":"27","text":"STOP","charset":"ISO-8859-1"}}'),
    { kind: 'inbound', texts: [{ from: '+919800000001', text: 'STOP', providerId: 'b1' }] }],
  ['clickatell-legacy', 'more zeros in front', post('apiMsgId=a1&status=0004'), { receipts: [{ status: 'delivered' }] }],
  ...['NA', 'N/A', '-', 'nil', 'success', 'DELIVRD', 'ESME_ROK', '0x0', '0.0', 'SC-0000'].map((code): (typeof LITERALS)[number] => [
    'pingbix', `the ErrorCode ${code} beside a time of delivery`,
    post(formOf({ Transactionid: '84', ErrorCode: code, mobileNo: '919800000001', DeliveredTime: '2026-11-29 15:30:03' })),
    { receipts: [{ status: 'delivered' }] },
  ]),
  ['pingbix', 'an ErrorCode that is listed as a refusal', post('Transactionid=84&ErrorCode=27&mobileNo=919800000001&DeliveredTime='),
    { receipts: [{ status: 'failed', code: '27' }] }],
]; // prettier-ignore

it.each(LITERALS)('%s: %s', (name, _label, request, expected) => {
  expect(receive(name, request)).toMatchObject(expected);
});

const text = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom('[', '{', '{"a":', '<xml/>', 'data=<a/>', '%', '%zz=%', '&&&=', '%00', '['.repeat(5_000), '\ufeff{}'),
  fc.array(fc.tuple(fc.string(), fc.string())).map((pairs) => new URLSearchParams(pairs).toString()),
);

it.each(Object.keys(FLAT))('%s takes whatever comes without an exception', (name) => {
  const { delivered } = FLAT[name]!;
  const types = fc.constantFrom('application/json', 'text/plain', 'multipart/form-data', 'multipart/form-data; boundary=b',
    'text/plain; charset=utf-16', 'application/x-www-form-urlencoded; charset=none', ''); // prettier-ignore
  fc.assert(
    fc.property(
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT'),
        type: types,
        text,
        bytes: fc.uint8Array(),
        mixed: fc.dictionary(
          fc.constantFrom(...Object.keys(delivered), 'moMsgId', 'fromNumber', 'from', 'text', 'charset'),
          fc.anything(),
        ),
        which: fc.nat(2),
        query: fc.string(),
      }),
      ({ method, type, text: said, bytes, mixed, which, query }) => {
        const body = [Buffer.from(said), Buffer.from(bytes), Buffer.from(safeJson({ ...delivered, ...mixed }))][which]!;
        const url = `/callbacks/token?${encodeURI(query).replaceAll('#', '')}`;
        const { kind } = receive(name, { method, url, headers: { 'content-type': type }, body });
        expect(['receipts', 'inbound', 'ignored', 'malformed', 'challenge']).toContain(kind);
      },
    ),
    { numRuns: 300 },
  );
});

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
