import fc from 'fast-check';
import { windowState } from '../time/window';
import {
  floorProblems,
  narrowed,
  OUTSIDE_WINDOW,
  outsideWindowOf,
  type ComplianceSettings,
  type CountryWindow,
} from './floors';

const INDIA: CountryWindow = { country: 'IN', start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' };
const OPEN: ComplianceSettings = {
  windows: [],
  promotionalOutsideWindow: 'send',
  indiaStrict: false,
  requireApprovedSenders: false,
};

test.each([
  [null, 'IN', 'hold'],
  [null, 'GB', 'send'],
  ['send', 'IN', 'send'],
  ['refuse', 'GB', 'refuse'],
] as const)('outside its window, with %p in %s: %s', (set, country, expected) => {
  expect(outsideWindowOf(set, country)).toBe(expected);
});

describe('below a floor', () => {
  test.each([
    ['no window', { windows: [] }, { windows: [INDIA] }, 'windows', /have none for IN.*10:00–21:00/],
    ['one that opens earlier', { windows: [{ ...INDIA, start: '09:00' }] }, { windows: [INDIA] }, 'windows', /09:00/],
    ['one that closes later', { windows: [{ ...INDIA, end: '21:01' }] }, { windows: [INDIA] }, 'windows', /21:01/],
    ['other clocks', { windows: [{ ...INDIA, timezone: 'UTC' }] }, { windows: [INDIA] }, 'windows', /UTC/],
    ['sends', {}, { promotionalOutsideWindow: 'hold' }, 'promotionalOutsideWindow', /"hold" or "refuse"/],
    ['is lax', {}, { indiaStrict: true }, 'indiaStrict', /must be true/],
    ['any sender', {}, { requireApprovedSenders: true }, 'requireApprovedSenders', /must be true/],
  ] as const)('%s', (_, own, floors, field, message) => {
    const problems = floorProblems({ ...OPEN, ...own }, floors);
    expect(problems).toMatchObject([{ field, message: expect.stringMatching(message) }]);
  });
  test.each([
    ['the same window', { windows: [INDIA] }, { windows: [INDIA] }],
    ['a narrower one', { windows: [{ ...INDIA, start: '11:00', end: '20:00' }] }, { windows: [INDIA] }],
    ['a stricter word', { promotionalOutsideWindow: 'refuse' }, { promotionalOutsideWindow: 'hold' }],
    ['no floor', {}, {}],
    ['a floor that asks for nothing', {}, { indiaStrict: false, requireApprovedSenders: false }],
  ] as const)('not: %s', (_, own, floors) => {
    expect(floorProblems({ ...OPEN, ...own }, floors)).toEqual([]);
  });
});

const clock = fc
  .integer({ min: 0, max: 1_439 })
  .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`);
const countryWindow = fc
  .record({
    country: fc.constantFrom('IN', 'GB', 'US'),
    start: clock,
    end: clock,
    timezone: fc.constantFrom('Asia/Kolkata', 'Europe/London', 'America/New_York'),
  })
  .filter(({ start, end }) => start < end);
const windows = fc.uniqueArray(countryWindow, { selector: ({ country }) => country, maxLength: 3 });
const settings = fc.record({
  windows,
  promotionalOutsideWindow: fc.constantFrom(...OUTSIDE_WINDOW),
  indiaStrict: fc.boolean(),
  requireApprovedSenders: fc.boolean(),
});
const floors = fc.record(
  {
    windows,
    promotionalOutsideWindow: fc.constantFrom(...OUTSIDE_WINDOW),
    indiaStrict: fc.boolean(),
    requireApprovedSenders: fc.boolean(),
  },
  { requiredKeys: [] },
);

test('what was narrowed is never below, and what was not below stays as it is', () => {
  fc.assert(
    fc.property(settings, floors, (own, least) => {
      const after = narrowed(own, least);
      expect(floorProblems(after, least)).toEqual([]);
      expect(narrowed(after, least)).toEqual(after);
      if (floorProblems(own, least).length === 0) expect(after).toEqual(own);
    }),
  );
});

test('nothing above a floor lets a message leave at a moment that the floor forbids', () => {
  const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(settings, countryWindow, moment, (own, floor, at) => {
      const least = { windows: [floor] };
      for (const above of [narrowed(own, least), ...(floorProblems(own, least).length === 0 ? [own] : [])]) {
        const mine = above.windows.filter(({ country }) => country === floor.country);
        if (windowState(mine, at.getTime()).open) expect(windowState([floor], at.getTime()).open).toBe(true);
      }
    }),
  );
});
