import { setTimeout as delay } from 'node:timers/promises';

/** Waits; returns early, without an error, when the signal aborts. */
export async function pace(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
