/** `/api/v1/doctor`: what is wrong with the deployment and the account's set-up, and what to do. */
import { z } from 'zod';
import { CHECKS } from '../../../core/deployment/finding';
import { endpoint, type Endpoint } from '../../endpoint';

const finding = z
  .strictObject({
    id: z.enum(CHECKS),
    state: z.enum(['ok', 'warn', 'fail']),
    sentence: z.string(),
    remedy: z.string().nullable().describe('What to do; null where there is nothing to do.'),
  })
  .meta({ id: 'Finding' });

export const doctor: Endpoint[] = [
  endpoint(
    {
      id: 'getDoctor',
      method: 'get',
      path: '/api/v1/doctor',
      tag: 'Health',
      summary: 'What is wrong with the deployment and the account’s set-up, and what to do.',
      description:
        'An admin key is told of servers, machine and settings, too, which all accounts share. The answer takes seconds where something does not answer. `heliograph doctor` asks it, and looks by itself where this API is away.',
      scope: 'manage',
      answers: {
        200: { description: 'Every check with what it found.', schema: z.strictObject({ checks: z.array(finding) }) },
      },
    },
    async ({ deps, actor }) => {
      const [ofDeployment, ofAccount] = await Promise.all([
        actor.scopes.includes('admin') ? deps.doctor.deployment() : [],
        deps.doctor.account(actor.accountId),
      ]);
      return { checks: [...ofDeployment, ...ofAccount] };
    },
  ),
];
