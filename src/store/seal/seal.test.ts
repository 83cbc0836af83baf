import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { fingerprintOf } from '../../core/accounts/keyring';
import { SealError, type Sealer } from '.';
import { sealerOf, testContext } from '../../../test/support/seal';

const KEY = Buffer.alloc(32, 7);
const sealer = sealerOf({ key: KEY });
const ROW = testContext('row');

it('opens what it sealed, and never seals the same way twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, name) => {
      const context = testContext(name);
      const envelope = sealer.seal(text, context);
      expect(sealer.open(envelope, context)).toBe(text);
      expect(sealer.seal(text, context)).not.toBe(envelope);
    }),
  );
});

it('an envelope shows nothing of what is in it', () => {
  const envelope = sealer.seal('a-secret-key', testContext('gateway:gw_1:credentials'));
  const parts = envelope.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  expect([envelope, ...parts].join(' ')).not.toContain('secret');
});

it('another process with the same key opens it', () => {
  expect(sealerOf({ key: Buffer.alloc(32, 7) }).open(sealer.seal('x', ROW), ROW)).toBe('x');
});

it('does not open in another row', () => {
  const envelope = sealer.seal('x', testContext('gateway:gw_1:credentials'));
  expect(() => sealer.open(envelope, testContext('gateway:gw_2:credentials'))).toThrow(SealError);
});

it('seals with the first key of a ring, under its id, and opens with any', () => {
  const before = sealerOf({ key: KEY }).seal('x', ROW);
  const ring = sealerOf({ id: 'new', key: randomBytes(32) }, { id: 'old', key: KEY });
  expect(ring.open(before, ROW)).toBe('x');
  const after = ring.seal('y', ROW);
  expect(after).toMatch(/^v2\.new\./);
  expect(ring.open(after, ROW)).toBe('y');
  expect(() => sealerOf({ id: 'old', key: KEY }).open(after, ROW)).toThrow(
    'row was sealed with the master key new, which is not in the ring (old): add it to HELIOGRAPH_MASTER_KEYS',
  );
});

it('does not open with another key, and says which one is wanted', () => {
  const key = randomBytes(32);
  const envelope = sealerOf({ key }).seal('x', ROW);
  expect(() => sealer.open(envelope, ROW)).toThrow(SealError);
  expect(() => sealer.open(envelope, ROW)).toThrow(`row was sealed with the master key ${fingerprintOf(key)}`);
});

/** As the first release sealed: with the master key itself. */
function sealAsBefore(plaintext: string, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', KEY, nonce, { authTagLength: 16 }).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  const parts = [nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  return ['v1', fingerprintOf(KEY), ...parts].join('.');
}

it('opens what the first release sealed, and no longer seals with the master key itself', () => {
  const before = sealAsBefore('x', ROW);
  expect(sealer.open(before, ROW)).toBe('x');
  expect(sealerOf({ id: 'new', key: randomBytes(32) }, { id: 'old', key: KEY }).open(before, ROW)).toBe('x');
  const now = sealer.seal('x', ROW).split('.');
  expect(now[0]).toBe('v2');
  expect(() => sealer.open(['v1', ...now.slice(1)].join('.'), ROW)).toThrow('was changed or belongs to another row');
  expect(() => sealer.open(before.replace('v1', 'v2'), ROW)).toThrow('was changed or belongs to another row');
});

it('a mark tells what is sealed as it would be sealed now', () => {
  const ring = sealerOf({ id: 'new', key: randomBytes(32) }, { id: 'old', key: KEY });
  const isCurrent = ({ mark }: Sealer, envelope: string) => envelope.startsWith(mark);
  expect(isCurrent(ring, ring.seal('x', ROW))).toBe(true);
  expect(isCurrent(ring, sealerOf({ id: 'old', key: KEY }).seal('x', ROW))).toBe(false);
  expect(isCurrent(sealer, sealer.seal('x', ROW))).toBe(true);
  expect(isCurrent(sealer, sealAsBefore('x', ROW))).toBe(false);
});

it('does not open once a single bit was changed anywhere', () => {
  const envelope = sealer.seal('some text', ROW);
  const parts = envelope.split('.');
  for (const part of [2, 3, 4]) {
    const bytes = Buffer.from(parts[part]!, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const forged = parts.map((text, i) => (i === part ? changed.toString('base64url') : text)).join('.');
      expect(() => sealer.open(forged, ROW)).toThrow(SealError);
    }
  }
});

it('does not take a shortened tag for a whole one', () => {
  const parts = sealer.seal('some text', ROW).split('.');
  parts[4] = Buffer.from(parts[4]!, 'base64url').subarray(0, 4).toString('base64url');
  expect(() => sealer.open(parts.join('.'), ROW)).toThrow(SealError);
});

it.each(['', 'plain text', 'v3.a.b.c.d', 'v1', 'v2.a.b.c'])('does not open %j', (envelope) => {
  expect(() => sealer.open(envelope, ROW)).toThrow('A sealed value of row has an unknown form');
});
