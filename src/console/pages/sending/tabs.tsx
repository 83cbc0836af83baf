/** The three pages of how messages leave. */
import { Tabs } from '../../parts';

export const SendingTabs = () => (
  <Tabs
    label="Senders, templates, routes"
    tabs={[
      { path: '/senders', title: 'Sender IDs' },
      { path: '/templates', title: 'Templates' },
      { path: '/routes', title: 'Routes' },
    ]}
  />
);
