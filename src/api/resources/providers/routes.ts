/** `/api/v1/providers`: what gateways can be made of. */
import type { Router } from 'express';
import { providers } from '../../../providers/registry';
import type { ApiDeps } from '../../deps';
import { toProvider } from './schema';

export function providerRoutes(router: Router, deps: ApiDeps): void {
  const items = Object.values(providers).map(toProvider);
  router.get('/api/v1/providers', async (request, response) => {
    await deps.auth.authenticate(request, 'read');
    response.json({ items, nextCursor: null });
  });
}
