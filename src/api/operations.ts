/** Every operation, in the order in which the documentation shows them. A new folder of routes is a line here. */
import { operations as accounts } from './resources/accounts/schema';
import { operations as apiKeys } from './resources/api-keys/schema';
import { operations as audit } from './resources/audit/schema';
import { operations as providerCallbacks } from './resources/receipts/operations';
import { operations as campaigns } from './resources/campaigns/operations';
import { operations as clevertap } from './clevertap/operations';
import { operations as events } from './resources/events/schema';
import { operations as gateways } from './resources/gateways/operations';
import { testOperations as gatewayTests } from './resources/gateways/test';
import { operations as groups } from './resources/groups/operations';
import { operations as health } from './resources/health/operations';
import { operations as links } from './resources/links/schema';
import { operations as messages } from './resources/messages/operations';
import { operations as notifications } from './resources/notifications/schema';
import { operations as oauth } from './resources/oauth/operations';
import { operations as documentation } from './openapi/operations';
import type { Operation } from './operation';
import { operations as outbox } from './resources/callbacks/schema';
import { operations as providers } from './resources/providers/schema';
import { operations as routes } from './resources/routes/schema';
import { operations as senders } from './resources/senders/schema';
import { operations as stats } from './resources/stats/schema';
import { operations as suppressions } from './resources/suppressions/operations';
import { operations as templates } from './resources/templates/schema';
import { operations as testPhones } from './resources/test-phones/schema';
import { operations as uploads } from './resources/uploads/schema';
import { operations as webhooks } from './resources/webhooks/schema';

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
