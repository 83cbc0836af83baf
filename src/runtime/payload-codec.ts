/**
 * What Temporal keeps of us is encrypted: inputs, results, signals, summaries, failures. AES-256-GCM under a secret of the
 * deployment, which outlives the master keys: histories are read after any rotation. Its fingerprint stands beside each
 * payload.
 *
 * Wire: `metadata.encoding` = `binary/encrypted`, as Temporal's own samples of codecs have it, `metadata.encryption-key-id`;
 * `data` = nonce (12 bytes), ciphertext, tag (16 bytes). Encrypted is a header of JSON ([name, value in base64] of its metadata), a NUL, and the
 * payload's own data.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { fingerprintOf } from '../core/accounts/keyring';

/** A payload that can't be decrypted; says which key it wants, never what is in it. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

const ENCRYPTED = Buffer.from('binary/encrypted');
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const TAG = { authTagLength: TAG_BYTES };

interface PayloadKey {
  id: string;
  key: Buffer;
}

/**
 * Payloads of before there was a codec are decoded to themselves.
 * @param secret 32 bytes, asked for when the first payload comes. While it can't be had, encoding and decoding reject with
 * its error.
 */
export function createPayloadCodec(secret: () => Promise<Buffer>): PayloadCodec {
  const load = async (): Promise<PayloadKey> => {
    const key = await secret();
    return { id: fingerprintOf(key), key };
  };
  return {
    async encode(payloads) {
      const current = await load();
      return payloads.map((payload) => encrypt(payload, current));
    },
    async decode(payloads) {
      if (!payloads.some(isEncrypted)) return payloads;
      const current = await load();
      return payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, current) : payload));
    },
  };
}

const isEncrypted = ({ metadata }: Payload): boolean =>
  metadata?.encoding != null && ENCRYPTED.equals(Buffer.from(metadata.encoding));

function encrypt({ metadata, data }: Payload, { id, key }: PayloadKey): Payload {
  const header = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  const keyId = Buffer.from(id);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG).setAAD(keyId);
  const parts = [nonce, cipher.update(`${JSON.stringify(header)}\0`, 'utf8')];
  // Where there is none, protobuf gives an empty array of numbers.
  if (data != null && data.length > 0) parts.push(cipher.update(data));
  parts.push(cipher.final(), cipher.getAuthTag());
  return { metadata: { encoding: ENCRYPTED, 'encryption-key-id': keyId }, data: Buffer.concat(parts) };
}

/** @throws PayloadError */
function decrypt({ metadata, data }: Payload, { id, key }: PayloadKey): Payload {
  const keyId = Buffer.from(metadata?.['encryption-key-id'] ?? []);
  if (keyId.toString() !== id)
    throw new PayloadError(
      `A payload can't be decrypted: its key is ${keyId.toString()}, and this deployment's is ${id}. It was written by a deployment with another database`,
    );
  const bytes = Buffer.from(data ?? []);
  const end = bytes.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), TAG)
      .setAAD(keyId)
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
