/** Looking again and again until something has ended, with progress on the way. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from './command';
import { CliError, EXIT } from './exit';
import { printable } from './output/paper';
import { Progress } from './output/progress';

/** Most is over at once; what is not is asked about once a second. */
const LOOKS_MS = { first: 100, longest: 1_000 };
/** An API that restarts is waited for. */
const MAX_ABSENCE_MS = 60_000;

export interface Watch<Value> {
  look(): Promise<Value>;
  isOver(value: Value): boolean;
  /** A line about how far it is. */
  line(value: Value): string;
  /** Milliseconds after which it is left; undefined = it is watched to its end. */
  forMs?: number;
}

/**
 * Watches something to its end. Progress goes to standard output, with `--json` to standard error of a terminal only.
 * @returns the last look, and whether it is over.
 * @throws CliError when it can't be looked at for a minute; what Ctrl-C throws.
 */
export async function watch<Value>(
  { stdout, stderr, isJson, signal }: Context,
  { look, isOver, line: lineOf, forMs = Infinity }: Watch<Value>,
): Promise<{ value: Value; isOver: boolean }> {
  const line = (value: Value): string => printable(lineOf(value));
  const screen = isJson ? (stderr.isTTY === true ? stderr : undefined) : stdout;
  const progress = screen === undefined ? undefined : new Progress(screen, '');
  let pauseMs = LOOKS_MS.first;
  const beganAt = performance.now();
  let seenAt = performance.now();
  let last: Value | undefined;
  try {
    for (;;) {
      try {
        last = await look();
        seenAt = performance.now();
      } catch (error) {
        const isAway = error instanceof CliError && error.exitCode === EXIT.unreachable;
        if (!isAway || last === undefined || performance.now() - seenAt > MAX_ABSENCE_MS) throw error;
      }
      const ended = isOver(last);
      if (ended || performance.now() - beganAt >= forMs) {
        progress?.end(line(last));
        return { value: last, isOver: ended };
      }
      progress?.show(line(last), performance.now());
      await delay(pauseMs, undefined, { signal });
      pauseMs = Math.min(LOOKS_MS.longest, pauseMs * 2);
    }
  } catch (error) {
    if (last !== undefined && signal.aborted) progress?.end(line(last));
    throw error;
  }
}
