/** Windows: the clock times between which something may be sent, in a zone. Pure; never used in workflow code. */
import { DateTime } from 'luxon';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface SendWindow {
  /** Clock time `hh:mm` from which sending is allowed. */
  start: string;
  /** Clock time `hh:mm` at which it ends; before or at `start` means on the next day. */
  end: string;
  /** Days on which a window begins; absent = every day. */
  days?: readonly Weekday[];
  /** IANA zone of the clock. */
  timezone: string;
}

export type WindowState =
  | {
      open: true;
      /** Epoch milliseconds; null = it was never closed. */
      openedAtMs: number | null;
      /** Epoch milliseconds; null = it never closes. */
      closesAtMs: number | null;
    }
  | { open: false; /** Epoch milliseconds; null = not within {@link HORIZON_DAYS} days. */ opensAtMs: number | null };

/** How far ahead an opening is looked for. */
export const HORIZON_DAYS = 15;

interface Period {
  fromMs: number;
  untilMs: number;
}

/**
 * Whether all windows are open at a moment, and when that changes.
 *
 * A clock time that the clocks skip in spring is shifted forward by the gap, as send times are (02:30 becomes 03:30);
 * one that comes twice in autumn counts the first time as a beginning and the last time as an end.
 */
export function windowState(windows: readonly SendWindow[], nowMs: number): WindowState {
  if (windows.length === 0) return { open: true, openedAtMs: null, closesAtMs: null };
  const periods = windows.map((window) => periodsOf(window, nowMs));
  let atMs = nowMs;
  for (;;) {
    const current = periods.map((list) => list.find((period) => period.fromMs <= atMs && atMs < period.untilMs));
    if (current.every((period) => period !== undefined)) {
      if (atMs > nowMs) return { open: false, opensAtMs: atMs };
      return {
        open: true,
        openedAtMs: Math.max(...current.map((period) => period!.fromMs)),
        closesAtMs: Math.min(...current.map((period) => period!.untilMs)),
      };
    }
    // All windows are open at the earliest when the last of the closed ones opens.
    const openings = periods
      .filter((_, i) => current[i] === undefined)
      .map((list) => list.find((period) => period.fromMs > atMs)?.fromMs);
    if (openings.includes(undefined)) return { open: false, opensAtMs: null };
    atMs = Math.max(...(openings as number[]));
  }
}

/** The window's periods from yesterday to the horizon, joined where one ends as the next begins. */
function periodsOf(window: SendWindow, nowMs: number): Period[] {
  const today = DateTime.fromMillis(nowMs, { zone: window.timezone }).startOf('day');
  const [startHour, startMinute] = clock(window.start);
  const [endHour, endMinute] = clock(window.end);
  const overnight = endHour * 60 + endMinute <= startHour * 60 + startMinute;
  const periods: Period[] = [];
  for (let offset = -1; offset <= HORIZON_DAYS; offset++) {
    const day = today.plus({ days: offset });
    if (window.days !== undefined && !window.days.includes(WEEKDAYS[day.weekday - 1]!)) continue;
    const fromMs = earliest(day.set({ hour: startHour, minute: startMinute }));
    const untilMs = latest(day.plus({ days: overnight ? 1 : 0 }).set({ hour: endHour, minute: endMinute }));
    const last = periods.at(-1);
    if (last !== undefined && last.untilMs >= fromMs) last.untilMs = Math.max(last.untilMs, untilMs);
    else if (untilMs > fromMs) periods.push({ fromMs, untilMs });
  }
  return periods;
}

const earliest = (time: DateTime): number => Math.min(...time.getPossibleOffsets().map((t) => t.toMillis()));
const latest = (time: DateTime): number => Math.max(...time.getPossibleOffsets().map((t) => t.toMillis()));

function clock(text: string): [hour: number, minute: number] {
  const [hour, minute] = text.split(':').map(Number) as [number, number];
  return [hour, minute];
}

/**
 * When work of a given length ends that is done only while the windows are open.
 * @param workMs how long it takes without interruption.
 * @returns epoch milliseconds; null when the windows don't open often enough within a year.
 */
export function finishTime(windows: readonly SendWindow[], startMs: number, workMs: number): number | null {
  let atMs = startMs;
  let leftMs = workMs;
  for (let periods = 0; periods < 500; periods++) {
    const state = windowState(windows, atMs);
    if (!state.open) {
      if (state.opensAtMs === null) return null;
      atMs = state.opensAtMs;
      continue;
    }
    if (state.closesAtMs === null || atMs + leftMs <= state.closesAtMs) return atMs + leftMs;
    leftMs -= state.closesAtMs - atMs;
    atMs = state.closesAtMs;
  }
  return null;
}
