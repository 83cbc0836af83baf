/** The windows of a send: nothing of it leaves while one is closed, nor after it has closed in the middle of a run. */
import { windowState } from '../../core/time/window';
import type { SealedSlice } from '../../store/messages/slices';

export interface Closing {
  /** In milliseconds: nothing may leave now, and when it may again. Null: it may leave now. */
  opensInMs: number | null;
  /** `stopping`, which is aborted as well when a window closes; from the start while one is closed. */
  within(stopping: AbortSignal): AbortSignal;
}

const ALWAYS_OPEN: Closing = { opensInMs: null, within: (stopping) => stopping };
/** Windows that don't open within the horizon are looked at again once a day. */
const DAY_MS = 86_400_000;
/** A run is over long before; a timer can't count more. */
const MAX_TIMER_MS = 3_600_000;

/** What its windows make of a slice, by the clock of Postgres: a worker's own may be minutes off. */
export function closingOf(windows: SealedSlice['windows']): Closing {
  if (windows === null) return ALWAYS_OPEN;
  const { list, nowMs } = windows;
  const state = windowState(list, nowMs);
  if (!state.open) {
    const opensInMs = state.opensAtMs === null ? DAY_MS : state.opensAtMs - nowMs;
    return { opensInMs, within: () => AbortSignal.abort() };
  }
  const { closesAtMs } = state;
  if (closesAtMs === null) return ALWAYS_OPEN;
  const leftMs = Math.min(MAX_TIMER_MS, closesAtMs - nowMs);
  return { opensInMs: null, within: (stopping) => AbortSignal.any([stopping, AbortSignal.timeout(leftMs)]) };
}
