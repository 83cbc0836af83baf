/** `/healthz` (the process answers) and `/readyz` (what it needs answers too, by name). */
import { z } from 'zod';
import { readClockMs } from '../../../store/database';
import type { ApiDeps } from '../../deps';
import { endpoint, reply, type Endpoint } from '../../endpoint';

const readiness = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  checks: z.object({ postgres: z.string(), temporal: z.string() }).describe('`ok`, or what is wrong.'),
});

export const health: Endpoint[] = [
  endpoint(
    {
      id: 'getHealth',
      method: 'get',
      path: '/healthz',
      tag: 'Health',
      summary: 'The process answers.',
      scope: null,
      answers: { 200: { description: 'It does.', schema: z.object({ status: z.literal('ok') }) } },
    },
    () => ({ status: 'ok' }),
  ),
  endpoint(
    {
      id: 'getReadiness',
      method: 'get',
      path: '/readyz',
      tag: 'Health',
      summary: 'What it needs answers too.',
      scope: null,
      answers: {
        200: { description: 'Ready; `degraded` while sends are accepted and wait.', schema: readiness },
        503: { description: 'Not ready.', schema: readiness },
      },
    },
    // Without Temporal sends are still accepted and wait in Postgres: degraded, and ready. Without Postgres they are not.
    async ({ deps }) => {
      const [postgres, temporal] = await Promise.all([postgresProblem(deps), deps.temporalProblem()]);
      const checks = { postgres: postgres ?? 'ok', temporal: temporal ?? 'ok' };
      const status = postgres !== null ? 'unavailable' : temporal !== null ? 'degraded' : 'ok';
      return reply(postgres === null ? 200 : 503, { status, checks });
    },
  ),
];

async function postgresProblem({ database }: ApiDeps): Promise<string | null> {
  try {
    await readClockMs(database.pool);
    return null;
  } catch (error) {
    return `Postgres does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
