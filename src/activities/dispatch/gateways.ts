/** Gateways as dispatch uses them: opened credentials, adapter, and one bound on requests in flight per process. */
import type { Provider, ProviderConfig } from '../../providers/provider';
import { openGateway } from '../../providers/open';
import { FairShare } from '../../core/concurrency/fair-share';
import { Semaphore } from '../../core/concurrency/semaphore';
import { HOLD_PATIENCE_MS, MAX_PACE_MS, holdFor, holdReason } from '../../core/gateways/hold';
import type { Database } from '../../store/database';
import {
  listGatewaysById,
  unsealGateway,
  type GatewayRow,
  type GatewayWithBreaker,
} from '../../store/gateways/gateways';
import { holdGateway } from '../../store/gateways/holds';
import { withoutEchoes } from './echoes';
import type { LiveRate } from './pacer';
import type { Sealer } from '../../store/seal';
import type { GatewayHealthMonitor } from './gateway-health';

export interface DispatchGateway {
  id: string;
  row: GatewayRow;
  /** The adapter, watched: its requests are counted, and held back while the breaker is open. */
  provider: Provider;
  /** The adapter alone, for a person's test, which has to reach the vendor. */
  adapter: Provider;
  config: ProviderConfig<unknown>;
  /** Messages per request: 1 in loop mode, never more than the rate allows in a second. */
  batchSize: number;
  /** Messages per second as they are configured now, not only when this was loaded. */
  rate: LiveRate;
  /** Requests wait until then (by `performance.now()`), because the provider asked for it. */
  hold: { readonly untilMs: number };
  /** The provider asks for a pause of so long. @param reason what it said. */
  pause(askedMs: number, reason: string): Promise<void>;
  /** Takes one of the places that slices of all gateways share in this process; see {@link FairShare}. */
  enter(urgent: boolean): (() => void) | null;
  /** When a slice that found no place may come again, in milliseconds. */
  retryMs(urgent: boolean): number;
  /** The most that is taken for sending at once: what its requests on the wire can carry. */
  windowSize: number;
  /** Bounds messages of bulk that this process has claimed and not yet written, over all slices. */
  claimed: Semaphore;
  /** Bounds requests in flight of this process, over all slices. */
  inFlight: Semaphore;
  /** Null when it takes new messages, else why it does not. */
  unusable: string | null;
  /** Its breaker is not closed, or it is held: when to look again; 0 = a probe is due. Null = neither. */
  downMs: number | null;
  /** True once the breaker has opened, or is open: nothing more is claimed. */
  isOpen(): boolean;
  /** Sends over it what `run` sends, as the probe of an open breaker; null when this worker may not. */
  probe<T>(run: (gateway: DispatchGateway) => Promise<T>): Promise<T | null>;
}

/** Small, so that a kill leaves few attempts to resolve. */
const BLOCK_SIZE = 200;
/**
 * A kill leaves what was claimed to be resolved: no more than twice what is on the wire, one block being written while
 * the next one is sent, and never more than so many full blocks.
 */
const MAX_BLOCKS = 6;
const MIN_BLOCKS = 2;

/** The most messages that are claimed and not written at once, of a gateway of so wide a wire and so large blocks. */
const mostClaimed = (wire: number, windowSize: number): number =>
  Math.max(MIN_BLOCKS * windowSize, Math.min(MAX_BLOCKS * windowSize, 2 * wire));
/** Shorter pauses are kept by each process for itself. */
const SHARED_HOLD_MS = MAX_PACE_MS;

/** The part of a gateway that all callers in this process share. */
interface Slot {
  inFlight: Semaphore;
  size: number;
  claimed: Semaphore;
  mostClaimed: number;
  ratePerSecond: number | null;
  /** `shared`: it is a row that other processes see, and that a person may have lifted. */
  hold: { untilMs: number; reason: string | null; shared: boolean };
}

/** The slots of this process. */
class Slots {
  private readonly byId = new Map<string, Slot>();

  constructor(private readonly database: Database) {}

