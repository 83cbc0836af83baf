import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { SealError, createSealer } from './seal';

const KEY = Buffer.alloc(32, 7);
const sealer = createSealer(KEY);

it('opens what it sealed, and never seals the same way twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
      const envelope = sealer.seal(text, context);
      expect(sealer.open(envelope, context)).toBe(text);
      expect(sealer.seal(text, context)).not.toBe(envelope);
    }),
  );
});

it('an envelope shows nothing of what is in it', () => {
  const envelope = sealer.seal('a-secret-key', 'gateway:gw_1:credentials');
  const parts = envelope.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  expect([envelope, ...parts].join(' ')).not.toContain('secret');
});

it('another process with the same key opens it', () => {
  expect(createSealer(Buffer.alloc(32, 7)).open(sealer.seal('x', 'row'), 'row')).toBe('x');
});

it('does not open in another row', () => {
  const envelope = sealer.seal('x', 'gateway:gw_1:credentials');
  expect(() => sealer.open(envelope, 'gateway:gw_2:credentials')).toThrow(SealError);
});

it('does not open with another key, and says which one is wanted', () => {
  const other = createSealer(randomBytes(32));
  const envelope = other.seal('x', 'row');
  const keyId = envelope.split('.')[1]!;
  expect(() => sealer.open(envelope, 'row')).toThrow(SealError);
  expect(() => sealer.open(envelope, 'row')).toThrow(`row was sealed with the master key ${keyId}`);
});

it('does not open once a single bit was changed anywhere', () => {
  const envelope = sealer.seal('some text', 'row');
  const parts = envelope.split('.');
  for (const part of [2, 3, 4]) {
    const bytes = Buffer.from(parts[part]!, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const forged = parts.map((text, i) => (i === part ? changed.toString('base64url') : text)).join('.');
      expect(() => sealer.open(forged, 'row')).toThrow(SealError);
    }
  }
});

it('does not take a shortened tag for a whole one', () => {
  const parts = sealer.seal('some text', 'row').split('.');
  parts[4] = Buffer.from(parts[4]!, 'base64url').subarray(0, 4).toString('base64url');
  expect(() => sealer.open(parts.join('.'), 'row')).toThrow(SealError);
});

it.each(['', 'plain text', 'v2.a.b.c.d', 'v1', 'v1.a.b.c'])('does not open %j', (envelope) => {
  expect(() => sealer.open(envelope, 'row')).toThrow('A sealed value of row has an unknown form');
});
