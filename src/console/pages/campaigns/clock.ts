/** Clock times as a browser's `datetime-local` field writes them, in the zone of a campaign. */

/** An instant as the clock of the zone shows it: `2026-11-28T10:00`. */
export function localIn(at: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(new Date(at)); // prettier-ignore
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** What the API is told of such a time; the zone goes beside it. */
export const instantIn = (local: string): string => local.replace('T', ' ');
