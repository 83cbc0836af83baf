import { Readable } from 'node:stream';
import { asUtf8 } from './charset';

/** In pieces of one byte: a character may be cut anywhere. */
async function read(bytes: Buffer, declared: string | null): Promise<string> {
  const pieces = [...bytes].map((byte) => Buffer.from([byte]));
  const read: Buffer[] = [];
  for await (const piece of asUtf8(Readable.from(pieces), declared)) read.push(piece);
  return Buffer.concat(read).toString();
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

it.each([
  ['Windows-1252, with what ISO 8859-1 has not', Buffer.from('to,n\n1,\x80 5 \x96 it\x92s\xe9', 'latin1'), 'windows-1252', 'to,n\n1,€ 5 – it’sé'],
  ['ISO 8859-1, as browsers read it', Buffer.from('to\xe9\x80', 'latin1'), 'ISO-8859-1', 'toé€'],
  ['UTF-16 with a mark, whatever was declared', Buffer.from('\ufeffto,नाम', 'utf16le'), 'utf-8', '\ufeffto,नाम'],
  ['UTF-16 of the other order', utf16be('\ufeffto,नाम'), null, '\ufeffto,नाम'],
  ['UTF-8 as it is, also what is none', Buffer.from('to,\xff', 'latin1'), null, 'to,\ufffd'],
  ['a file shorter than a mark', Buffer.from('to'), 'windows-1252', 'to'],
  ['nothing', Buffer.alloc(0), 'windows-1252', ''],
])('reads %s', async (_, bytes, declared, text) => {
  expect(await read(bytes, declared)).toBe(text);
}); // prettier-ignore

it.each([
  ['a charset that nobody knows', Buffer.from('to'), 'klingon', 'its charset is klingon, which is not known'],
  ['bytes that are none of it', Buffer.from('to\x81', 'latin1'), 'shift_jis', 'it has bytes that are no shift_jis'],
  ['a character that is cut off', Buffer.from('\ufefft', 'utf16le').subarray(0, 3), null, 'it has bytes that are no utf-16le'],
])('refuses %s', async (_, bytes, declared, problem) => {
  await expect(read(bytes, declared)).rejects.toThrow(problem);
}); // prettier-ignore
