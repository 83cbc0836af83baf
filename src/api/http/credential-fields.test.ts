import fc from 'fast-check';
import { isJsonObject } from './json';
import { credentialFields, credentialIn } from './credential-fields';
import { parseFields } from './fields';

/** What parsing the whole body finds. */
function parsed(text: string, type: string) {
  const body = parseFields(text, type);
  return credentialIn(isJsonObject(body) ? (isJsonObject(body.root) ? { ...body, ...body.root } : body) : {});
}
const found = (text: string, type = '', whole = true) => credentialIn(credentialFields(Buffer.from(text), type, whole));

const names = fc.constantFrom(
  'apikey',
  'ApiKey',
  'access_token',
  'username',
  'user',
  'password',
  'pass',
  'root',
  'to',
  'r"\\t',
  'ключ',
);
const texts = fc.oneof(fc.constantFrom('', 'hg_a_b', 'x"y\\', 'ключ', '}', '"', 'a,b:c'), fc.string({ maxLength: 8 }));
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    texts, fc.integer(), fc.boolean(), fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5 }),
  ),
})); // prettier-ignore

test('of any JSON it finds what parsing it finds', () => {
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (json, indent) => {
      const text = JSON.stringify(json, null, indent);
      expect(found(text, 'application/json')).toEqual(parsed(text, 'application/json'));
    }),
    { numRuns: 2_000 },
  );
});

test('of any form it finds what parsing it finds', () => {
  const form = fc.array(fc.tuple(names, texts), { maxLength: 8 });
  const type = 'application/x-www-form-urlencoded';
  fc.assert(
    fc.property(form, (fields) => {
      // One name with two values is refused when it is parsed.
      fc.pre(
        fields.every(([name, value]) =>
          fields.every(([other, its]) => other !== name || value === its || !value || !its),
        ),
      );
      const text = new URLSearchParams(fields).toString();
      expect(found(text, type)).toEqual(parsed(text, type));
    }),
  );
});

test('any beginning of any bytes is read to its end, and a credential that is cut off is none', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void found(Buffer.from(bytes).toString('latin1'), 'application/json', false))); // prettier-ignore
  const json = '{"from":"a","apikey":"hg_a_b","list":[{"apikey":"foreign"';
  expect(found(json, '', false)).toEqual({ kind: 'key', key: 'hg_a_b' });
  expect(found(json.slice(0, json.indexOf('_b')), '', false)).toBeNull();
  expect(found('username=u&password=secret', '', false)).toBeNull();
  expect(found('username=u&password=secret&to=9', '', false)).toEqual({ kind: 'pair', id: 'u', secret: 'secret' });
});

test('the last of two of a name counts, as in JSON.parse, also when it is none; names may be written with escapes', () => {
  expect(found('{"apikey":"a","apikey":"b"}')).toEqual({ kind: 'key', key: 'b' });
  expect(found('{"apikey":"a","apikey":7}')).toBeNull();
  expect(found('{"api\\u006bey":"a"}')).toEqual({ kind: 'key', key: 'a' });
  expect(found('api%6Bey=a%2Bb')).toEqual({ kind: 'key', key: 'a+b' });
  expect(found('[{"apikey":"a"}]')).toBeNull();
});
