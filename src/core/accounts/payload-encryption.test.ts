import { randomBytes } from 'node:crypto';
import { decryptPayload, encryptPayload, parsePayloadKey, PAYLOAD_ENCODINGS } from './payload-encryption';

/** NIST SP 800-38A, F.2.5: CBC-AES256. */
const KEY = Buffer.from('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', 'hex');
const IV = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const PLAIN = Buffer.from(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
    '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  'hex',
);
const SEALED =
  'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d' +
  '39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b';

it('encrypts as the published vector has it, and one block of padding', () => {
  const { iv, ciphertext } = encryptPayload(PLAIN, KEY, 'hex', IV);
  expect(iv).toBe(IV.toString('hex'));
  expect(ciphertext.slice(0, SEALED.length)).toBe(SEALED);
  expect(ciphertext).toHaveLength(SEALED.length + 32);
});

it.each(PAYLOAD_ENCODINGS)('opens in %s what it encrypted, under a new IV each time', (encoding) => {
  const text = '{"to":"+919800000001","body":"नमस्ते 👋"}';
  const [one, two] = [encryptPayload(text, KEY, encoding), encryptPayload(text, KEY, encoding)];
  expect(one!.iv).not.toBe(two!.iv);
  for (const payload of [one!, two!]) {
    const opened = decryptPayload(payload, KEY, encoding);
    expect(opened.ok && opened.plain.toString()).toBe(text);
  }
});

it('names the part that can’t be read', () => {
  const good = encryptPayload('x', KEY, 'base64');
  expect(decryptPayload({ ...good, iv: 'AAAA' }, KEY, 'base64')).toMatchObject({ ok: false, part: 'iv' });
  expect(decryptPayload({ ...good, iv: '0'.repeat(32) }, KEY, 'base64')).toMatchObject({ ok: false, part: 'iv' });
  for (const ciphertext of ['', 'AAAA', 'not base64!', `${good.ciphertext}\n`]) {
    expect(decryptPayload({ ...good, ciphertext }, KEY, 'base64')).toMatchObject({ ok: false, part: 'ciphertext' });
  }
});

it('does not open with another key', () => {
  // A key that fits by chance, 1 in 256, gives other bytes.
  for (let i = 0; i < 50; i++) {
    const opened = decryptPayload(encryptPayload('Hello, world', KEY, 'hex'), randomBytes(32), 'hex');
    expect(opened.ok && opened.plain.toString()).not.toBe('Hello, world');
    if (!opened.ok) expect(opened.part).toBeUndefined();
  }
});

it('reads keys of 32 bytes in either spelling, and nothing else', () => {
  expect(parsePayloadKey(KEY.toString('hex'))).toEqual(KEY);
  expect(parsePayloadKey(KEY.toString('base64'))).toEqual(KEY);
  for (const text of ['', 'secret', KEY.toString('hex').slice(2), randomBytes(31).toString('base64')]) {
    expect(parsePayloadKey(text)).toBeNull();
  }
});
