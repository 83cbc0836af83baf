/** Every operation, in the order in which the documentation shows them. A new folder of routes is a line here. */
import { operations as accounts } from './accounts/schema';
import { operations as apiKeys } from './api-keys/schema';
import { operations as audit } from './audit/schema';
import { operations as providerCallbacks } from './callbacks/operations';
import { operations as campaigns } from './campaigns/operations';
import { operations as clevertap } from './clevertap/operations';
import { operations as events } from './events/schema';
import { operations as gateways } from './gateways/operations';
import { testOperations as gatewayTests } from './gateways/test';
import { operations as groups } from './groups/operations';
import { operations as health } from './health/operations';
import { operations as links } from './links/schema';
import { operations as messages } from './messages/operations';
import { operations as notifications } from './notifications/schema';
import { operations as oauth } from './oauth/operations';
import { operations as documentation } from './openapi/operations';
import type { Operation } from './operation';
import { operations as outbox } from './outbox/schema';
import { operations as providers } from './providers/schema';
import { operations as routes } from './routes/schema';
import { operations as senders } from './senders/schema';
import { operations as stats } from './stats/schema';
import { operations as suppressions } from './suppressions/operations';
import { operations as templates } from './templates/schema';
import { operations as testPhones } from './test-phones/schema';
import { operations as uploads } from './uploads/schema';
import { operations as webhooks } from './webhooks/schema';

export const operations: readonly Operation[] = [
  ...clevertap,
  ...messages,
  ...stats,
  ...events,
  ...gateways,
  ...gatewayTests,
  ...providers,
  ...senders,
  ...routes,
  ...webhooks,
  ...outbox,
  ...suppressions,
  ...templates,
  ...groups,
  ...notifications,
  ...testPhones,
  ...uploads,
  ...campaigns,
  ...accounts,
  ...apiKeys,
  ...oauth,
  ...audit,
  ...providerCallbacks,
  ...links,
  ...health,
  ...documentation,
];
