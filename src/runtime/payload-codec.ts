/**
 * What Temporal keeps of us is encrypted: inputs, results, signals, summaries, failures. AES-256-GCM under a key that is
 * derived from the master key; which one stands beside the payload, so that keys may change while histories last.
 *
 * Wire: `metadata.encoding` = `binary/encrypted`, as Temporal's own samples of codecs have it, `metadata.encryption-key-id`;
 * `data` = nonce (12 bytes), ciphertext, tag (16 bytes). Encrypted is a header of JSON ([name, value in base64] of its metadata), a NUL, and the
 * payload's own data.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Keyring } from '../core/accounts/keyring';

/** A payload that can't be decrypted; says which key it wants, never what is in it. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

const ENCRYPTED = Buffer.from('binary/encrypted');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const TAG = { authTagLength: TAG_BYTES };
const PURPOSE = 'temporal payload';

/**
 * @param ring its first key encrypts, all of them decrypt. Payloads of before there was a codec are decoded to themselves.
 */
export function createPayloadCodec(ring: Keyring): PayloadCodec {
  function keyOf(id: string): Buffer {
    try {
      return ring.keyFor(PURPOSE, id);
    } catch (error) {
      throw new PayloadError(`A payload can't be decrypted. ${(error as Error).message}`);
    }
  }

  const [encryptionKey, keyId] = [ring.keyFor(PURPOSE), Buffer.from(ring.id)];
  return {
    // Not async functions: what fails would still be a rejection, and nothing here waits.
    encode: (payloads) => settled(() => payloads.map((payload) => encrypt(payload, encryptionKey, keyId))),
    decode: (payloads) =>
      settled(() =>
        payloads.map((payload) => {
          if (!isEncrypted(payload)) return payload;
          const id = Buffer.from(payload.metadata?.['encryption-key-id'] ?? []).toString();
          return decrypt(payload, keyOf(id));
        }),
      ),
  };
}

const settled = async <T>(work: () => T): Promise<T> => work();

const isEncrypted = ({ metadata }: Payload): boolean =>
  metadata?.encoding != null && ENCRYPTED.equals(Buffer.from(metadata.encoding));

function encrypt({ metadata, data }: Payload, key: Buffer, keyId: Buffer): Payload {
  const header = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG).setAAD(keyId);
  const parts = [nonce, cipher.update(`${JSON.stringify(header)}\0`, 'utf8')];
  // Where there is none, protobuf gives an empty array of numbers.
  if (data != null && data.length > 0) parts.push(cipher.update(data));
  parts.push(cipher.final(), cipher.getAuthTag());
  return { metadata: { encoding: ENCRYPTED, 'encryption-key-id': keyId }, data: Buffer.concat(parts) };
}

function decrypt({ metadata, data }: Payload, key: Buffer): Payload {
  const bytes = Buffer.from(data ?? []);
  const end = bytes.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), TAG)
      .setAAD(Buffer.from(metadata!['encryption-key-id']!))
      .setAuthTag(bytes.subarray(end));
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
    const border = plain.indexOf(0);
    const header = JSON.parse(plain.toString('utf8', 0, border)) as [name: string, value: string][];
    return {
      metadata: Object.fromEntries(header.map(([name, value]) => [name, Buffer.from(value, 'base64')])),
      data: plain.subarray(border + 1),
    };
  } catch {
    throw new PayloadError('A payload was changed, or cut, after it was encrypted');
  }
}
