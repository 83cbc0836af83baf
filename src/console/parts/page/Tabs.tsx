/** Pages that belong together: links to each, the present one marked. */
import { address, href } from '../../router';

export interface Tab {
  /** Below /console. */
  path: string;
  title: string;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const { path } = address.value;
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.path} href={href(tab.path)} aria-current={tab.path === path ? 'page' : undefined}>
          {tab.title}
        </a>
      ))}
    </nav>
  );
}
