/** Where the page of a thing is. */
import type { Subject } from '../../api';
import { href } from '../../router';

const PAGES: Record<string, string> = {
  message: '/messages',
  campaign: '/campaigns',
  gateway: '/gateways',
  webhook: '/webhooks',
  request: '/requests',
  upload: '/uploads',
  template: '/templates',
  group: '/groups',
};

/** Things that are lines of a page. */
const LISTS: Record<string, string> = {
  sender: '/senders',
  route: '/routes',
  'test-phone': '/groups/test-phones',
  'api-key': '/settings/keys',
  session: '/settings/keys',
  account: '/settings',
  suppression: '/settings/suppressions',
  suppressions: '/settings/suppressions',
  erasure: '/settings/erasure',
};

/** The address of a thing's page, or of the page that lists it; null where things of its kind have none. */
export function linkTo({ kind, id }: Subject): string | null {
  const page = PAGES[kind];
  if (page !== undefined) return href(`${page}/${encodeURIComponent(id)}`);
  const list = LISTS[kind];
  return list === undefined ? null : href(list);
}
