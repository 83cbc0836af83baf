/** `/api/v1/audit`: who changed what. */
import { listAudit } from '../../../store/accounts/audit';
import { endpoint, type Endpoint } from '../../endpoint';
import { pageOf } from '../../http/page';
import { pageFrom } from '../../http/resource';
import { auditEntry, auditQuery, toAuditEntry } from './schema';

export const audit: Endpoint[] = [
  endpoint(
    {
      id: 'listAudit',
      method: 'get',
      path: '/api/v1/audit',
      tag: 'Audit',
      summary: 'Who changed what in the account, newest first.',
      scope: 'manage',
      query: auditQuery,
      answers: { 200: { description: 'A page of changes.', schema: pageOf(auditEntry) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { cursor, ...filter } }) => {
      const rows = await listAudit(deps.database.db, { ...filter, accountId, after: cursor });
      return pageFrom(rows, filter.limit, toAuditEntry, ({ id }) => id);
    },
  ),
];
