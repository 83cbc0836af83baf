import { randomBytes } from 'node:crypto';
import { adminKeyId, weaknessOfAdminKey } from './admin-key';

test.each([
  ['a'.repeat(24), /one character/],
  ['abababababababababababab', /2 characters/],
  ['change-me-change-me-change-me-', /first 10 characters/],
  ['abcdefghijklmnopqrstuvwxyz', /run of neighbouring/],
  ['123456789012345678901234567890', /first 10 characters/],
  ['zyxwvutsrqponmlkjihgfedcba', /run of neighbouring/],
  ['adminadminheliographadminadm', null],
  ['aabbccddeeffgghhaabbccdd', /bits of chance|run/],
] as const)('%s', (key, weakness) => {
  const found = weaknessOfAdminKey(key);
  if (weakness === null) expect(found).toBeNull();
  else expect(found).toMatch(weakness);
});

test('what was drawn by chance is none', () => {
  for (let i = 0; i < 500; i++) {
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      expect(weaknessOfAdminKey(randomBytes(24).toString(form))).toBeNull();
    }
  }
  expect(weaknessOfAdminKey('test-admin-key-0123456789abcdef')).toBeNull();
});

test('an id tells keys apart, and depends on the master key', () => {
  const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  expect(adminKeyId('a', one)).toMatch(/^environment-[0-9a-f]{8}$/);
  expect(adminKeyId('a', one)).toBe(adminKeyId('a', one));
  expect(new Set([adminKeyId('a', one), adminKeyId('b', one), adminKeyId('a', other)]).size).toBe(3);
});
