/** The callbacks that one CleverTap account received: totals, and what must never happen twice or both ways. */
import type { CallbackEvent, CallbackRecord } from './callback';
import { EVENTS } from './callback';

/** Metas that are kept apart; beyond it the oldest is forgotten. One costs about 150 bytes. */
const REMEMBERED_METAS = 2_000_000;

const BITS = 7;
const MOST = 2 ** BITS - 1;

const perEvent = (): Record<CallbackEvent, number> => ({ delivered: 0, failed: 0, clicked: 0, replied: 0 });

function countOf(packed: number, event: CallbackEvent): number {
  return (packed >> (EVENTS.indexOf(event) * BITS)) & MOST;
}

/** Totals over the records that were processed. */
export interface ReceivedCounts {
  /** HTTP requests, whatever was answered. */
  requests: number;
  badRequests: number;
  /** Requests that a fault struck. */
  faults: number;
  records: number;
  /** Records that a `partial` fault left out. */
  unprocessed: number;
  byEvent: Record<CallbackEvent, number>;
  /** Failed records by their code. */
  byCode: Record<string, number>;
  /** Different metas. Several messages may share one: compare messages with `records`. */
  metas: number;
  /** Records beyond the first of the same meta and event. */
  duplicates: number;
  duplicatesByEvent: Record<CallbackEvent, number>;
  /** Metas that were reported both delivered and failed, in either order. */
  conflicts: number;
}

export class Received {
  readonly counts: ReceivedCounts = {
    requests: 0,
    badRequests: 0,
    faults: 0,
    records: 0,
    unprocessed: 0,
    byEvent: perEvent(),
    byCode: {},
    metas: 0,
    duplicates: 0,
    duplicatesByEvent: perEvent(),
    conflicts: 0,
  };
  /** Four counters of 7 bits per meta, so that a million metas fit. */
  private readonly metas = new Map<string, number>();

  add(record: CallbackRecord): void {
    const { counts } = this;
    const before = this.metas.get(record.meta);
    const packed = before ?? 0;
    const times = countOf(packed, record.event);
    const after = times < MOST ? packed + (1 << (EVENTS.indexOf(record.event) * BITS)) : packed;
    this.metas.set(record.meta, after);
    counts.records += 1;
    counts.byEvent[record.event] += 1;
    if (record.event === 'failed' && record.code !== undefined)
      counts.byCode[record.code] = (counts.byCode[record.code] ?? 0) + 1;
    if (times > 0) {
      counts.duplicates += 1;
      counts.duplicatesByEvent[record.event] += 1;
    }
    const torn = (value: number) => countOf(value, 'delivered') > 0 && countOf(value, 'failed') > 0;
    if (torn(after) && !torn(packed)) counts.conflicts += 1;
    if (before !== undefined) return;
    counts.metas += 1;
    if (this.metas.size <= REMEMBERED_METAS) return;
    const [oldest] = this.metas.keys();
    if (oldest !== undefined) this.metas.delete(oldest);
  }

  /** How often each event of a meta was received (up to 127). */
  timesOf(meta: string): Record<CallbackEvent, number> {
    const packed = this.metas.get(meta) ?? 0;
    const times = perEvent();
    for (const event of EVENTS) times[event] = countOf(packed, event);
    return times;
  }
}
