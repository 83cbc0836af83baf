/** Settings that nobody reads because their name is not spelt as it should be. */

/**
 * Of ours; variables of other programs are none of our business. Those of the tests are set by them alone, some are the
 * command line's own (docs/cli.md), and the passwords are Compose's, which shares the file `.env` with `npm start`.
 */
const OURS = /^HELIOGRAPH_(?!TEST_|WRITE_|(?:OWNER|RUNTIME)_PASSWORD$|(?:URL|KEY|ACCOUNT)$)/;
/** A name that differs in more letters is probably not a slip. */
const MAX_SLIPS = 4;

/** @returns a sentence about each of `given` that is ours and not among `known`, with the nearest that is. */
export function misspelt(given: readonly string[], known: readonly string[]): string[] {
  return given
    .filter((name) => OURS.test(name) && !known.includes(name))
    .sort()
    .map((name) => {
      const [nearest, slips] = known
        .map((candidate) => [candidate, distance(name, candidate)] as const)
        .reduce((best, next) => (next[1] < best[1] ? next : best));
      const hint = slips <= MAX_SLIPS ? `did you mean ${nearest}?` : 'docs/configuration.md lists those that there are';
      return `${name} is no setting and is not read: ${hint}`;
    });
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
