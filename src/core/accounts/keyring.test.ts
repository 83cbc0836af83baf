import { hkdfSync } from 'node:crypto';
import { createKeyring, fingerprintOf, KeyringError } from './keyring';

const A = Buffer.alloc(32, 7);
const B = Buffer.alloc(32, 8);

it('one key without an id is the ring of the id that its values have carried from the beginning', () => {
  // SHA-256 of the key, eight digits: what the first release wrote into each sealed value.
  const ring = createKeyring([{ key: A }]);
  expect(ring.id).toBe('4bb06f8e');
  expect(ring.id).toBe(fingerprintOf(A));
  expect(ring.ids).toEqual(['4bb06f8e']);
});

it('the first key is the one in use, all are there, and each is also known by its fingerprint', () => {
  const ring = createKeyring([
    { id: 'new', key: A },
    { id: 'old', key: B },
  ]);
  expect(ring.id).toBe('new');
  expect(ring.ids).toEqual(['new', 'old']);
  expect(ring.masterKey(fingerprintOf(B))).toEqual(B);
  expect(ring.masterKey('old')).toEqual(B);
  expect(ring.keyFor('seal')).toEqual(ring.keyFor('seal', 'new'));
  expect(ring.keyFor('seal', fingerprintOf(B))).toEqual(ring.keyFor('seal', 'old'));
  expect(ring.keysFor('seal')).toEqual([ring.keyFor('seal', 'new'), ring.keyFor('seal', 'old')]);
});

it('keys of purposes are apart from each other and from the master key', () => {
  const ring = createKeyring([{ key: A }]);
  const keys = [A, ring.keyFor('seal'), ring.keyFor('access token'), ring.keyFor('payload')];
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(keys.length);
  expect(keys.map((key) => key.length)).toEqual([32, 32, 32, 32]);
  expect(ring.keyFor('payload')).toEqual(Buffer.from(hkdfSync('sha256', A, '', 'heliograph payload v1', 32)));
});

it('an id that is not in the ring is named, beside those that are', () => {
  const ring = createKeyring([
    { id: 'new', key: A },
    { id: 'old', key: B },
  ]);
  expect(() => ring.keyFor('seal', '2019')).toThrow(
    new KeyringError('The master key 2019 is not in the ring, which has new, old: add it to HELIOGRAPH_MASTER_KEYS'),
  );
  expect(() => ring.masterKey('2019')).toThrow(KeyringError);
});

it('an id that is the fingerprint of another key of the ring is refused: values under it would be taken for the wrong ones', () => {
  const keys = [
    { id: fingerprintOf(B), key: A },
    { id: 'old', key: B },
  ];
  expect(() => createKeyring(keys)).toThrow(
    `The master key ${fingerprintOf(B)} has an id that belongs to the key old: give it another id`,
  );
});

it('a ring has a key', () => {
  expect(() => createKeyring([])).toThrow(KeyringError);
});
