/** A message that its windows hold: until when, and when it is looked at. Pure; never used in workflow code. */
import { windowState, type SendWindow, type WindowState } from './window';

/** Messages that are too old before their window opens are looked at in steps, so that many share one look. */
const STEP_MS = 900_000;

export interface Hold {
  /** Epoch milliseconds at which the windows open; null = not within the horizon of `windowState`. */
  opensAtMs: number | null;
  /** When it is due: at the opening, or soon after it has become too old, if that comes first. */
  dueAtMs: number;
}

/**
 * What windows make of a message that would leave at a moment; null = they are open then.
 * @param state of its windows at that moment.
 * @param leavesAtMs epoch milliseconds.
 * @param validUntilMs from then on it is too old to leave; null = never.
 */
export function holdOf(state: WindowState, leavesAtMs: number, validUntilMs: number | null): Hold | null {
  if (state.open) return null;
  const { opensAtMs } = state;
  const tooOldMs = validUntilMs === null ? Number.POSITIVE_INFINITY : Math.ceil(validUntilMs / STEP_MS) * STEP_MS;
  return { opensAtMs, dueAtMs: Math.max(leavesAtMs, Math.min(opensAtMs ?? leavesAtMs, tooOldMs)) };
}

/**
 * Until when a message is held that waits to leave; null = nothing holds it.
 * @param dueAtMs its time; null = at once.
 */
export function heldUntilMs(windows: readonly SendWindow[], dueAtMs: number | null, nowMs: number): number | null {
  const leavesAtMs = Math.max(dueAtMs ?? 0, nowMs);
  const state = windowState(windows, leavesAtMs);
  if (!state.open) return state.opensAtMs;
  return leavesAtMs > nowMs && state.openedAtMs === leavesAtMs ? leavesAtMs : null;
}
