/** Groups, and the phones that messages are tried on. */
import { Tabs } from '../../parts';

export const GroupTabs = () => (
  <Tabs
    label="Groups and test phones"
    tabs={[
      { path: '/groups', title: 'Groups' },
      { path: '/groups/test-phones', title: 'Test phones' },
    ]}
  />
);
