import { countryWindows, ownWindows } from './window';

const IST = 'Asia/Kolkata';
const day = { start: '10:00', end: '21:00' };

describe('ownWindows', () => {
  test('no window is none', () => {
    expect(ownWindows(null, IST)).toEqual([]);
  });

  test('a window keeps its zone and its days, and one without a zone takes the given one', () => {
    expect(ownWindows({ ...day, days: ['mon'], timezone: 'Europe/Paris' }, IST)).toEqual([
      { ...day, days: ['mon'], timezone: 'Europe/Paris' },
    ]);
    expect(ownWindows({ ...day, timezone: null }, IST)).toEqual([{ ...day, timezone: IST }]);
  });
});

describe('countryWindows', () => {
  const all = [
    { country: 'IN', ...day, timezone: IST },
    { country: 'FR', start: '08:00', end: '20:00', timezone: 'Europe/Paris' },
  ];

  test('promotional traffic falls under those of its country only', () => {
    expect(countryWindows(all, true, 'IN')).toEqual([{ ...day, timezone: IST }]);
    expect(countryWindows(all, true, 'US')).toEqual([]);
    expect(countryWindows(all, true, null)).toEqual([]);
  });

  test('any other traffic falls under none', () => {
    expect(countryWindows(all, false, 'IN')).toEqual([]);
  });
});
