import fc from 'fast-check';
import { scheduleFaults, type ScheduleSettings } from './schedule';

const SETTINGS: ScheduleSettings = {
  seed: 1,
  durationMs: 900_000,
  gapMs: [4_000, 16_000],
  longestMs: { kill: 60_000, freeze: 15_000, cut: 10_000 },
};
const seeds = fc.integer({ min: 0, max: 1_000_000 });

test('the same seed strikes the same again, another one something else', () => {
  expect(scheduleFaults(SETTINGS)).toEqual(scheduleFaults(SETTINGS));
  expect(scheduleFaults(SETTINGS)).not.toEqual(scheduleFaults({ ...SETTINGS, seed: 2 }));
});

test('faults are in order, within their bounds and the run, and none of a target overlaps another of it', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const faults = scheduleFaults({ ...SETTINGS, seed });
      expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).sort((a, b) => a - b));
      for (const [i, { atMs, kind, target, forMs }] of faults.entries()) {
        expect(forMs).toBeLessThanOrEqual(SETTINGS.longestMs[kind]);
        expect(atMs + forMs).toBeLessThanOrEqual(SETTINGS.durationMs);
        const next = faults.slice(i + 1).find((fault) => fault.target === target);
        if (next !== undefined) expect(next.atMs).toBeGreaterThan(atMs + forMs);
      }
    }),
    { numRuns: 50 },
  );
});

test('a quarter of an hour has every fault of every target', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const kinds = new Set(scheduleFaults({ ...SETTINGS, seed }).map(({ kind, target }) => `${kind} ${target}`));
      expect([...kinds].sort()).toEqual([
        ...['cut postgres', 'cut temporal'],
        ...['freeze api', 'freeze postgres', 'freeze temporal', 'freeze worker'],
        ...['kill api', 'kill postgres', 'kill temporal', 'kill worker'],
      ]);
    }),
    { numRuns: 50 },
  );
});

test('some outages are short, and some are long', () => {
  const away = Array.from({ length: 20 }, (_, seed) => scheduleFaults({ ...SETTINGS, seed }))
    .flat()
    .filter(({ kind, target }) => kind === 'kill' && target === 'postgres')
    .map(({ forMs }) => forMs);
  expect(away.filter((ms) => ms < 5_000).length).toBeGreaterThan(away.length / 5);
  expect(away.filter((ms) => ms > 30_000).length).toBeGreaterThan(away.length / 20);
});
