import { BoundedMap } from './bounded-map';

/** With more, the one that was read longest ago goes: what is asked for all the time is read anew all the time. */
const MAX_KEPT = 10_000;
/** The part of its time after which a value that is still asked for is read anew. */
const REFRESH_AFTER = 0.5;

/** A value and when its reading began: what it shows may be that old. */
interface Kept<Value> {
  value: Value;
  readAtMs: number;
}

/** A reading under way. */
interface Flight<Value> {
  startedAtMs: number;
  value: Promise<Value>;
}

/**
 * Values that cost a query and may be a little old: each is kept for a moment, by its key. One that is asked for all the
 * time is read anew before its time is over, by one reader, so that nobody waits for it.
 */
export class TtlCache<Value> {
  private readonly kept: BoundedMap<string, Kept<Value>>;
  private readonly flights = new Map<string, Flight<Value>>();

  /**
   * @param ttlMs how long a value is used, from when its reading began; a change that nobody calls {@link forget} for is
   * seen this much later at most.
   * @param maxKept how many values are kept.
   */
  constructor(
    private readonly ttlMs: number,
    maxKept = MAX_KEPT,
  ) {
    this.kept = new BoundedMap(maxKept);
  }

  /**
   * The value that is kept under `key`, else the one that `load` gives. Who asks while another one loads waits with it.
   * @param keep whether a loaded value may be used again; absent = always.
   * @throws what `load` throws; nothing is kept then.
   */
  get(key: string, load: () => Promise<Value>, keep: (value: Value) => boolean = () => true): Promise<Value> {
    const nowMs = Date.now();
    const known = this.kept.get(key);
    const flight = this.flights.get(key);
    const flies = flight !== undefined && nowMs - flight.startedAtMs < this.ttlMs;
    const ageMs = known === undefined ? Infinity : nowMs - known.readAtMs;
    if (ageMs < this.ttlMs) {
      // Should it fail, the value serves until its time is over; who asks then is told.
      if (!flies && ageMs >= this.ttlMs * REFRESH_AFTER) this.read(key, load, keep, nowMs).catch(() => undefined);
      return Promise.resolve(known!.value);
    }
    return flies ? flight.value : this.read(key, load, keep, nowMs);
  }

  /** The next one who asks gets a value whose reading began after this. */
  forget(key: string): void {
    this.kept.delete(key);
    this.flights.delete(key);
  }

  private read(
    key: string,
    load: () => Promise<Value>,
    keep: (value: Value) => boolean,
    startedAtMs: number,
  ): Promise<Value> {
    const flight: Flight<Value> = { startedAtMs, value: load() };
    this.flights.set(key, flight);
    // One that was forgotten, or took so long that another began, leaves nothing behind.
    const landed = (): boolean => this.flights.get(key) === flight && this.flights.delete(key);
    return (flight.value = flight.value.then(
      (value) => {
        if (landed() && keep(value)) this.kept.set(key, { value, readAtMs: startedAtMs });
        return value;
      },
      (error: unknown) => {
        landed();
        throw error;
      },
    ));
  }
}
