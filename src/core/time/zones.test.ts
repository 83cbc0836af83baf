import { DateTime } from 'luxon';
import { canonicalZone, countryOf, zoneOfCountry } from './zones';

test.each([
  ['+919800000001', 'IN', '2026-07-01T17:30'],
  ['+971501234567', 'AE', '2026-07-01T16:00'],
  ['+442079460000', 'GB', '2026-07-01T13:00'],
  ['+4930123456', 'DE', '2026-07-01T14:00'],
])('%s is in %s, where clocks show %s', (number, country, clock) => {
  expect(countryOf(number)).toBe(country);
  const noon = DateTime.fromISO('2026-07-01T12:00Z', { zone: zoneOfCountry(country)! });
  expect(noon.toFormat("yyyy-MM-dd'T'HH:mm")).toBe(clock);
});

test('a country whose clocks differ does not tell', () => {
  expect(zoneOfCountry('US')).toBeNull();
  expect(zoneOfCountry(null)).toBeNull();
});

describe('the one name of a zone', () => {
  test.each([
    ['utc', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['EUROPE/KIEV', 'Europe/Kyiv'],
    ['america/port-au-prince', 'America/Port-au-Prince'],
    ['etc/gmt-5', 'Etc/GMT-5'],
  ])('%s is %s', (name, zone) => {
    expect(canonicalZone(name)).toBe(zone);
  });

  test.each(['+05:30', '-03:00', '+0530', '', 'Asia/Nowhere', 'UTC+5', 'SystemV/EST5', 'Asia/Kolkata '])(
    '%j is none',
    (name) => {
      expect(canonicalZone(name)).toBeNull();
    },
  );

  test('is its own, has the same clock, and is found in any case', () => {
    for (const name of Intl.supportedValuesOf('timeZone').filter((name) => !name.startsWith('SystemV/'))) {
      const zone = canonicalZone(name)!;
      expect(canonicalZone(zone)).toBe(zone);
      expect(canonicalZone(name.toLowerCase())).toBe(zone);
      const clock = (of: string) => DateTime.fromISO('2026-07-01T12:00Z', { zone: of }).toISO();
      expect(clock(zone)).toBe(clock(name));
    }
  });
});
