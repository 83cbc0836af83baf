import fc from 'fast-check';
import { decodeForm, decodeFormBytes } from './form';

const fields = (decoded: ReturnType<typeof decodeForm>) =>
  decoded.ok ? decoded.fields : `${decoded.name} ${decoded.problem}`;

it.each([
  ['to=1&message=a+b%20c', [['to', '1'], ['message', 'a b c']]],
  ['message=Caf%C3%A9', [['message', 'Café']]],
  ['message=100%25+%zz+50%', [['message', '100% %zz 50%']]],
  ['a&b=&=c', [['a', ''], ['b', ''], ['', 'c']]],
  ['?to=1', [['?to', '1']]],
  ['%EF%BB%BFto=1&message=%EF%BB%BFx', [['to', '1'], ['message', '\ufeffx']]],
  ['\ufeffto=1', [['to', '1']]],
  ['message=%EF%BF%BD', [['message', '\ufffd']]],
])('UTF-8: %s', (text, expected) => {
  expect(fields(decodeForm(text))).toEqual(expected);
}); // prettier-ignore

it.each([
  ['to=1&message=Caf%E9', 'message is not UTF-8: it has the byte 0xE9 at 4, behind "Caf"'],
  ['Caf%E9=1', 'a name is not UTF-8: it has the byte 0xE9 at 4'],
  ['message=%EF%BF%BD%FF', 'message is not UTF-8: it has the byte 0xFF at 4'],
])('what is no UTF-8 is refused under its name: %s', (text, problem) => {
  expect(fields(decodeForm(text))).toContain(problem);
});

it.each<[string, Buffer, unknown]>([
  ['iso-8859-1', Buffer.from('message=Caf%E9+\xe9'  , 'latin1'), [['message', 'Café é']]],
  ['windows-1252', Buffer.from('message=%93hi%94'), [['message', '“hi”']]],
  ['windows-1251', Buffer.from('message=%CF%F0%E8'), [['message', 'При']]],
  ['iso-8859-1', Buffer.from('message=%FF%FEab'), [['message', 'ÿþab']]],
  ['utf-16le', Buffer.from('message=%C3%A9न', 'utf16le'), [['message', 'éन']]],
  ['shift_jis', Buffer.from('message=%82%A0'), [['message', 'あ']]],
])('%s', (charset, bytes, expected) => {
  expect(fields(decodeFormBytes(bytes, charset))).toEqual(expected);
}); // prettier-ignore

it('reads what a browser writes, and byte by byte it reads the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }))),
      (pairs) => {
        fc.pre(pairs.every(([name, value]) => !name.startsWith('\ufeff') && !/\p{Surrogate}/u.test(name + value)));
        const written = new URLSearchParams(pairs).toString();
        expect(fields(decodeForm(written))).toEqual(pairs);
        expect(fields(decodeFormBytes(Buffer.from(written), 'utf-8'))).toEqual(pairs);
      },
    ),
  );
});
