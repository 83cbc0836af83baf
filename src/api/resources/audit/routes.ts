/** `/api/v1/audit`: who changed what. */
import type { Router } from 'express';
import { listAudit } from '../../../store/accounts/audit';
import { fieldsOf, queryOf } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { auditQuery, toAuditEntry } from './schema';

export function auditRoutes(router: Router, deps: ApiDeps): void {
  router.get('/api/v1/audit', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'manage');
    const { cursor, ...filter } = validate(auditQuery, fieldsOf(queryOf(request)));
    const rows = await listAudit(deps.database.db, { ...filter, accountId, after: cursor });
    const nextCursor = rows.length === filter.limit ? rows.at(-1)!.id : null;
    response.json({ items: rows.map(toAuditEntry), nextCursor });
  });
}
