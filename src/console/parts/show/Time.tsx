/** A moment: how long ago, and on hover and focus when exactly, in the account's zone. */
import { signal } from '@preact/signals';
import { absolute, clock, relative, zone } from './format';

const TICK_MS = 5_000;
const now = signal(Date.now());
let ticking = false;

/** One clock for all times on the page. */
function tick(): void {
  if (ticking || typeof window === 'undefined') return;
  ticking = true;
  setInterval(() => (now.value = Date.now()), TICK_MS);
}

/** @param at ISO 8601; null and undefined are shown as a dash. */
export function Time({ at }: { at: string | null | undefined }) {
  tick();
  if (at === null || at === undefined) return <span class="soft nothing">–</span>;
  // The clock on the page stands still between two ticks; what has just come is not in the future.
  const nowMs = Math.max(now.value, Math.min(Date.now(), now.value + TICK_MS));
  return (
    <time class="time" dateTime={at} tabIndex={0} aria-label={`${relative(Date.parse(at), nowMs)}, ${absolute(at)}`}>
      {relative(Date.parse(at), nowMs)}
      <span class="tip" aria-hidden="true">
        {absolute(at)}
      </span>
    </time>
  );
}

/** A moment by the clock, with the whole of it on hover and focus: for rows that stand in order. */
export function Clock({ at }: { at: string }) {
  return (
    <time class="time clock" dateTime={at} tabIndex={0} aria-label={absolute(at)}>
      {clock(at)}
      <span class="tip" aria-hidden="true">
        {absolute(at)}
      </span>
    </time>
  );
}

/** Says in which zone the times of a page are, where it has any. */
export function ZoneNote() {
  return <p class="zone soft small">Times are in {zone()}.</p>;
}
