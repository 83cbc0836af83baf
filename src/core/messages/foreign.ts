/**
 * What others say of messages (providers in answers and reports, phones in texts), made fit to be stored. Nothing of it
 * is under our control, and one value that Postgres refuses would be refused with all that is committed beside it.
 */

/**
 * A text of at most `maxCharacters` that Postgres takes: it refuses NUL. Null stays null. What is cut holds nothing of
 * the rest in memory.
 */
export function foreignText<T extends string | null>(text: T, maxCharacters: number): T {
  if (text === null) return text;
  const storable = text.includes('\0') ? text.replaceAll('\0', '') : text;
  return (storable.length > maxCharacters ? copyOf(storable.slice(0, maxCharacters)) : storable) as T;
}

/** The same with a bound in bytes of UTF-8, cut between characters. */
export function foreignBody(body: string, maxBytes: number): string {
  const text = foreignText(body, maxBytes);
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  // 10xxxxxx goes on with a character that began before it.
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** A slice refers to the text that it was cut from, megabytes of it. */
const copyOf = (slice: string): string => Buffer.from(slice).toString();

const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2100, 0);

/**
 * An instant that somebody may have meant: in the years 2000 to 2099. Else null, as for one that was not told: Postgres
 * can't hold all that a Date can, and an outcome in the year 275760 would be told on.
 */
export function foreignInstant(at: Date | null | undefined): Date | null {
  const ms = at?.getTime() ?? Number.NaN;
  return ms >= EARLIEST_MS && ms < LATEST_MS ? at! : null;
}
