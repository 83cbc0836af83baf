import { rateOf, SERIES_SECONDS, seriesOf, withSample, type Sample } from './series';

const sample = (second: number, accepted: number, settled = 0): Sample => ({ atMs: second * 1_000, accepted, settled });
const filled = (...samples: Sample[]) => samples.reduce<Sample[]>((kept, one) => withSample(kept, one), []);

test('nobody looked before: a minute of nothing', () => {
  const series = seriesOf(filled(sample(100, 7)));
  expect(series).toHaveLength(SERIES_SECONDS);
  expect(series.every(({ accepted, settled }) => accepted === 0 && settled === 0)).toBe(true);
  expect(rateOf(filled(sample(100, 7)), 5)).toEqual({ accepted: 0, settled: 0 });
});

test('each second has what came in it, the newest last', () => {
  const series = seriesOf(filled(sample(100, 0), sample(101, 10, 1), sample(102, 10, 4)));
  expect(series.slice(-3)).toEqual([
    { accepted: 0, settled: 0 },
    { accepted: 10, settled: 1 },
    { accepted: 0, settled: 3 },
  ]);
});

test('what came while nobody looked is spread evenly', () => {
  const series = seriesOf(filled(sample(100, 0), sample(104, 8)));
  expect(series.slice(-4).map(({ accepted }) => accepted)).toEqual([2, 2, 2, 2]);
});

test('only the last minute is kept, and the look before it', () => {
  let kept: Sample[] = [];
  for (let second = 0; second < 200; second++) kept = withSample(kept, sample(second, second));
  expect(kept).toHaveLength(SERIES_SECONDS + 1);
  expect(seriesOf(kept).every(({ accepted }) => accepted === 1)).toBe(true);
  expect(withSample(kept, sample(1_000, 200))).toHaveLength(2);
});

test('a rate is the mean of its seconds, and never below nothing', () => {
  const samples = filled(sample(90, 0), sample(100, 100), sample(101, 110, 5), sample(105, 150, 3));
  expect(rateOf(samples, 5)).toEqual({ accepted: 10, settled: 0.6 });
  expect(rateOf(filled(sample(1, 10, 4), sample(2, 10, 3)), 5)).toEqual({ accepted: 0, settled: 0 });
});
