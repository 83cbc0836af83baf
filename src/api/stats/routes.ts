/** `GET /api/v1/stats`: the account's ledger and what its webhooks were told. */
import type { Router } from 'express';
import { readCallbackCounts } from '../../store/callbacks';
import { readLedger } from '../../store/slices';
import type { ApiDeps } from '../deps';

export function statsRoutes(router: Router, deps: ApiDeps): void {
  router.get('/api/v1/stats', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const [ledger, callbacks] = await Promise.all([
      readLedger(deps.database.pool, accountId),
      readCallbackCounts(deps.database.pool, accountId),
    ]);
    response.json({ ledger, callbacks });
  });
}
