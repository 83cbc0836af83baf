/** A campaign's ledger in a row of a list: the bar, and the two numbers that count most. */
import { count, ledgerParts, plural, toneOf, wordOf } from '../../../parts';
import type { Campaign } from '../api';

type Counted = Pick<Campaign, 'counts' | 'audience'>;

/** Whether there is a number to show: how many are in a group or a file is known once they are read. */
export const hasCounts = ({ counts, audience }: Counted): boolean => counts.accepted > 0 || audience.recipients > 0;

export function SmallBar({ campaign: { counts, audience } }: { campaign: Counted }) {
  if (counts.accepted === 0) {
    return <span class="soft">{plural(audience.recipients, 'recipient')}</span>;
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
