/**
 * Which slice a message joins. A lane (account, time, priority) has one open slice; later requests join it until it is
 * full, sealed or started. Pure bookkeeping: nothing here talks to anything.
 */
import { uuidv7 } from '../../core/messages/ids';
import type { SliceDraft } from '../../store/messages/accept';

/** Most messages of a slice: what one dispatch activity is given. */
export const SLICE_CAPACITY = 1_000;
/** A scheduled slice takes no more messages this long before its time: dispatch is about to seal it. */
const CLOSE_BEFORE_DUE_MS = 2_000;

export interface Lane {
  accountId: string;
  dueAt: Date | null;
  priority: number;
}

export interface OpenSlice extends SliceDraft {
  /** Messages that still fit. */
  room: number;
  laneKey: string;
}

const keyOf = (lane: Lane): string => `${lane.accountId}|${lane.priority}|${lane.dueAt?.getTime() ?? ''}`;

export class Lanes {
  private readonly open = new Map<string, OpenSlice>();

  /** The slice that the lane's next message joins, with one place taken in it. */
  place(lane: Lane, nowMs: number): OpenSlice {
    const laneKey = keyOf(lane);
    let slice = this.open.get(laneKey);
    if (slice === undefined || slice.room === 0 || closing(slice, nowMs)) {
      slice = { id: uuidv7(nowMs), isNew: true, ...lane, room: SLICE_CAPACITY, laneKey };
      this.open.set(laneKey, slice);
    }
    slice.room--;
    return slice;
  }

  /** Nothing joins this slice any more. */
  close(slice: OpenSlice): void {
    if (this.open.get(slice.laneKey) === slice) this.open.delete(slice.laneKey);
  }
}

function closing(slice: OpenSlice, nowMs: number): boolean {
  return slice.dueAt !== null && slice.dueAt.getTime() - nowMs < CLOSE_BEFORE_DUE_MS;
}
