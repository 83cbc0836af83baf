/** The country and the time zone that a phone number tells. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { DateTime } from 'luxon';

const zones = new Map<string, string | null>();

/** ISO 3166 alpha-2 of an E.164 number; null when its country code is shared and its range says no more. */
export function countryOf(e164: string): string | null {
  if (e164.startsWith('+91')) return 'IN';
  return parsePhoneNumberFromString(e164)?.country ?? null;
}

/** The IANA zone of a country whose clocks all show the same; null for the others: the number doesn't tell. */
export function zoneOfCountry(country: string | null): string | null {
  if (country === null) return null;
  let zone = zones.get(country);
  if (zone === undefined) {
    const all = zonesOf(country);
    zone = new Set(all.map(clockOf)).size === 1 ? all[0]! : null;
    zones.set(country, zone);
  }
  return zone;
}

/** Intl's table; older and newer engines spell it differently, and TypeScript knows neither spelling. */
function zonesOf(country: string): string[] {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { timeZones?: string[]; getTimeZones?(): string[] };
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

/** What a zone's clocks show, in January and in July. */
function clockOf(zone: string): string {
  return [1, 7].map((month) => DateTime.fromObject({ year: 2026, month }, { zone }).offset).join();
}
