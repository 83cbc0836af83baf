/** Every route, in the order in which they are registered and the documentation shows them. A new folder of routes is a line here. */
import { generic } from './clevertap/generic';
import { mobtexting } from './clevertap/mobtexting';
import { timesMobile } from './clevertap/times-mobile';
import type { Endpoint } from './endpoint';
import { documentation } from './openapi/endpoints';
import { accounts } from './resources/accounts/endpoints';
import { alerts } from './resources/alerts/endpoints';
import { apiKeys } from './resources/api-keys/endpoints';
import { audit } from './resources/audit/endpoints';
import { callbacks } from './resources/callbacks/endpoints';
import { campaigns } from './resources/campaigns/endpoints';
import { cleverTap } from './resources/clevertap/endpoints';
import { codec } from './resources/codec/endpoints';
import { consoleSession } from './resources/console-session/endpoints';
import { deployment } from './resources/deployment/endpoints';
import { doctor } from './resources/doctor/endpoints';
import { erasures } from './resources/erasures/endpoints';
import { events } from './resources/events/endpoints';
import { find } from './resources/find/endpoints';
import { gateways } from './resources/gateways/endpoints';
import { groups } from './resources/groups/endpoints';
import { health } from './resources/health/endpoints';
import { links } from './resources/links/endpoints';
import { messages } from './resources/messages/endpoints';
import { notifications } from './resources/notifications/endpoints';
import { oauth } from './resources/oauth/endpoints';
import { overview } from './resources/overview/endpoints';
import { providers } from './resources/providers/endpoints';
import { receipts } from './resources/receipts/endpoints';
import { requests } from './resources/requests/endpoints';
import { routes } from './resources/routes/endpoints';
import { senders } from './resources/senders/endpoints';
import { stats } from './resources/stats/endpoints';
import { suppressions } from './resources/suppressions/endpoints';
import { templates } from './resources/templates/endpoints';
import { testPhones } from './resources/test-phones/endpoints';
import { uploads } from './resources/uploads/endpoints';
import { webhooks } from './resources/webhooks/endpoints';
import { whys } from './resources/why/endpoints';

export const operations: readonly Endpoint[] = [
  ...generic,
  ...mobtexting,
  ...timesMobile,
  ...messages,
  ...find,
  ...whys,
  ...requests,
  ...cleverTap,
  ...stats,
  ...overview,
  ...events,
  ...alerts,
  ...gateways,
  ...providers,
  ...senders,
  ...routes,
  ...webhooks,
  ...callbacks,
  ...suppressions,
  ...erasures,
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
  ...receipts,
  ...links,
  ...codec,
  ...health,
  ...consoleSession,
  ...doctor,
  ...deployment,
  ...documentation(() => operations),
];
