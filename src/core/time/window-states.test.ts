import fc from 'fast-check';
import { windowState, type SendWindow } from './window';
import { WindowStates } from './window-states';

const HOUR_MS = 3_600_000;
const ZONES = ['Asia/Kolkata', 'America/New_York'];
const day: SendWindow[] = ZONES.map((timezone) => ({ start: '10:00', end: '21:00', timezone }));
const night: SendWindow[] = ZONES.map((timezone) => ({ start: '22:00', end: '06:00', timezone }));
const all = [...day, ...night];

test('in whatever order it is asked, it answers as if it were asked for the first time', () => {
  const from = Date.parse('2026-10-30T00:00Z');
  const asked = fc.record({ which: fc.nat(all.length - 1), halves: fc.nat(150) });
  fc.assert(
    fc.property(fc.array(asked, { minLength: 2, maxLength: 12 }), (questions) => {
      const states = new WindowStates();
      for (const { which, halves } of questions) {
        const windows = [all[which]!];
        const atMs = from + (halves * HOUR_MS) / 2;
        expect(states.at(String(which), windows, atMs)).toEqual(windowState(windows, atMs));
      }
    }),
    { numRuns: 60 },
  );
});
