import { createHmac } from 'node:crypto';
import { ACCESS_TOKEN_SECONDS, createAccessTokens } from './access-token';
import { createKeyring, type MasterKey } from './keyring';

const MASTER = Buffer.alloc(32, 7);
const NOW = 1_700_000_000_000;
const tokensOf = (...keys: MasterKey[]) => createAccessTokens(createKeyring(keys));
const tokens = tokensOf({ key: MASTER });
const grant = { keyId: 'abc123', scopes: ['send', 'read'] as const };

it('reads back what it issued, in every process with the same master key', () => {
  const token = tokens.issue(grant, NOW);
  expect(token).toMatch(/^hgt_[\w-]+\.[\w-]{43}$/);
  expect(tokensOf({ key: Buffer.alloc(32, 7) }).read(token, NOW)).toEqual(grant);
});

it('ends after an hour', () => {
  const token = tokens.issue(grant, NOW);
  const end = NOW + ACCESS_TOKEN_SECONDS * 1_000;
  expect(ACCESS_TOKEN_SECONDS).toBe(3_600);
  expect(tokens.read(token, end - 1)).toEqual(grant);
  expect(tokens.read(token, end)).toBeNull();
});

it('is refused once any character of it was changed', () => {
  const token = tokens.issue(grant, NOW);
  for (let at = 0; at < token.length - 1; at++) {
    const forged = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    expect(tokens.read(forged, NOW)).toBeNull();
  }
});

it('the first key of a ring signs, and all of them verify', () => {
  const [old, fresh] = [
    { id: 'old', key: MASTER },
    { id: 'new', key: Buffer.alloc(32, 8) },
  ];
  const before = tokens.issue(grant, NOW);
  const rotated = tokensOf(fresh, old);
  expect(rotated.read(before, NOW)).toEqual(grant);
  const after = rotated.issue(grant, NOW);
  expect(tokensOf(fresh).read(after, NOW)).toEqual(grant);
  expect(tokensOf(old).read(after, NOW)).toBeNull();
  expect(tokensOf(fresh).read(before, NOW)).toBeNull();
});

it('is refused when another key signed it, the master key itself included', () => {
  const token = tokens.issue(grant, NOW);
  expect(tokensOf({ key: Buffer.alloc(32, 8) }).read(token, NOW)).toBeNull();
  const payload = token.slice(4).split('.')[0]!;
  const signature = createHmac('sha256', MASTER).update(payload).digest('base64url');
  expect(tokens.read(`hgt_${payload}.${signature}`, NOW)).toBeNull();
});

it.each(['', 'hgt_', 'hgt_.', 'hgt_e30', 'hg_abc_def', 'hgt_e30.', 'hgt_e30.e30', ' hgt_e30.e30', 'hgt_e30.e30.e30'])(
  'does not read %j',
  (text) => {
    expect(tokens.read(text, NOW)).toBeNull();
  },
);