  /** The slot of a gateway, as wide as its row says now. */
  of(row: GatewayWithBreaker, most: number): Slot {
    const size = row.max_in_flight;
    let slot = this.byId.get(row.id);
    if (slot === undefined) {
      const hold = { untilMs: 0, reason: null, shared: false };
      const [inFlight, claimed] = [new Semaphore(size), new Semaphore(most)];
      slot = { inFlight, size, claimed, mostClaimed: most, ratePerSecond: null, hold };
      this.byId.set(row.id, slot);
    }
    slot.inFlight.resize(size - slot.size);
    slot.size = size;
    slot.claimed.resize(most - slot.mostClaimed);
    slot.mostClaimed = most;
    slot.ratePerSecond = row.rate_per_second;
    const { hold_wait_ms: waitMs, hold_reason: reason } = row;
    if (waitMs > 0) Object.assign(slot.hold, { untilMs: performance.now() + waitMs, reason, shared: true });
    else if (slot.hold.shared) Object.assign(slot.hold, { untilMs: 0, reason: null, shared: false });
    return slot;
  }

  /** Holds a gateway, for all processes where that is worth it. */
  async pause(id: string, askedMs: number, reason: string): Promise<void> {
    const { hold } = this.byId.get(id)!;
    const holdMs = holdFor(askedMs);
    const untilMs = performance.now() + holdMs;
    // Of many requests that are told so at the same moment, one tells the others.
    if (untilMs - hold.untilMs < SHARED_HOLD_MS / 2) return;
    hold.untilMs = untilMs;
    hold.reason = reason;
    if (holdMs < SHARED_HOLD_MS) return;
    await holdGateway(this.database.pool, id, holdMs, reason);
    hold.shared = true;
  }
}

export interface Gateways {
  /** Reads gateways afresh; their semaphores are shared by all callers in this process. */
  load(ids: string[]): Promise<Map<string, DispatchGateway>>;
}

/** @param slicesInHand of either kind that this process has at once. */
export function createGateways(
  database: Database,
  sealer: Sealer,
  publicUrl: string,
  health: GatewayHealthMonitor,
  slicesInHand: number,
): Gateways {
  const slots = new Slots(database);
  const places = { urgent: new FairShare(slicesInHand), bulk: new FairShare(slicesInHand) };

  function open(row: GatewayWithBreaker): DispatchGateway {
    const { provider: adapter, config } = openGateway(row, unsealGateway(row, sealer), publicUrl);
    const provider = withoutEchoes(adapter);
    health.update(row.id, row.breaker, row.breaker_wait_ms);
    const isDown = row.breaker !== 'closed';
    const max = Math.min(row.batch_size ?? provider.capabilities.batchSize, provider.capabilities.batchSize);
    const batchSize = row.sending_pattern === 'loop' ? 1 : Math.min(max, row.rate_per_second ?? max);
    const wire = row.max_in_flight * batchSize;
    const windowSize = Math.max(batchSize, Math.min(BLOCK_SIZE, wire));
    const slot = slots.of(row, mostClaimed(wire, windowSize));
    const holdMs = Math.ceil(slot.hold.untilMs - performance.now());
    const isHeld = holdMs > HOLD_PATIENCE_MS;
    const problem =
      unusableReason(row) ??
      (isDown ? `the gateway is down: ${row.breaker_reason ?? 'it fails'}` : null) ??
      (isHeld ? holdReason(Date.now() + holdMs, slot.hold.reason) : null);
    const gateway: DispatchGateway = {
      id: row.id,
      row,
      provider: health.watch(row.id, provider),
      adapter: provider,
      config,
      batchSize,
      windowSize,
      rate: { key: row.id, perSecond: () => slot.ratePerSecond },
      hold: slot.hold,
      pause: (askedMs, reason) => slots.pause(row.id, askedMs, reason),
      enter: (urgent) => places[urgent ? 'urgent' : 'bulk'].enter(row.id),
      retryMs: (urgent) => places[urgent ? 'urgent' : 'bulk'].retryMs(row.id, Math.random()),
      claimed: slot.claimed,
      inFlight: slot.inFlight,
      unusable: problem,
      downMs: unusableReason(row) !== null ? null : isDown ? row.breaker_wait_ms : isHeld ? holdMs : null,
      isOpen: () => health.isOpen(row.id),
      probe: (run) =>
        health.probe(row, provider, (watched) => run({ ...gateway, provider: watched, isOpen: () => false })),
    };
    return gateway;
  }

  return {
    async load(ids) {
      const rows = await listGatewaysById(database.db, ids);
      return new Map(rows.map((row) => [row.id, open(row)]));
    },
  };
}

function unusableReason(row: GatewayRow): string | null {
  if (row.deleted_at !== null) return 'the gateway was deleted';
  if (row.status === 'inactive') return 'the gateway is inactive';
  if (row.paused_reason !== null) return `the gateway is paused: ${row.paused_reason}`;
  return null;
}
