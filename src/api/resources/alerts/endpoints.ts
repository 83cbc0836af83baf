/** `/api/v1/alerts`: what somebody should see to. */
import { z } from 'zod';
import { listAlerts } from '../../../store/accounts/alerts';
import { endpoint, type Endpoint } from '../../endpoint';
import { alertAnswer, toAlert } from '../../http/alert';
import { pageOf, pageQuery } from '../../http/page';
import { pageFrom } from '../../http/resource';

const query = z.strictObject({
  state: z.enum(['open', 'all']).default('open'),
  cursor: z.uuid('must be the nextCursor of the page before').optional(),
  limit: pageQuery.shape.limit,
});

export const alerts: Endpoint[] = [
  endpoint(
    {
      id: 'listAlerts',
      method: 'get',
      path: '/api/v1/alerts',
      tag: 'Alerts',
      summary: 'What somebody should see to, newest first',
      description:
        'A gateway that takes nothing or is held, callbacks that are not taken, messages whose outcome stays unknown, a campaign that does not go on. Each opens once it has lasted (half a minute, a campaign a minute) and closes once it has been over for a minute. Kept for three months.',
      scope: 'read',
      query,
      answers: { 200: { description: 'A page of alerts', schema: pageOf(alertAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { state, cursor, limit } }) => {
      const rows = await listAlerts(deps.database.pool, {
        accountId,
        onlyOpen: state === 'open',
        ...(cursor === undefined ? {} : { after: cursor }),
        limit,
      });
      return pageFrom(rows, limit, toAlert, ({ id }) => id);
    },
  ),
];
