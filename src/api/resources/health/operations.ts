/** What the routes of health say of themselves. */
import { z } from 'zod';
import type { Operation } from '../../operation';

const readiness = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  checks: z.object({ postgres: z.string(), temporal: z.string() }).describe('`ok`, or what is wrong.'),
});

export const operations: Operation[] = [
  {
    id: 'getHealth',
    method: 'get',
    path: '/healthz',
    tag: 'Health',
    summary: 'The process answers.',
    scope: null,
    answers: { 200: { description: 'It does.', schema: z.object({ status: z.literal('ok') }) } },
  },
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
];
