/**
 * Secrets at rest: AES-256-GCM, envelope `v1.<keyId>.<nonce>.<ciphertext>.<tag>` (base64url). The additional data binds
 * an envelope to its row, so that one moved to another row does not open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const NONCE_BYTES = 12;
/** Given when an envelope is opened too: else Node would take a shortened tag, which is soon guessed. */
const TAG = { authTagLength: 16 };

/** An envelope that can't be opened; says which key it wants, never what is in it. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

export interface Sealer {
  /** @param context names the row, for example `gateway:gw_1:credentials`. */
  seal(plaintext: string, context: string): string;
  /** @throws SealError when the envelope was sealed with another key or for another context. */
  open(envelope: string, context: string): string;
}

/** @param key 32 bytes. */
export function createSealer(key: Buffer): Sealer {
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return {
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, TAG).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const parts = [nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
      return [VERSION, keyId, ...parts].join('.');
    },
    open(envelope, context) {
      const [version, envelopeKeyId, nonce, sealed, tag] = envelope.split('.');
      if (version !== VERSION || nonce === undefined || sealed === undefined || tag === undefined) {
        throw new SealError(`A sealed value of ${context} has an unknown form`);
      }
      if (envelopeKeyId !== keyId) {
        throw new SealError(
          `${context} was sealed with the master key ${envelopeKeyId}, but HELIOGRAPH_MASTER_KEY is ${keyId}: start with the key that sealed it`,
        );
      }
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), TAG)
          .setAAD(Buffer.from(context))
          .setAuthTag(Buffer.from(tag, 'base64url'));
        return decipher.update(sealed, 'base64url', 'utf8') + decipher.final('utf8');
      } catch {
        throw new SealError(`The sealed value of ${context} was changed or belongs to another row`);
      }
    },
  };
}
