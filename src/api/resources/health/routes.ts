/** `/healthz` (the process answers) and `/readyz` (what it needs answers too, by name). */
import type { Router } from 'express';
import type { ApiDeps } from '../../deps';

export function healthRoutes(router: Router, deps: ApiDeps): void {
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });

  // Without Temporal sends are still accepted and wait in Postgres: degraded, and ready. Without Postgres they are not.
  router.get('/readyz', async (_request, response) => {
    const [postgres, temporal] = await Promise.all([postgresProblem(deps), deps.temporalProblem()]);
    const checks = { postgres: postgres ?? 'ok', temporal: temporal ?? 'ok' };
    const status = postgres !== null ? 'unavailable' : temporal !== null ? 'degraded' : 'ok';
    response.status(postgres === null ? 200 : 503).json({ status, checks });
  });
}

async function postgresProblem({ database }: ApiDeps): Promise<string | null> {
  try {
    await database.pool.query('select 1');
    return null;
  } catch (error) {
    return `Postgres does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
