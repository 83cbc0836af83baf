/**
 * How long a workflow waits until it looks again. Activities name the moment, not a span: what lies between their look and
 * the timer (two steps of Temporal, some hundred milliseconds on a busy server) would come on top of a span.
 */
import { workflowInfo } from '@temporalio/workflow';

/** When to look again, at the latest. */
export interface Look {
  /** Epoch milliseconds, by the clock of Postgres; 0 = at once. */
  dueAtMs: number;
  /** What that clock showed at the look. */
  nowMs: number;
}

/** What histories of earlier releases hold: a span. */
interface EarlierLook {
  waitMs?: number;
}

/** The time of the workflow: in its sandbox `Date` shows that of its task, the same in every replay. */
const workflowNowMs = (): number => new Date().getTime();

/** Milliseconds from now until a moment of the run's future; null when it had passed as the run began. */
export function untilMs(atMs: number): number | null {
  // Judged by the run's start, as ever: a replay must find the timer where the first run set one.
  if (atMs <= workflowInfo().runStartTime.getTime()) return null;
  return Math.max(1, atMs - workflowNowMs());
}

/** A look, and how long to wait from the moment of the call until the next one, in milliseconds. */
export interface TimedLook<T> {
  result: T;
  nextMs(): number;
}

/**
 * Has a look. Postgres' clock and Temporal's are two: only where what the one showed lies within what the other shows
 * before and after do they agree, and the next look is had at its moment. Else (and after a local activity, during which the
 * workflow's clock stands) it is had after the span that was between, which is too late by what the look took, and never too
 * early again and again.
 */
export async function timeLook<T extends Look>(look: () => Promise<T>): Promise<TimedLook<T>> {
  const fromMs = workflowNowMs();
  const result = await look();
  const toMs = workflowNowMs();
  return {
    result,
    nextMs() {
      const { waitMs } = result as EarlierLook;
      if (waitMs !== undefined) return waitMs;
      const agree = fromMs <= result.nowMs && result.nowMs <= toMs;
      const aheadMs = agree ? 0 : toMs - result.nowMs;
      return Math.max(1, result.dueAtMs + aheadMs - workflowNowMs());
    },
  };
}
