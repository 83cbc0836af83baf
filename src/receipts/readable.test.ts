import type { CallbackRequest } from '../providers/provider';
import { readable } from './readable';

const callback = (body: Buffer, type?: string): CallbackRequest => ({
  method: 'POST',
  url: '/callbacks/token',
  headers: { 'content-type': type },
  query: new URLSearchParams(),
  body,
});
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const FORM = 'application/x-www-form-urlencoded';

it.each<[string, Buffer, string | undefined, string]>([
  ['a byte order mark', Buffer.from('\ufeff{"a":1}'), 'application/json', '{"a":1}'],
  ['one in front of a form', Buffer.from('\ufeffText=STOP'), FORM, 'Text=STOP'],
  ['ISO-8859-1', latin1('{"a":"\xe9"}'), 'application/json; charset=ISO-8859-1', '{"a":"é"}'],
  ['a form in ISO-8859-1', latin1('Text=ARR%CAT&a=\xe9'), `${FORM}; charset=ISO-8859-1`, 'Text=ARR%C3%8AT&a=%C3%A9'],
  ['UTF-16', utf16be('{"a":"न"}'), 'application/json; charset=utf-16be', '{"a":"न"}'],
  ['UTF-16 by its mark', utf16be('\ufeff{"a":"न"}'), undefined, '{"a":"न"}'],
])('%s is read', (_, body, type, text) => {
  expect(readable(callback(body, type)).body.toString()).toBe(text);
});

it.each<[string, Buffer, string | undefined]>([
  ['plain', Buffer.from('{"a":"é"}'), 'application/json; charset=utf-8'],
  ['of another beginning', Buffer.from('é'), undefined],
  ['a form that is signed', Buffer.from('Body=a+b%20c&Body=%C3%A9'), FORM],
  ['empty', Buffer.alloc(0), 'application/json; charset=nobody'],
  ['no text', latin1('{"a":"\xe9"}'), 'application/json'],
  ['of a charset that nobody knows', latin1('\xe9'), 'text/plain; charset=nobody'],
])('%s: it stays as it is, byte for byte', (_, body, type) => {
  const request = callback(body, type);
  expect(readable(request)).toBe(request);
});
