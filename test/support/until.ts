import { setTimeout as sleep } from 'node:timers/promises';

/** Short at first, for what is there in a moment; longer and longer for what takes its time, and costs a request each time. */
const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 250;
const POLL_GROWTH = 1.15;
/**
 * Longer than a single lost task keeps anything from ending. Temporal misses a task that was lost on its way to a worker
 * after a minute, and gives it to another: on a machine that is busy beyond measure that happens, and is no failure.
 */
export const LOST_TASK_MS = 100_000;
/** What takes longer is said, though it is no failure: the product may have come to it by a second way only. */
const LONG_MS = 30_000;

/**
 * Waits until `condition` gives a value that is neither `false`, `null` nor `undefined`, and returns it.
 * @param label What is awaited; the message of the failure.
 * @param options `deadlineMs`: default {@link LOST_TASK_MS}.
 * @throws Error when the deadline passes, with the last error of `condition` as its cause.
 */
export async function until<T>(
  label: string,
  condition: () => T | Promise<T>,
  options: { deadlineMs?: number } = {},
): Promise<Exclude<NonNullable<T>, false>> {
  const deadlineMs = options.deadlineMs ?? LOST_TASK_MS;
  const startedAt = Date.now();
  const giveUpAt = startedAt + deadlineMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LONGEST_POLL_MS, pollMs * POLL_GROWTH)) {
    let cause: unknown;
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) {
        const tookMs = Date.now() - startedAt;
        if (tookMs > LONG_MS) process.stderr.write(`It took ${Math.round(tookMs / 1_000)} s: ${label}\n`);
        return value as Exclude<NonNullable<T>, false>;
      }
    } catch (error) {
      cause = error;
    }
    if (Date.now() > giveUpAt) throw new Error(`Not within ${deadlineMs} ms: ${label}`, { cause });
    await sleep(pollMs);
  }
}
