/** Load from this process: a fixed number of requests in flight over one undici pool, and its times. */
import { Pool } from 'undici';

export interface LoadRequest {
  method: 'POST' | 'GET';
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface LoadResult {
  /** Answered with 2xx. */
  ok: number;
  failed: number;
  seconds: number;
  perSecond: number;
  /** Milliseconds, sorted. */
  latencies: number[];
}

export interface LoadOptions {
  origin: string;
  inFlight: number;
  /** Requests in all. */
  count: number;
  request(index: number): LoadRequest;
  /** Starts requests at this rate instead of as fast as answers come. */
  perSecond?: number;
}

/** Runs to the end of `count`; a bounded loop. */
export async function runLoad({ origin, inFlight, count, request, perSecond }: LoadOptions): Promise<LoadResult> {
  const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
  const latencies: number[] = [];
  let next = 0;
  let ok = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      if (perSecond !== undefined) await untilTime(startedAt + (index / perSecond) * 1_000);
      const { path, ...rest } = request(index);
      const from = performance.now();
      const { statusCode, body } = await pool.request({ path, ...rest });
      await body.dump();
      latencies.push(performance.now() - from);
      if (statusCode >= 200 && statusCode < 300) ok++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - startedAt) / 1_000;
  await pool.close();
  latencies.sort((a, b) => a - b);
  return { ok, failed: count - ok, seconds, perSecond: count / seconds, latencies };
}

async function untilTime(at: number): Promise<void> {
  const ms = at - performance.now();
  if (ms > 1) await new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param share 0 to 1. @param sorted ascending. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
