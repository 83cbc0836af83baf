import { DateTime } from 'luxon';
import { countryOf, zoneOfCountry } from './zones';

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
