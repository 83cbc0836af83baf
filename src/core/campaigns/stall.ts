/** When a campaign that runs stands still: for how long nothing of it has left although something might have. Pure. */
import { windowState, type SendWindow } from '../time/window';

/** The lowest rate sends one message a second: what stands still so long waits for no place. */
export const STILL_MS = 10 * 60_000;

/**
 * Whether something of a campaign could have left for so long that it stands still.
 * @param windows the different ones under which it has something to send; null = at any time.
 */
export function mightSend(windows: readonly (SendWindow[] | null)[], now: Date): boolean {
  return windows.some((list) => {
    if (list === null) return true;
    const state = windowState(list, now.getTime());
    return state.open && (state.openedAtMs === null || now.getTime() - state.openedAtMs >= STILL_MS);
  });
}
