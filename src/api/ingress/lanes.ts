/**
 * Which slice a message joins. A lane (account, time, priority) has one open slice; later requests join it until it is
 * full, sealed or started. Pure bookkeeping: nothing here talks to anything.
 */
import { uuidv7 } from '../../core/messages/ids';
import { SLICE_SPAN_MS, type SliceDraft } from '../../store/messages/accept';

/** Most messages of a slice: what one dispatch activity is given. */
export const SLICE_CAPACITY = 1_000;
/** A scheduled slice takes no more messages this long before its time: dispatch is about to seal it. */
const CLOSE_BEFORE_DUE_MS = 2_000;

export interface Lane {
  accountId: string;
  dueAt: Date | null;
  priority: number;
  /** The windows within which its messages leave, as JSON; absent = at any time. */
  windows?: string;
}

export interface OpenSlice extends SliceDraft {
  /** Messages that still fit. */
  room: number;
  laneKey: string;
  /** Nothing joins it after this. */
  closesAtMs: number;
}

/** Lanes that are kept open, scheduled ones with them. A lane beyond that begins another slice with its next message. */
const MAX_OPEN = 50_000;
const MINUTE_MS = 60_000;

const keyOf = (lane: Lane): string =>
  `${lane.accountId}|${lane.priority}|${lane.dueAt?.getTime() ?? ''}${lane.windows === undefined ? '' : `|${lane.windows}`}`;
const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS);

export class Lanes {
  /** By lane, oldest first. */
  private readonly open = new Map<string, OpenSlice>();
  /** Open slices that have a time, by its minute. */
  private readonly dueIn = new Map<number, Set<OpenSlice>>();
  private forgottenMinute = 0;

  /** @param maxOpen lanes; beyond it the oldest is closed. */
  constructor(private readonly maxOpen = MAX_OPEN) {}

  /** Lanes that are in memory. */
  get size(): number {
    return this.open.size;
  }

  /** The slice that the lane's next message joins, with one place taken in it. */
  place(lane: Lane, nowMs: number): OpenSlice {
    this.forgetPast(nowMs);
    const laneKey = keyOf(lane);
    let slice = this.open.get(laneKey);
    if (slice === undefined || slice.room === 0 || nowMs > slice.closesAtMs) {
      if (slice !== undefined) this.close(slice);
      slice = {
        id: uuidv7(nowMs),
        isNew: true,
        ...lane,
        room: SLICE_CAPACITY,
        laneKey,
        closesAtMs: closing(lane, nowMs),
      };
      this.add(slice);
    }
    slice.room--;
    return slice;
  }

  /** Nothing joins this slice any more. */
  close(slice: OpenSlice): void {
    if (this.open.get(slice.laneKey) !== slice) return;
    this.open.delete(slice.laneKey);
    if (slice.dueAt === null) return;
    const minute = minuteOf(slice.dueAt.getTime());
    const due = this.dueIn.get(minute);
    due?.delete(slice);
    if (due?.size === 0) this.dueIn.delete(minute);
  }

  private add(slice: OpenSlice): void {
    this.open.set(slice.laneKey, slice);
    if (slice.dueAt !== null) {
      const minute = minuteOf(slice.dueAt.getTime());
      const due = this.dueIn.get(minute);
      if (due === undefined) this.dueIn.set(minute, new Set([slice]));
      else due.add(slice);
    }
    if (this.open.size > this.maxOpen) this.close(this.open.values().next().value!);
  }

  /** Once a minute: nothing joins a lane whose time has passed, and each time is a lane of its own. */
  private forgetPast(nowMs: number): void {
    const minute = minuteOf(nowMs);
    if (minute <= this.forgottenMinute) return;
    this.forgottenMinute = minute;
    for (const [due, slices] of this.dueIn) {
      if (due < minute) for (const slice of slices) this.close(slice);
    }
  }
}

/** When a slice that is begun now takes no more messages. */
function closing({ dueAt }: Lane, nowMs: number): number {
  const spanEnds = nowMs + SLICE_SPAN_MS;
  return dueAt === null ? spanEnds : Math.min(spanEnds, dueAt.getTime() - CLOSE_BEFORE_DUE_MS);
}
