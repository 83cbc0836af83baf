/** What a process needs, and whether it answers: looked at once a second at most, however many ask. */
import { TtlCache } from '../../core/concurrency/ttl-cache';

export interface Readiness {
  /** Without Temporal sends are still accepted and wait in Postgres: degraded, and ready. Without Postgres they are not. */
  status: 'ok' | 'degraded' | 'unavailable';
  /** `ok`, or what is wrong. */
  checks: { postgres: string; temporal: string };
}

const LOOK_MS = 1_000;

/** @param probes each rejects, or gives what is wrong; null = it answers. */
export function createReadiness(probes: {
  postgres(): Promise<string | null>;
  temporal(): Promise<string | null>;
}): () => Promise<Readiness> {
  const looks = new TtlCache<Readiness>(LOOK_MS);
  const problem = (probe: () => Promise<string | null>): Promise<string | null> =>
    probe().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));

  async function look(): Promise<Readiness> {
    const [postgres, temporal] = await Promise.all([problem(probes.postgres), problem(probes.temporal)]);
    const status = postgres !== null ? 'unavailable' : temporal !== null ? 'degraded' : 'ok';
    return { status, checks: { postgres: postgres ?? 'ok', temporal: temporal ?? 'ok' } };
  }

  return () => looks.get('', look);
}
