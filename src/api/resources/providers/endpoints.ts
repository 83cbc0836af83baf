/** `/api/v1/providers`: what gateways can be made of. */
import { z } from 'zod';
import { providers as adapters } from '../../../providers/registry';
import { endpoint, type Endpoint } from '../../endpoint';
import { providerAnswer, toProvider } from './schema';

const items = Object.values(adapters).map(toProvider);

export const providers: Endpoint[] = [
  endpoint(
    {
      id: 'listProviders',
      method: 'get',
      path: '/api/v1/providers',
      tag: 'Providers',
      summary: 'The providers that a gateway can have: what each needs and can do.',
      scope: 'read',
      answers: {
        200: {
          description: 'All of them.',
          schema: z.object({ items: z.array(providerAnswer), nextCursor: z.null() }),
        },
      },
    },
    () => ({ items, nextCursor: null }),
  ),
];
