/** Windows that are asked about again and again: zones are slow to ask, and an answer holds until the next change. */
import { windowState, type SendWindow, type WindowState } from './window';

/** With more, all are let go of: cheaper than to know which ones are old, and rare. */
const MAX_KEPT = 1_000;

interface KnownState {
  state: WindowState;
  /** Epoch milliseconds: from the first to before the second the answer is the same. */
  fromMs: number;
  untilMs: number;
}

/** {@link windowState} that keeps its last answer for each list of windows. */
export class WindowStates {
  private readonly known = new Map<string, KnownState>();

  /** @param key names the windows. */
  at(key: string, windows: readonly SendWindow[], atMs: number): WindowState {
    const last = this.known.get(key);
    if (last !== undefined && last.fromMs <= atMs && atMs < last.untilMs) return last.state;
    const state = windowState(windows, atMs);
    if (this.known.size >= MAX_KEPT) this.known.clear();
    const until = state.open ? state.closesAtMs : state.opensAtMs;
    const fromMs = state.open ? (state.openedAtMs ?? atMs) : atMs;
    if (until !== null) this.known.set(key, { state, fromMs, untilMs: until });
    return state;
  }
}
