/** A campaign's ledger in a row of a list: the bar, and the two numbers that count most. */
import { count, ledgerParts, plural, toneOf, wordOf } from '../../../parts';
import type { Campaign } from '../api';

export function SmallBar({ campaign: { counts, audience } }: { campaign: Pick<Campaign, 'counts' | 'audience'> }) {
  if (counts.accepted === 0) {
    // How many are in a group or a file is known once they are read.
    return <span class="soft">{audience.recipients === 0 ? '–' : plural(audience.recipients, 'recipient')}</span>;
  }
  const parts = ledgerParts(counts).filter((part) => part.count > 0);
  const says = parts.map((part) => `${part.word ?? wordOf(part.state)} ${count(part.count)}`).join(', ');
  return (
    <div class="ledger small-bar">
      <div class="bar" role="img" aria-label={says}>
        {parts.map(({ state, tone, count: n }) => (
          <span key={state} class={`part ${tone ?? toneOf(state)} of-${state}`} style={{ flexGrow: n }} />
        ))}
      </div>
      <span class="small tabular">
        {count(counts.delivered)} of {count(counts.accepted)} delivered
      </span>
    </div>
  );
}
