/** The admin key of the environment: any text, so it is worth a look whether it could be guessed. */
import { createHmac, hkdfSync } from 'node:crypto';

/** What 16 random bytes have is beyond guessing; so is what has half of that, against a server that slows guesses down. */
const MIN_BITS = 80;
/** Of one word or run: what is repeated tells nothing new. */
const LONGEST_PERIOD = 12;
const PURPOSE = 'heliograph admin key id v1';

/**
 * What makes a key easy to guess; null when nothing does. Estimated from its characters alone, so that a sentence from a
 * book passes.
 */
export function weaknessOfAdminKey(key: string): string | null {
  const distinct = new Set(key).size;
  if (distinct < 8) return `has ${distinct === 1 ? 'one character' : `${distinct} characters`}, over and over`;
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    if (key.slice(period) === key.slice(0, -period)) return `repeats its first ${period} characters`;
  }
  if (isRun(key)) return 'is a run of neighbouring characters';
  const bits = Math.floor(entropyOf(key) * key.length);
  return bits < MIN_BITS ? `has about ${bits} bits of chance, fewer than ${MIN_BITS}` : null;
}

/** Most characters follow the one before, as in `abcdef` or `98765`. */
function isRun(key: string): boolean {
  let steps = 0;
  for (let at = 1; at < key.length; at++) if (Math.abs(key.charCodeAt(at) - key.charCodeAt(at - 1)) <= 1) steps++;
  return steps > key.length * 0.7;
}

/** Bits per character, by how often each one occurs (Shannon). */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}

/**
 * What stands for an admin key in the audit: another key has another id. Nobody without the master key can tell whether
 * a guess is the key.
 */
export function adminKeyId(key: string, masterKey: Buffer): string {
  const secret = Buffer.from(hkdfSync('sha256', masterKey, '', PURPOSE, 32));
  return `environment-${createHmac('sha256', secret).update(key).digest('hex').slice(0, 8)}`;
}
