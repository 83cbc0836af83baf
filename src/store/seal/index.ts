/**
 * Secrets at rest: AES-256-GCM, envelope `v2.<keyId>.<nonce>.<ciphertext>.<tag>` (base64url). The additional data binds
 * an envelope to its row, so that one moved to another row does not open. The key is derived from the master key of that
 * id; envelopes of the first release, `v1`, were sealed with the master key itself.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from '../../core/accounts/keyring';
import type { SealContext } from './columns';

export { SEALED, type SealContext, type SealedColumn } from './columns';

const VERSION = 'v2';
const FIRST_VERSION = 'v1';
const PURPOSE = 'seal';
const NONCE_BYTES = 12;
/** Given when an envelope is opened too: else Node would take a shortened tag, which is soon guessed. */
const TAG = { authTagLength: 16 };

/** An envelope that can't be opened; says which key it wants, never what is in it. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

export interface Sealer {
  /** What every value begins with that is sealed as this sealer seals now, and no other. */
  readonly mark: string;
  /** Seals with the first key of the ring. */
  seal(plaintext: string, context: SealContext): string;
  /**
   * Opens with whichever key of the ring sealed.
   * @throws SealError when the ring doesn't have it, naming its id, or the value was sealed for another context.
   */
  open(envelope: string, context: SealContext): string;
}

export function createSealer(ring: Keyring): Sealer {
  const mark = `${VERSION}.${ring.id}.`;
  /** @throws SealError */
  const keyOf = (version: string, id: string, context: string): Buffer => {
    try {
      return version === FIRST_VERSION ? ring.masterKey(id) : ring.keyFor(PURPOSE, id);
    } catch {
      const which = ring.ids.join(', ');
      throw new SealError(
        `${context} was sealed with the master key ${id}, which is not in the ring (${which}): add it to HELIOGRAPH_MASTER_KEYS`,
      );
    }
  };
  return {
    mark,
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', ring.keyFor(PURPOSE), nonce, TAG).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      const parts = [nonce, sealed, cipher.getAuthTag()].map((part) => part.toString('base64url'));
      return mark + parts.join('.');
    },
    open(envelope, context) {
      const [version, id, nonce, sealed, tag] = envelope.split('.');
      const isKnown = version === VERSION || version === FIRST_VERSION;
      if (!isKnown || id === undefined || nonce === undefined || sealed === undefined || tag === undefined) {
        throw new SealError(`A sealed value of ${context} has an unknown form`);
      }
      const key = keyOf(version, id, context);
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
