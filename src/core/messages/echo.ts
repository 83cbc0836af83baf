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

/** Takes out of strings what they repeat of texts. */
export interface EchoFilter {
  /** A string of those that it was made for, without what it repeats. */
  clean(said: string): string;
}

/**
 * {@link withoutEcho} for many strings and many texts at once: its time grows with the sum of both, not with their product.
 * @param said all strings that will be cleaned.
 * @param texts of the messages that the strings may repeat; each also as a form or a page would write it.
 */
export function echoFilter(said: readonly string[], texts: Iterable<string>): EchoFilter {
  const [shared, codes, short] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const runs = new Set(said.flatMap(runsOf));
  for (const text of new Set(texts)) {
    for (const [code] of text.matchAll(CODE)) codes.add(code);
    if (text.length < MIN_SHARED && text.trim().length >= MIN_SHORT) short.add(text.trim().toLowerCase());
    for (const spelled of spellingsIn(text, said))
      for (const run of runsOf(spelled)) if (runs.has(run)) shared.add(run);
  }
  return { clean: (one) => withoutShort(withoutRuns(withoutCodes(one, codes), shared), short) };
}

/** A shorter text is a word that answers have for themselves. */
const MIN_SHORT = 3;

/** A text as it may stand in these strings: as it is, in a form or URL, in UTF-16 as hex, in HTML. */
function spellingsIn(text: string, said: readonly string[]): string[] {
  const spelled = [text];
  if (said.some((one) => /%[0-9a-f]{2}|\+/i.test(one))) {
    const inUrl = encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''));
    spelled.push(inUrl, inUrl.replaceAll('%20', '+'));
  }
  if (said.some((one) => /[0-9a-f]{16}/i.test(one))) spelled.push(hexOf(text));
  if (said.some((one) => one.includes('&'))) {
    spelled.push(
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    );
  }
  return spelled;
}

const hexOf = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('');

/** Letters that change their length with their case would shift what is found. */
const lowerOf = (text: string): string => {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
};

/** All runs of {@link MIN_SHARED} characters of a string. */
function runsOf(text: string): string[] {
  const lower = lowerOf(text);
  const runs: string[] = [];
  for (let at = 0; at + MIN_SHARED <= lower.length; at++) runs.push(lower.slice(at, at + MIN_SHARED));
  return runs;
}

function withoutRuns(said: string, shared: ReadonlySet<string>): string {
  if (shared.size === 0) return said;
  let [kept, hiddenTo] = ['', 0];
  runsOf(said).forEach((run, at) => {
    if (shared.has(run)) {
      if (at >= hiddenTo) kept += HIDDEN;
      hiddenTo = at + MIN_SHARED;
    } else if (at >= hiddenTo) kept += said[at]!;
  });
  const from = Math.max(hiddenTo, said.length - MIN_SHARED + 1, 0);
  return (kept + said.slice(from)).replace(/…+/g, HIDDEN);
}

function withoutCodes(said: string, codes: ReadonlySet<string>): string {
  return codes.size === 0 ? said : said.replace(CODE, (digits) => (isCode(digits, codes) ? HIDDEN : digits));
}

/** Longer digits may hold a code, too. */
function isCode(digits: string, codes: ReadonlySet<string>): boolean {
  for (const code of codes.size > digits.length ** 2 ? piecesOf(digits) : codes) {
    if (codes.has(code) && digits.includes(code)) return true;
  }
  return false;
}

function* piecesOf(digits: string): Generator<string> {
  for (let from = 0; from < digits.length; from++) {
    for (let to = from + 4; to <= digits.length; to++) yield digits.slice(from, to);
  }
}

function withoutShort(said: string, short: ReadonlySet<string>): string {
  let clean = said;
  for (const text of short) {
    for (let at = lowerOf(clean).indexOf(text); at >= 0; at = lowerOf(clean).indexOf(text)) {
      clean = clean.slice(0, at) + HIDDEN + clean.slice(at + text.length);
    }
  }
  return clean;
}
