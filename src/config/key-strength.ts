/** Whether a key can have been drawn at random. Nobody can prove that one was; what a person typed gives itself away. */

/** Of 32 random bytes about 30 differ from each other; fewer than this happens once in a billion keys. */
const MIN_DISTINCT_BYTES = 20;
/** Of the 31 steps from byte to byte; random ones share a step twice or three times. */
const MAX_EQUAL_STEPS = 12;

/** What a guesser would have to try: 2 to the power of this. Of three million keys of 24 random hexadecimal digits the worst had 41. */
const MIN_ADMIN_KEY_BITS = 40;
/** Of the letters that are left without runs, and of the pairs of neighbours that differ from each other: random keys keep 0.58 of each. */
const MIN_SHARE = 0.55;
/** `aaa`, `123` and `cba` say no more than their first letter. */
const MIN_RUN = 3;

/** An admin key whose SHA-256 is configured instead of itself: `sha256:` and 64 hexadecimal digits. */
export const ADMIN_KEY_HASH = /^sha256:[0-9a-f]{64}$/i;

/** Why these 32 bytes are no random key, as the end of a sentence about its variable; null = nothing speaks against it. */
export function masterKeyWeakness(key: Uint8Array): string | null {
  const distinct = new Set(key).size;
  if (distinct === 1) return key[0] === 0 ? 'is all zeros' : 'is one byte repeated';
  const steps = new Map<number, number>();
  for (let i = 1; i < key.length; i++) {
    const step = (key[i]! - key[i - 1]! + 256) % 256;
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  if (Math.max(...steps.values()) > MAX_EQUAL_STEPS) return 'is a sequence';
  if (distinct < MIN_DISTINCT_BYTES) return 'repeats itself';
  if (key.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'is a text, not random bytes';
  return null;
}

/** The same of an admin key, which is a text: by the bits that its letters can carry. A hash says nothing of its key. */
export function adminKeyWeakness(key: string): string | null {
  if (ADMIN_KEY_HASH.test(key)) return null;
  const essence = withoutRuns(key);
  if (essence.length < MIN_SHARE * key.length) return 'is made of sequences';
  const pairs = new Set(Array.from({ length: key.length - 1 }, (_, i) => key.slice(i, i + 2)));
  if (pairs.size < MIN_SHARE * (key.length - 1)) return 'repeats itself';
  return bitsOf(essence) < MIN_ADMIN_KEY_BITS ? 'is too easy to guess' : null;
}

/** Of every run of equal, rising or falling characters, the first. */
function withoutRuns(text: string): string {
  let kept = '';
  for (let start = 0; start < text.length;) {
    const step = text.charCodeAt(start + 1) - text.charCodeAt(start);
    let end = start + 1;
    if (Math.abs(step) <= 1) while (text.charCodeAt(end) - text.charCodeAt(end - 1) === step) end++;
    const isRun = end - start >= MIN_RUN;
    kept += isRun ? text[start]! : text.slice(start, start + 1);
    start = isRun ? end : start + 1;
  }
  return kept;
}

/** Length times Shannon's entropy of a character. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length);
  return bits;
}
