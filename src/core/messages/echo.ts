/** What a vendor says of a message may repeat the message: its text is taken out before anything of it is kept. Pure. */

/** As many characters in a row are no accident: shorter ones are words that everybody uses. */
const MIN_SHARED = 10;
/** A one-time password, of any length that is in use. */
const CODE = /\d{4,}/g;
const HIDDEN = '…';

/**
 * What was said of a message, without what it shares with the message's text (ten characters in a row, in any case) and
 * without the codes in it.
 * @param said one line of a vendor.
 * @param text what the vendor was given.
 */
export function withoutEcho(said: string, text: string): string {
  let clean = said;
  for (const [code] of text.matchAll(CODE)) clean = clean.replaceAll(code, HIDDEN);
  if (clean.length < MIN_SHARED) return text.trim() !== '' && clean.includes(text.trim()) ? HIDDEN : clean;
  // Letters that change their length with their case would shift what is found.
  const [lower, lowerText] = [clean.toLowerCase(), text.toLowerCase()];
  const [where, what] = lower.length === clean.length ? [lower, lowerText] : [clean, text];
  let kept = '';
  for (let at = 0; at < clean.length;) {
    let end = at + MIN_SHARED;
    if (end > clean.length || !what.includes(where.slice(at, end))) {
      kept += clean[at++];
      continue;
    }
    while (end < clean.length && what.includes(where.slice(at, end + 1))) end++;
    kept += HIDDEN;
    at = end;
  }
  return kept.replace(/…+/g, HIDDEN);
}
