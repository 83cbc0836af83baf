/** Which faults strike when: drawn from the seed, before the run begins. */
import { diceOf } from './dice';

export const TARGETS = ['api', 'worker', 'temporal', 'postgres'] as const;
export type Target = (typeof TARGETS)[number];

/**
 * - `kill`: SIGKILL; the process is started again after `forMs`.
 * - `freeze`: SIGSTOP, and SIGCONT after `forMs`: its connections stay, and nothing comes over them.
 * - `cut`: connections of api and worker to a server are reset, and new ones too for `forMs`.
 */
export type FaultKind = 'kill' | 'freeze' | 'cut';

export interface Fault {
  /** Since the beginning of the run. */
  atMs: number;
  kind: FaultKind;
  target: Target;
  forMs: number;
}

export interface ScheduleSettings {
  seed: number;
  /** No fault goes on beyond it. */
  durationMs: number;
  /** From the beginning of a fault to that of the next, whatever that one strikes. */
  gapMs: readonly [least: number, most: number];
  /** How long a killed server, a frozen process, and a connection are away at most. */
  longestMs: Record<FaultKind, number>;
}

/** Api and worker are started again at once by whoever supervises them; servers stay away for a while. */
const MAX_RESTART_MS = 5_000;
const LEAST_MS: Record<FaultKind, number> = { kill: 1_000, freeze: 500, cut: 200 };
/** A process that is just back is left alone for so long: one that is down can't be struck. */
const RECOVERY_MS = 3_000;

const ALL: readonly Pick<Fault, 'kind' | 'target'>[] = [
  ...TARGETS.flatMap((target) => [
    { kind: 'kill' as const, target },
    { kind: 'freeze' as const, target },
  ]),
  { kind: 'cut', target: 'temporal' },
  { kind: 'cut', target: 'postgres' },
  // What holds messages in its hands is struck more often than what does not.
  { kind: 'kill', target: 'worker' },
];

/**
 * Every combination comes before any comes again, in an order of the seed's. Faults of different targets may overlap,
 * those of one target don't.
 */
export function scheduleFaults({ seed, durationMs, gapMs, longestMs }: ScheduleSettings): Fault[] {
  const dice = diceOf(seed, 'faults');
  const faults: Fault[] = [];
  const freeAtMs = new Map<Target, number>();
  let waiting: typeof ALL = [];
  for (let atMs = dice.between(...gapMs); atMs < durationMs; atMs += dice.between(...gapMs)) {
    if (waiting.length === 0) waiting = dice.shuffle(ALL);
    const now = atMs;
    const next = waiting.find(({ target }) => (freeAtMs.get(target) ?? 0) <= now);
    if (next === undefined) continue;
    waiting = waiting.filter((one) => one !== next);
    const { kind, target } = next;
    const isServer = target === 'temporal' || target === 'postgres';
    const longest = kind === 'kill' && !isServer ? Math.min(MAX_RESTART_MS, longestMs.kill) : longestMs[kind];
    const forMs = Math.min(dice.betweenOrders(LEAST_MS[kind], longest), durationMs - atMs);
    faults.push({ atMs, kind, target, forMs });
    freeAtMs.set(target, atMs + forMs + RECOVERY_MS);
  }
  return faults;
}

export const shownFault = ({ atMs, kind, target, forMs }: Fault): string =>
  `${(atMs / 1_000).toFixed(1).padStart(6)} s  ${kind} ${target}, ${(forMs / 1_000).toFixed(1)} s`;
