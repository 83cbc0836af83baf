/**
 * All pages, in the order of the menu. A page is a folder and a line here: it is loaded when somebody goes to it. See
 * docs/adding-a-page.md.
 */
import type { ComponentType } from 'preact';
import type { PageProps } from '../router';

export interface Page {
  /** Below /console; `:id` is a parameter. */
  path: string;
  /** In the menu and the window's title. */
  title: string;
  /** The letter that goes there after `g`; pages with one are in the menu. */
  key?: string;
  load(): Promise<{ default: ComponentType<PageProps> }>;
}

// prettier-ignore
export const pages: readonly Page[] = [
  { path: '/', title: 'Now', key: 'n', load: () => import('./now/Now') },
  { path: '/find', title: 'Find', key: 'f', load: () => import('./find/Find') },
  { path: '/messages', title: 'Messages', load: () => import('./messages/Messages') },
  { path: '/campaigns', title: 'Campaigns', key: 'c', load: () => import('./campaigns/Campaigns') },
  { path: '/campaigns/new', title: 'New campaign', load: () => import('./campaigns/Wizard') },
  { path: '/campaigns/:id', title: 'Campaign', load: () => import('./campaigns/Campaign') },
  { path: '/campaigns/:id/edit', title: 'Draft', load: () => import('./campaigns/Wizard') },
  { path: '/reports', title: 'Reports', key: 'r', load: () => import('./reports/Reports') },
  { path: '/messages/:id', title: 'Message', load: () => import('./message/Message') },
];
