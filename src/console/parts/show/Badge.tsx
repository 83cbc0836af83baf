/** A state: word, icon and colour, so that none of them is needed to read it. */
import { words } from './format';

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'idle';

/** What a state says to a person; of those that are not here, their own name. */
const STATES: Record<string, [tone: Tone, word: string]> = {
  accepted: ['busy', 'Accepted'],
  queued: ['busy', 'Waiting'],
  submitting: ['busy', 'Being sent'],
  submitted: ['busy', 'With the provider'],
  delivered: ['good', 'Delivered'],
  refused: ['bad', 'Refused'],
  failed: ['bad', 'Failed'],
  expired: ['bad', 'Expired'],
  unknown: ['warn', 'Unknown'],
  suppressed: ['idle', 'Suppressed'],
  cancelled: ['idle', 'Cancelled'],
  draft: ['idle', 'Draft'],
  scheduled: ['busy', 'Scheduled'],
  preparing: ['busy', 'Preparing'],
  running: ['busy', 'Running'],
  paused: ['warn', 'Paused'],
  finished: ['good', 'Finished'],
  active: ['good', 'Active'],
  inactive: ['idle', 'Inactive'],
  up: ['good', 'Up'],
  degraded: ['warn', 'Degraded'],
  held: ['warn', 'Held'],
  down: ['bad', 'Down'],
  ok: ['good', 'OK'],
  warn: ['warn', 'Look at this'],
  fail: ['bad', 'Broken'],
  failing: ['bad', 'Failing'],
  idle: ['idle', 'Nothing to send'],
  disabled: ['idle', 'Disabled'],
  pending: ['busy', 'Waiting'],
  sending: ['busy', 'Being sent'],
  dead: ['bad', 'Given up'],
  skipped: ['idle', 'Skipped'],
  approved: ['good', 'Approved'],
  rejected: ['bad', 'Rejected'],
  partly: ['warn', 'Partly refused'],
  taken: ['good', 'Taken'],
  ready: ['good', 'Ready'],
  open: ['warn', 'Open'],
  closed: ['good', 'Over'],
};

/** The tone of a state, for what is drawn beside its word. */
export const toneOf = (state: string): Tone => STATES[state]?.[0] ?? 'idle';
export const wordOf = (state: string): string => STATES[state]?.[1] ?? words(state);

/** One path for each tone, in a box of 16. */
const ICONS: Record<Tone, string> = {
  good: 'M3.5 8.5l3 3 6-7',
  bad: 'M4 4l8 8M12 4l-8 8',
  warn: 'M8 3v6.5M8 12.5v.5',
  busy: 'M8 4v4l2.5 2M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8',
  idle: 'M4 8h8',
};

export function Icon({ tone }: { tone: Tone }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" focusable="false">
      <path d={ICONS[tone]} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  ); // prettier-ignore
}

/** @param word what is said in place of the state's own word. */
export function Badge({ state, tone = toneOf(state), word }: { state: string; tone?: Tone; word?: string }) {
  return (
    <span class={`badge ${tone}`}>
      <Icon tone={tone} />
      {word ?? wordOf(state)}
    </span>
  );
}
