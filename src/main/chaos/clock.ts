/** The time of a run: milliseconds since it began. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface RunClock {
  nowMs(): number;
  /** A moment of the run from one of the wall clock, epoch milliseconds. */
  since(epochMs: number): number;
  /** Resolves at that moment of the run. @throws the reason of the abort, when the run is interrupted. */
  reach(atMs: number): Promise<void>;
  pause(ms: number): Promise<void>;
}

/** @param stopping Aborting it ends every wait. @param leadMs until the run begins: moments before it are negative. */
export function startClock(stopping: AbortSignal, leadMs: number): RunClock {
  const begunAt = Date.now() + leadMs;
  const pause = async (ms: number): Promise<void> => {
    try {
      await sleep(Math.max(0, ms), undefined, { signal: stopping });
    } catch {
      stopping.throwIfAborted();
    }
  };
  return {
    nowMs: () => Date.now() - begunAt,
    since: (epochMs) => epochMs - begunAt,
    reach: (atMs) => pause(begunAt + atMs - Date.now()),
    pause,
  };
}
