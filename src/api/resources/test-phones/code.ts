/** The code that shows that somebody holds a phone. */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { CODE_MINUTES } from '../../../store/audience/test-phones';

const DIGITS = 6;

/** Six random digits. */
export const drawCode = (): string => String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');

/** As it is kept: of use for one phone only. */
export const hashCode = (phoneId: string, code: string): Buffer =>
  createHash('sha256').update(`${phoneId}:${code}`).digest();

/** In constant time. */
export const codeMatches = (phoneId: string, code: string, hash: Buffer): boolean =>
  timingSafeEqual(hashCode(phoneId, code), hash);

export const codeText = (code: string): string =>
  `${code} is your code to verify this test phone. It is valid for ${CODE_MINUTES} minutes.`;
