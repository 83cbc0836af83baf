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
};

/** The address of a thing's page; null where things of its kind have none. */
export function linkTo({ kind, id }: Subject): string | null {
  const page = PAGES[kind];
  return page === undefined ? null : href(`${page}/${encodeURIComponent(id)}`);
}
