/** Clock times of Indian vendors, who write them without a zone. */

const CLOCK_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** Reads `yyyy-mm-dd hh:mm:ss` as a clock in India (UTC+05:30, no summer time); undefined for anything else. */
export function istInstant(text: unknown): Date | undefined {
  if (typeof text !== 'string' || !CLOCK_TIME.test(text)) return undefined;
  const at = new Date(`${text.replace(' ', 'T')}+05:30`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
