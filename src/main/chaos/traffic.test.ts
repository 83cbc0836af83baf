import { PARTIES } from './parties';
import { leadMs, planTraffic, type TrafficItem, type TrafficSettings } from './traffic';

const SETTINGS: TrafficSettings = {
  seed: 1,
  durationMs: 60_000,
  singles: 20,
  batches: 3,
  batchSize: 10,
  campaigns: 2,
  campaignSize: 50,
  campaignRatePerSecond: 10,
  passwords: 30,
  quietPasswords: 5,
};

const recordsOf = (item: TrafficItem) => (item.kind === 'single' ? [item.record] : item.records);

test('the same seed asks for the same again, another one for something else', () => {
  expect(planTraffic(PARTIES, SETTINGS)).toEqual(planTraffic(PARTIES, SETTINGS));
  expect(planTraffic(PARTIES, SETTINGS)).not.toEqual(planTraffic(PARTIES, { ...SETTINGS, seed: 2 }));
});

test('no number and no meta is used twice, and all leave in order, within the run', () => {
  const items = planTraffic(PARTIES, SETTINGS);
  const records = items.flatMap(recordsOf);
  const mixed = PARTIES.filter(({ traffic }) => traffic === 'mixed').length;
  expect(records).toHaveLength(mixed * (20 + 3 * 10 + 2 * 50) + (PARTIES.length - mixed) * (30 + 5));
  expect(new Set(records.map(({ to }) => to)).size).toBe(records.length);
  expect(new Set(records.map(({ meta }) => meta)).size).toBe(records.length);
  const moments = items.map(({ atMs }) => atMs);
  expect(moments).toEqual([...moments].sort((a, b) => a - b));
  expect(moments[0]).toBe(-leadMs(SETTINGS));
  expect(moments.at(-1)).toBeLessThanOrEqual(SETTINGS.durationMs);
});

test('before the run there are passwords only', () => {
  const early = planTraffic(PARTIES, SETTINGS).filter(({ atMs }) => atMs < 0);
  expect(new Set(early.map(({ party }) => party))).toEqual(new Set(['watched']));
  expect(early).toHaveLength(SETTINGS.quietPasswords);
});

test('the parties cover a vendor that knows our ids, one that can be asked, and one that can not', () => {
  expect(new Set(PARTIES.map(({ knows }) => knows))).toEqual(new Set(['our ids', 'can be asked', 'its own']));
  expect(new Set(PARTIES.map(({ provider }) => provider)).size).toBe(7);
});
