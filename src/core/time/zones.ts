/** Time zones: their names, and the country and the zone that a phone number tells. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { DateTime } from 'luxon';

/** Names that engines still answer with, and what the IANA database has called them since. */
const RENAMED: Partial<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};
/** Offsets, and the zones of Unix System V: engines may know them, other systems don't. */
const NOT_IANA = /^([+-]|SystemV\/)/i;

/**
 * The one name of a time zone, however it is spelled: engines ignore case and take old names, Temporal and other systems
 * don't. Null: it is no zone of the IANA database.
 * @param name such as `Asia/Kolkata`, `asia/calcutta` or `utc`.
 */
export function canonicalZone(name: string): string | null {
  if (NOT_IANA.test(name)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return RENAMED[timeZone] ?? timeZone;
  } catch {
    return null;
  }
}

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
