/** A ledger as one bar whose parts add up, and as the numbers that it is made of: each leads to its rows. */
import { count, plural } from './format';
import { toneOf, wordOf, type Tone } from './Badge';

export interface LedgerPart {
  /** The state that it counts. */
  state: string;
  count: number;
  tone?: Tone;
  word?: string;
  /** Where its rows are. */
  link?: string;
}

/** States in the order in which a ledger is read: what is under way, what arrived, what did not. */
const ORDER = ['open', 'delivered', 'failed', 'expired', 'unknown', 'suppressed', 'cancelled'] as const;

/**
 * The parts of a ledger as the API tells it; `accepted` is their sum.
 * @param linkOf where the messages of a state are.
 */
export function ledgerParts(ledger: Partial<Record<string, number>>, linkOf?: (state: string) => string): LedgerPart[] {
  return ORDER.map((state) => ({
    state,
    count: ledger[state] ?? 0,
    ...(state === 'open' ? { word: 'Under way', tone: 'busy' as const } : { link: linkOf?.(state) }),
  }));
}

/** @param noun of what is counted, in the singular: `message`. */
export function LedgerBar({ parts, noun = 'message' }: { parts: readonly LedgerPart[]; noun?: string }) {
  const total = parts.reduce((sum, part) => sum + part.count, 0);
  return (
    <div class="ledger">
      <div class="bar" role="img" aria-label={`${plural(total, noun)} in all; the numbers follow`}>
        {parts
          .filter((part) => part.count > 0)
          .map((part) => (
            <span
              key={part.state}
              class={`part ${part.tone ?? toneOf(part.state)} of-${part.state}`}
              style={{ flexGrow: part.count }}
            />
          ))}
      </div>
      <ul class="legend">
        {parts.map((part) => (
          <li key={part.state}>
            <span class={`swatch ${part.tone ?? toneOf(part.state)} of-${part.state}`} aria-hidden="true" />
            <span>{part.word ?? wordOf(part.state)}</span>{' '}
            {part.link === undefined || part.count === 0 ? (
              <b>{count(part.count)}</b>
            ) : (
              <a href={part.link}>
                <b>{count(part.count)}</b>
              </a>
            )}
          </li>
        ))}
        <li class="sum">
          <span>In all</span> <b>{count(total)}</b>
        </li>
      </ul>
    </div>
  );
}
