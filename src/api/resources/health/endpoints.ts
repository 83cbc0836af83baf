/** `/healthz` (the process answers) and `/readyz` (what it needs answers too, by name). */
import { z } from 'zod';
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
    async ({ deps }) => {
      const { status, checks } = await deps.readiness();
      return reply(status === 'unavailable' ? 503 : 200, { status, checks });
    },
  ),
];
