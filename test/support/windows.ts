/** Windows that are open or closed now, whatever the time of day. */

const HOUR_MS = 3_600_000;

/** A window of a country between hours from now, in a zone where no midnight comes between. */
function between(country: string, fromHours: number, untilHours: number) {
  const timezone = new Date().getUTCHours() < 12 ? 'UTC' : 'Etc/GMT+12';
  const offset = timezone === 'UTC' ? 0 : -12;
  const clock = (hours: number) => new Date(Date.now() + (hours + offset) * HOUR_MS).toISOString().slice(11, 16);
  return { country, start: clock(fromHours), end: clock(untilHours), timezone };
}

/** Closed now; opens in six hours. */
export const closedWindow = (country = 'IN') => between(country, 6, 7);

/** The moment at which {@link closedWindow} opens: ISO 8601. */
export function opensAt({ start, timezone }: { start: string; timezone: string }): string {
  const [hour, minute] = start.split(':').map(Number) as [number, number];
  const offset = timezone === 'UTC' ? 0 : 12;
  const at = new Date(Date.now() - offset * HOUR_MS);
  at.setUTCHours(hour, minute, 0, 0);
  return new Date(at.getTime() + offset * HOUR_MS).toISOString();
}

/** Open now, all day. */
export const openWindow = (country = 'IN') => ({
  country,
  start: '00:00',
  end: '23:59',
  timezone: new Date().getUTCHours() < 12 ? 'UTC' : 'Etc/GMT+12',
});
