import { DURATION_BUCKETS, assessGateway, bucketOf, degradedReason, quantile, type GatewayCounts } from './health';

const buckets = (...durations: number[]): number[] => {
  const counts = Array.from({ length: DURATION_BUCKETS }, () => 0);
  for (const duration of durations) counts[bucketOf(duration)]!++;
  return counts;
};
const times = (count: number, duration: number): number[] => Array.from({ length: count }, () => duration);
const counts = (over: Partial<GatewayCounts> = {}): GatewayCounts => ({
  accepted: 0,
  refused: 0,
  latency: buckets(),
  delivered: 0,
  undelivered: 0,
  faults: 0,
  receiptDelay: buckets(),
  ...over,
});

describe('quantile', () => {
  it('lies in the bucket of the value, whatever the value', () => {
    for (const duration of [0, 0.4, 1, 1.5, 2, 3, 250, 1_024, 1_025, 65_536]) {
      const found = quantile(buckets(...times(40, duration)), 0.95)!;
      expect(bucketOf(found)).toBe(bucketOf(duration));
    }
  });

  it('is what all but the slowest twentieth stays within', () => {
    expect(quantile(buckets(...times(95, 10), ...times(5, 5_000)), 0.95)).toBe(16);
    expect(quantile(buckets(...times(94, 10), ...times(6, 5_000)), 0.95)).toBeGreaterThan(4_096);
  });

  it('knows nothing of nothing, and keeps the very long in its last bucket', () => {
    expect(quantile(buckets(), 0.95)).toBeNull();
    expect(bucketOf(10 ** 9)).toBe(DURATION_BUCKETS - 1);
  });
});

describe('degradedReason', () => {
  it.each([
    ['half of the submissions is not taken', { accepted: 10, refused: 10 }, /50 % of the submissions/],
    ['a third of the reports is the gateway’s fault', { delivered: 14, undelivered: 6, faults: 6 }, /30 % of the rep/],
    ['requests take very long', { latency: buckets(...times(20, 16_000)) }, /of the requests take/],
    ['reports take very long', { receiptDelay: buckets(...times(20, 8_000)) }, /of the reports take/],
  ])('when %s', (_, over, reason) => {
    expect(degradedReason(counts(over))).toMatch(reason);
  });

  it.each([
    ['few events', { accepted: 9, refused: 10, undelivered: 19, faults: 19, latency: buckets(...times(19, 60_000)) }],
    ['bad numbers', { delivered: 5, undelivered: 95, faults: 5 }],
    ['an ordinary day', { accepted: 95, refused: 5, delivered: 80, undelivered: 20, faults: 10 }],
  ])('not by %s', (_, over) => {
    expect(degradedReason(counts(over))).toBeNull();
  });
});

describe('assessGateway', () => {
  it('is up, with null rates, while nothing has gone over it', () => {
    const nothing = { acceptRate: null, deliveryRate: null, p95Ms: null };
    expect(assessGateway(null, 'closed', null, counts())).toEqual({ state: 'up', breaker: 'closed', ...nothing });
  });

  it('shows rates of the counts', () => {
    const health = assessGateway(null, 'closed', 'old trouble', counts({ accepted: 2, refused: 1, delivered: 3 }));
    expect(health).toEqual({ state: 'up', breaker: 'closed', acceptRate: 0.6667, deliveryRate: 1, p95Ms: null });
  });

  it('is down while paused, and while the breaker is not closed, and says why', () => {
    expect(assessGateway('no money', 'closed', null, counts())).toMatchObject({ state: 'down', reason: 'no money' });
    for (const breaker of ['open', 'half-open'] as const) {
      const health = assessGateway(null, breaker, 'HTTP 503', counts());
      expect(health).toMatchObject({ state: 'down', breaker, reason: 'HTTP 503' });
    }
  });

  it('is degraded when its counts say so', () => {
    expect(assessGateway(null, 'closed', null, counts({ refused: 20 }))).toMatchObject({ state: 'degraded' });
  });
});
