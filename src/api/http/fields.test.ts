import fc from 'fast-check';
import type { Request } from 'express';
import { AppError } from '../../errors';
import { bodyText, fieldsOf, queryOf, readFields } from './fields';

const FORM = 'application/x-www-form-urlencoded';
const isList = (name: string): boolean => name === 'to';
const post = (body: Buffer | string, type?: string): Request =>
  ({
    method: 'POST',
    headers: { 'content-type': type },
    body: Buffer.from(body),
    originalUrl: '/x',
  }) as unknown as Request;
const get = (query: string): Request =>
  ({ method: 'GET', headers: {}, originalUrl: `/x?${query}` }) as unknown as Request;
const told = (request: Request): unknown => {
  try {
    return readFields(request, isList);
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
};
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const CAFE = { message: 'Café' };

it.each<[string, Request, unknown]>([
  ['a form', post('message=Caf%C3%A9', FORM), CAFE],
  ['a form in ISO-8859-1', post('message=Caf%E9', `${FORM}; charset=ISO-8859-1`), CAFE],
  ['the same with its bytes as they are', post(latin1('message=Caf\xe9'), `${FORM}; charset=ISO-8859-1`), CAFE],
  ['a form in UTF-16', post(Buffer.from('message=Café', 'utf16le'), `${FORM}; charset=utf-16`), CAFE],
  ['JSON in windows-1252', post(latin1('{"message":"Caf\xe9 \x80"}'), 'application/json; charset=windows-1252'), { message: 'Café €' }], // prettier-ignore
  ['JSON in UTF-16 with its mark', post(Buffer.from('\ufeff{"message":"Café"}', 'utf16le'), 'application/json'), CAFE],
  ['JSON behind a mark', post('\ufeff{"message":"Café"}', 'application/json'), CAFE],
  ['JSON behind a mark, whose type nobody said', post('\ufeff{"message":"Café"}'), CAFE],
  ['JSON as text/plain', post('{"message":"Café"}', 'text/plain;charset=UTF-8'), CAFE],
  ['a form behind a mark', post('\ufeffmessage=Caf%C3%A9', FORM), CAFE],
  ['a query', get('message=Caf%C3%A9'), CAFE],
  ['plus signs behind commas that nobody escaped', get('to=9800000001,+6581234567&message=a,+1'), { to: '9800000001,+6581234567', message: 'a, 1' }], // prettier-ignore
  ['the same in a form', post('to=%2B919800000001,+6581234567', FORM), { to: '+919800000001,+6581234567' }],
  ['blanks behind commas, as programs escape them', post('to=9800000001%2C+9800000002', FORM), { to: '9800000001, 9800000002' }], // prettier-ignore
  ['a query with a mark', get('%EF%BB%BFmessage=Caf%C3%A9'), CAFE],
  ['a query with bytes that should be escaped', get(latin1('message=').toString() + Buffer.from('Café').toString('latin1')), CAFE], // prettier-ignore
  ['one value twice', post('message=a&to=1&message=a&to=1', FORM), { message: 'a', to: '1' }],
  ['numbers as several parameters', get('to=1&to=2&to=1&message=a'), { to: '1,2', message: 'a' }],
  ['numbers as PHP and jQuery write a list', post('to[]=1&to[]=2&message=a', FORM), { to: '1,2', message: 'a' }],
  ['the same, escaped', get('to%5B%5D=1&to%5B%5D=2'), { to: '1,2' }],
  ['numbers as .NET writes a list', post('to[0]=1&to[1]=2&to=3&message=a', FORM), { to: '1,2,3', message: 'a' }],
  ['another name that looks like it', post('to=1&x[0]=2', FORM), { to: '1', 'x[0]': '2' }],
  ['JSON that curl calls a form', post(' {"message":"50% & +1"}', FORM), { message: '50% & +1' }],
  ['the same in an array', post('[{"to":"1"}]', FORM), [{ to: '1' }]],
  ['a form that begins with a brace', post('{a}=b', FORM), { '{a}': 'b' }],
  ['an empty one beside it', post('message=&message=a&message=', FORM), { message: 'a' }],
  ['two texts', post('to=1&message=a&message=b', FORM), 'invalid-request: message comes twice, with different values: send it once'], // prettier-ignore
  ['two texts in a query', get('message=a&message=b'), 'invalid-request: message comes twice, with different values: send it once'], // prettier-ignore
  ['no UTF-8', post(latin1('{"message":"Caf\xe9"}'), 'application/json'), expect.stringMatching(/^malformed-body: The body is not UTF-8: it has the byte 0xE9 at 16/)], // prettier-ignore
  [
    'no UTF-8 in a form',
    post(latin1('message=Caf\xe9'), FORM),
    expect.stringMatching(/^malformed-body: The body is not/),
  ],
  [
    'no UTF-8 behind percent signs',
    post('message=Caf%E9', FORM),
    expect.stringMatching(/^invalid-request: message is not/),
  ],
  ['no UTF-8 in a query', get('message=Caf%E9'), expect.stringMatching(/^invalid-request: message is not UTF-8/)],
  ['no UTF-8 in a query, unescaped', get('message=Caf\xe9'), expect.stringMatching(/^invalid-request: query is not/)],
  ['a charset that nobody knows', post('a=b', `${FORM}; charset=ebcdic-x`), expect.stringMatching(/^malformed-body: .*"ebcdic-x", which is not known/)], // prettier-ignore
  ['too many fields in latin-1', post('a&'.repeat(1_001), `${FORM}; charset=latin1`), 'invalid-request: body has more than 1000 fields'], // prettier-ignore
])('%s', (_, request, expected) => {
  expect(told(request)).toEqual(expected);
});

it('no text that a phone gets has a replacement character that nobody sent', () => {
  const bytes = fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array));
  const types = fc.constantFrom(
    'application/json',
    FORM,
    undefined,
    `${FORM}; charset=latin1`,
    'text/plain; charset=big5',
  );
  fc.assert(
    fc.property(bytes, types, fc.boolean(), (noise, type, escaped) => {
      fc.pre(!noise.includes('efbfbd', 0, 'hex'));
      const value = escaped
        ? latin1([...noise].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
        : noise;
      const isJson = type === 'application/json';
      const body = Buffer.concat([
        Buffer.from(isJson ? '{"message":"' : 'message='),
        value,
        Buffer.from(isJson ? '"}' : ''),
      ]);
      const found = told(post(body, type));
      expect(typeof found === 'string' || !JSON.stringify(found).includes('\ufffd')).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('the operations API reads JSON in its charset too', () => {
  expect(bodyText(post(latin1('"\xe9"'), 'application/json; charset=iso-8859-1'))).toBe('"é"');
  expect(bodyText(post('\ufeff{}', 'application/json'))).toBe('{}');
  expect(fieldsOf(queryOf(get('limit=5&limit=5')))).toEqual({ limit: '5' });
  expect(() => fieldsOf(queryOf(get('limit=5&limit=6')))).toThrow('limit comes twice');
});
