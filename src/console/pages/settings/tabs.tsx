/** The pages of settings. */
import { Tabs } from '../../parts';

export const SettingsTabs = () => (
  <Tabs
    label="Settings"
    tabs={[
      { path: '/settings', title: 'Account' },
      { path: '/settings/keys', title: 'API keys' },
      { path: '/settings/suppressions', title: 'Suppressions' },
      { path: '/settings/erasure', title: 'Erasure' },
      { path: '/settings/audit', title: 'Audit' },
      { path: '/settings/doctor', title: 'Doctor' },
    ]}
  />
);
