/** Light or dark: as the system has it, unless a person has chosen. `src/console/theme.ts` reads the choice at the start. */
import { signal } from '@preact/signals';

const STORED_AS = 'heliograph-theme';
type Theme = 'system' | 'light' | 'dark';

const stored = (): Theme => {
  const kept = typeof localStorage === 'undefined' ? null : localStorage.getItem(STORED_AS);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
};
const theme = signal<Theme>(stored());

function choose(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === 'system') {
    localStorage.removeItem(STORED_AS);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(STORED_AS, chosen);
    document.documentElement.dataset.theme = chosen;
  }
}

const CHOICES: readonly (readonly [Theme, string])[] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function ThemeSwitch() {
  return (
    <label class="theme">
      <span>Theme</span>
      <select value={theme.value} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        {CHOICES.map(([value, says]) => (
          <option key={value} value={value}>
            {says}
          </option>
        ))}
      </select>
    </label>
  );
}
