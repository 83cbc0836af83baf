/**
 * Keyed hashes of what is known of a person: an erased number or record is still recognised by them, and nobody without
 * the keys can tell from one what it stands for. HMAC-SHA256 (RFC 2104) under keys that outlive the master keys.
 */
import { createHmac } from 'node:crypto';

export interface Pseudonyms {
  /** What stands in place of a number in E.164: `#` and 43 characters of base64url. See {@link hashOfPseudonym}. */
  number(e164: string): string;
  /** The same for the meta of a record. */
  meta(meta: string): string;
  /** Of the hash of a record, as long as that is. */
  record(hash: Buffer): Buffer;
}

/**
 * Keyed hash of a number in E.164, 32 bytes; the same in every account of the deployment. Rejects when the secret of the
 * deployment can't be read now.
 */
export type NumberHash = (e164: string) => Promise<Buffer>;

/** They need the secret of the deployment, which is read once. @throws when that can't be read now. */
export type LoadPseudonyms = () => Promise<Pseudonyms>;

/** 32 bytes each. */
export interface PseudonymKeys {
  /** Of the keyed hash of a number that records of consent have, too. */
  number: Buffer;
  record: Buffer;
}

const MARK = '#';
const text = (hash: Buffer): string => MARK + hash.toString('base64url');

/** Whether a number column holds what stands in place of an erased number. */
export const isPseudonym = (number: string): boolean => number.startsWith(MARK);

/** The keyed hash of the number that a pseudonym stands for, as records of consent have it. */
export const hashOfPseudonym = (pseudonym: string): Buffer => Buffer.from(pseudonym.slice(MARK.length), 'base64url');

export function createPseudonyms(keys: PseudonymKeys): Pseudonyms {
  const hmac = (kind: string, value: string | Buffer): Buffer =>
    createHmac('sha256', keys.record).update(`${kind}\n`).update(value).digest();
  return {
    number: (e164) => text(createHmac('sha256', keys.number).update(e164).digest()),
    meta: (meta) => text(hmac('meta', meta)),
    record: (hash) => hmac('record', hash).subarray(0, hash.length),
  };
}

/** @param keyOf the key of a purpose. What it throws is thrown, and it is asked again the next time. */
export function pseudonymsLoader(keyOf: (purpose: 'number' | 'erased record') => Promise<Buffer>): LoadPseudonyms {
  let made: Pseudonyms | undefined;
  return async () =>
    (made ??= createPseudonyms({ number: await keyOf('number'), record: await keyOf('erased record') }));
}
