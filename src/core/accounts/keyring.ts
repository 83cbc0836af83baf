/**
 * The keyring: the master keys of a deployment, each under an id. The first one is in use, the others still open and
 * verify what they once sealed and signed. No master key is used itself: each purpose has a key of its own, derived from
 * it (HKDF-SHA-256, RFC 5869), so that what one of them gives away says nothing of another.
 */
import { createHash, hkdfSync } from 'node:crypto';

/** A master key: 32 bytes. Without an id it goes by its fingerprint. */
export interface MasterKey {
  id?: string;
  key: Buffer;
}

/** A ring that can't be made, or a key that it doesn't have. Names ids, never a key. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError';
}

export interface Keyring {
  /** Of the key in use. */
  readonly id: string;
  /** The key in use first. */
  readonly ids: readonly string[];
  /**
   * The key of a purpose (32 bytes), which is the same in every process with this ring.
   * @param id of a master key, or its fingerprint; else the one in use.
   * @throws KeyringError naming an id that the ring doesn't have.
   */
  keyFor(purpose: string, id?: string): Buffer;
  /** The keys of a purpose under every master key, the one in use first: for what carries no id, such as a signature. */
  keysFor(purpose: string): readonly Buffer[];
  /**
   * A master key itself: the first release sealed with it. For nothing else.
   * @throws KeyringError naming an id that the ring doesn't have.
   */
  masterKey(id: string): Buffer;
}

const FINGERPRINT_DIGITS = 8;

/** What a key goes by that was given no id: the beginning of its SHA-256, in hexadecimal digits. */
export function fingerprintOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, FINGERPRINT_DIGITS);
}

/**
 * @param keys the one in use first; ids and keys differ.
 * @throws KeyringError when there is none, or an id is another key's fingerprint.
 */
export function createKeyring(keys: readonly MasterKey[]): Keyring {
  const ids = keys.map(({ id, key }) => id ?? fingerprintOf(key));
  const [first] = ids;
  if (first === undefined) throw new KeyringError('The ring has no master key');
  const masterKeys = new Map<string, Buffer>();
  // A key that got an id later still opens what went by its fingerprint.
  keys.forEach(({ key }) => masterKeys.set(fingerprintOf(key), key));
  keys.forEach(({ key }, i) => {
    const known = masterKeys.get(ids[i]!);
    if (known !== undefined && !known.equals(key)) {
      const owner = ids[keys.findIndex((other) => other.key.equals(known))];
      throw new KeyringError(
        `The master key ${ids[i]} has an id that belongs to the key ${owner}: give it another id in HELIOGRAPH_MASTER_KEYS`,
      );
    }
    masterKeys.set(ids[i]!, key);
  });
  const masterKey = (id: string): Buffer => {
    const key = masterKeys.get(id);
    if (key !== undefined) return key;
    throw new KeyringError(
      `The master key ${id} is not in the ring, which has ${ids.join(', ')}: add it to HELIOGRAPH_MASTER_KEYS`,
    );
  };
  const derived = new Map<string, Buffer>();
  const keyFor = (purpose: string, id: string = first): Buffer => {
    const name = `${id}\n${purpose}`;
    const known = derived.get(name);
    if (known !== undefined) return known;
    const key = Buffer.from(hkdfSync('sha256', masterKey(id), '', `heliograph ${purpose} v1`, 32));
    derived.set(name, key);
    return key;
  };
  return { id: first, ids, keyFor, keysFor: (purpose) => ids.map((id) => keyFor(purpose, id)), masterKey };
}
