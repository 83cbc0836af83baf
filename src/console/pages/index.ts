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

/*
 * Pages that share much come in one file: those of campaigns are 6 KB more apart, and who makes a campaign looks at it next;
 * those of the settings, and those of sender IDs, templates and routes, stand beside each other as tabs.
 */
const campaigns = async (name: keyof typeof import('./campaigns/pages')) => ({
  default: (await import('./campaigns/pages'))[name],
});
const sending = async (name: keyof typeof import('./sending/pages')) => ({
  default: (await import('./sending/pages'))[name],
});
const settings = async (name: keyof typeof import('./settings/pages')) => ({
  default: (await import('./settings/pages'))[name],
});

// prettier-ignore
export const pages: readonly Page[] = [
  { path: '/', title: 'Now', key: 'n', load: () => import('./now/Now') },
  { path: '/find', title: 'Find', key: 'f', load: () => import('./find/Find') },
  { path: '/messages', title: 'Messages', key: 'm', load: () => import('./messages/Messages') },
  { path: '/campaigns', title: 'Campaigns', key: 'c', load: () => campaigns('Campaigns') },
  { path: '/campaigns/new', title: 'New campaign', load: () => campaigns('Wizard') },
  { path: '/campaigns/:id', title: 'Campaign', load: () => campaigns('Campaign') },
  { path: '/campaigns/:id/edit', title: 'Draft', load: () => campaigns('Wizard') },
  { path: '/campaigns/:id/text', title: 'Correct the text', load: () => campaigns('Correct') },
  { path: '/uploads/:id', title: 'Upload', load: () => campaigns('File') },
  { path: '/gateways', title: 'Gateways', key: 'g', load: () => import('./gateways/Gateways') },
  { path: '/gateways/new', title: 'Add a gateway', load: () => import('./gateways/NewGateway') },
  { path: '/gateways/:id', title: 'Gateway', load: () => import('./gateways/Gateway') },
  { path: '/gateways/:id/edit', title: 'Edit a gateway', load: () => import('./gateways/EditGateway') },
  { path: '/senders', title: 'Sender IDs', key: 's', load: () => sending('Senders') },
  { path: '/templates', title: 'Templates', key: 't', load: () => sending('Templates') },
  { path: '/templates/new', title: 'Add a template', load: () => sending('Template') },
  { path: '/templates/:id', title: 'Template', load: () => sending('Template') },
  { path: '/routes', title: 'Routes', key: 'o', load: () => sending('Routes') },
  { path: '/groups', title: 'Groups', key: 'p', load: () => import('./groups/Groups') },
  { path: '/groups/test-phones', title: 'Test phones', load: () => import('./groups/TestPhones') },
  { path: '/groups/:id', title: 'Group', load: () => import('./groups/Group') },
  { path: '/reports', title: 'Reports', key: 'r', load: () => import('./reports/Reports') },
  { path: '/webhooks', title: 'Webhooks', key: 'w', load: () => import('./webhooks/Webhooks') },
  { path: '/webhooks/:id', title: 'Webhook', load: () => import('./webhooks/Webhook') },
  { path: '/requests', title: 'Requests', key: 'q', load: () => import('./ingress/Requests') },
  { path: '/requests/:id', title: 'Request', load: () => import('./ingress/Request') },
  { path: '/clevertap', title: 'CleverTap set-up', key: 'u', load: () => import('./ingress/CleverTap') },
  { path: '/settings', title: 'Settings', key: 'e', load: () => settings('Account') },
  { path: '/settings/keys', title: 'API keys', load: () => settings('Keys') },
  { path: '/settings/suppressions', title: 'Suppressions', load: () => settings('Suppressions') },
  { path: '/settings/erasure', title: 'Erasure', load: () => settings('Erasures') },
  { path: '/settings/audit', title: 'Audit', load: () => settings('Audit') },
  { path: '/settings/doctor', title: 'Doctor', load: () => settings('Doctor') },
  { path: '/messages/:id', title: 'Message', load: () => import('./message/Message') },
];
