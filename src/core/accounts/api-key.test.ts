import { createApiKey, hashSecret, parseApiKey, secretMatches } from './api-key';

it('a new key reads back into its id and the secret that its hash is of', () => {
  const { id, key, hash, last4 } = createApiKey();
  expect(key).toMatch(/^hg_[0-9a-hjkmnp-tv-z]{16}_[0-9a-hjkmnp-tv-z]{32}$/);
  const parsed = parseApiKey(key)!;
  expect(parsed.id).toBe(id);
  expect(parsed.secret.endsWith(last4)).toBe(true);
  expect(secretMatches(parsed.secret, hash)).toBe(true);
  expect(hash.toString('latin1')).not.toContain(parsed.secret);
});

it('no two keys share an id or a secret', () => {
  const keys = Array.from({ length: 500 }, createApiKey);
  expect(new Set(keys.map(({ id }) => id)).size).toBe(500);
  expect(new Set(keys.map(({ hash }) => hash.toString('hex'))).size).toBe(500);
});

it.each([
  '',
  'hg_',
  'hg_abc',
  'hg_abc_',
  'hg__abc',
  'sk_abc_def',
  'hg_abc_def_ghi',
  ' hg_abc_def',
  'hg_ABC_def',
  'hg_abc_d-f',
])('does not read %j', (text) => {
  expect(parseApiKey(text)).toBeNull();
});

it('only the very secret matches, whatever the kept hash looks like', () => {
  const hash = hashSecret('secret');
  expect(hash.toString('hex')).toBe('2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b');
  expect(secretMatches('secret', hash)).toBe(true);
  expect(secretMatches('Secret', hash)).toBe(false);
  expect(secretMatches('', hash)).toBe(false);
  expect(secretMatches('secret', hash.subarray(1))).toBe(false);
  expect(secretMatches('secret', Buffer.alloc(0))).toBe(false);
});
