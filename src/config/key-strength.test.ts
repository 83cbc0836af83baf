import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { adminKeyWeakness, masterKeyWeakness } from './key-strength';

const bytes = (make: (i: number) => number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => make(i) & 0xff);

test.each<[string, Uint8Array, string]>([
  ['zeros', bytes(() => 0), 'is all zeros'],
  ['one byte', bytes(() => 7), 'is one byte repeated'],
  ['counting up', bytes((i) => i), 'is a sequence'],
  ['counting down in sevens', bytes((i) => 250 - 7 * i), 'is a sequence'],
  ['half zeros', bytes((i) => (i < 16 ? 0 : i * 37)), 'is a sequence'],
  ['eight bytes, four times', bytes((i) => ((i % 8) * 89 + 41 * (i % 8) ** 2) & 0xff), 'repeats itself'],
  ['a passphrase', Buffer.from('my cat Whiskers likes fish, 2019'), 'is a text, not random bytes'],
])('a master key of %s is weak', (_, key, weakness) => expect(masterKeyWeakness(key)).toBe(weakness));

test('random master keys are not', () => {
  for (let i = 0; i < 3_000; i++) expect(masterKeyWeakness(randomBytes(32))).toBeNull();
});

test.each([
  'a'.repeat(24),
  'abcdefghijklmnopqrstuvwxyz',
  '012345678901234567890123456789',
  'changemechangemechangeme',
  'password-password-password',
  'test-admin-key-0123456789abcdef',
  'aaaaaaaaaaaabbbbbbbbbbbb',
  'adminadminadminadminadm1',
])('the admin key %s is weak', (key) => expect(adminKeyWeakness(key)).not.toBeNull());

test.each(['hex', 'base64', 'base64url'] as const)('random admin keys in %s are not', (encoding) => {
  for (let i = 0; i < 3_000; i++) expect(adminKeyWeakness(randomBytes(18).toString(encoding).slice(0, 24))).toBeNull();
});

test('a hash is taken as it is: what it is of, nobody can see', () => {
  expect(adminKeyWeakness(`sha256:${'0'.repeat(64)}`)).toBeNull();
});

test('whatever repeats a short text is weak', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 8 }), (part) => {
      expect(adminKeyWeakness(part.repeat(Math.ceil(32 / part.length)))).not.toBeNull();
    }),
  );
});
