import fc from 'fast-check';
import { TokenBucket } from './token-bucket';

it('starts full, then gives one token per gained token, and says when there is one', () => {
  const bucket = new TokenBucket(10, 3, 0);
  expect([0, 0, 0].map((at) => bucket.take(at).ok)).toEqual([true, true, true]);
  expect(bucket.take(0)).toEqual({ ok: false, waitMs: 100 });
  expect(bucket.take(60)).toEqual({ ok: false, waitMs: 40 });
  expect(bucket.take(100)).toEqual({ ok: true });
  expect(bucket.take(100).ok).toBe(false);
});

it('holds no more than its burst, however long it rests', () => {
  const bucket = new TokenBucket(10, 3, 0);
  const taken = Array.from({ length: 10 }, () => bucket.take(3_600_000).ok);
  expect(taken.filter(Boolean)).toHaveLength(3);
});

it('gives several at once, or none of them', () => {
  const bucket = new TokenBucket(10, 5, 0);
  expect(bucket.take(0, 4)).toEqual({ ok: true });
  expect(bucket.take(0, 3)).toEqual({ ok: false, waitMs: 200 });
  expect(bucket.take(0, 1)).toEqual({ ok: true });
  expect(bucket.take(300, 3)).toEqual({ ok: true });
});

it('says whether there are so many, and takes none', () => {
  const bucket = new TokenBucket(10, 3, 0);
  expect([bucket.has(3, 0), bucket.has(4, 0), bucket.has(3, 0)]).toEqual([true, false, true]);
  bucket.take(0, 3);
  expect([bucket.has(0, 0), bucket.has(1, 99), bucket.has(1, 100)]).toEqual([true, false, true]);
});

const rates = fc.integer({ min: 1, max: 500 });
const bursts = fc.integer({ min: 1, max: 50 });
const steps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });

it('never gives more than rate × time + burst, between any two moments', () => {
  fc.assert(
    fc.property(rates, bursts, steps, (rate, burst, waits) => {
      const bucket = new TokenBucket(rate, burst, 0);
      const takenAt: number[] = [];
      let nowMs = 0;
      for (const wait of waits) {
        nowMs += wait;
        if (bucket.take(nowMs).ok) takenAt.push(nowMs);
      }
      for (let from = 0; from < takenAt.length; from++) {
        for (let to = from; to < takenAt.length; to++) {
          const most = ((takenAt[to]! - takenAt[from]!) / 1_000) * rate + burst;
          // A millionth for the rounding of fractions.
          expect(to - from + 1).toBeLessThanOrEqual(most + 1e-6);
        }
      }
    }),
  );
});

it('a token is there after the wait it named, and not a millisecond and a half earlier', () => {
  fc.assert(
    fc.property(rates, bursts, steps, (rate, burst, waits) => {
      let nowMs = 0;
      const bucket = new TokenBucket(rate, burst, nowMs);
      for (const wait of waits) {
        nowMs += wait;
        const answer = bucket.take(nowMs);
        if (answer.ok) continue;
        expect(answer.waitMs).toBeGreaterThan(0);
        if (answer.waitMs > 1.5) expect(bucket.take(nowMs + answer.waitMs - 1.5).ok).toBe(false);
        nowMs += answer.waitMs + 0.001;
        expect(bucket.take(nowMs).ok).toBe(true);
      }
    }),
  );
});

it('a clock that steps back earns nothing', () => {
  const bucket = new TokenBucket(10, 1, 1_000);
  expect(bucket.take(1_000).ok).toBe(true);
  for (const at of [0, 1_000, 0, 1_000, 0, 1_000]) expect(bucket.take(at).ok).toBe(false);
});
