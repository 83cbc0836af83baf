/** Gateways as dispatch uses them: opened credentials, adapter, and one bound on requests in flight per process. */
import type { Provider, ProviderConfig } from '../../providers/provider';
import { openGateway } from '../../providers/open';
import { Semaphore } from '../../core/concurrency/semaphore';
import type { Database } from '../../store/database';
import {
  listGatewaysById,
  unsealGateway,
  type GatewayRow,
  type GatewayWithBreaker,
} from '../../store/gateways/gateways';
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
  hold: { untilMs: number };
  /** Bounds blocks of bulk that this process has claimed and not yet written, over all slices. */
  blocks: Semaphore;
  /** Bounds requests in flight of this process, over all slices. */
  inFlight: Semaphore;
  /** Null when it takes new messages, else why it does not. */
  unusable: string | null;
  /** Its breaker is not closed: when to look again; 0 = a probe is due. Null = it is closed. */
  downMs: number | null;
  /** True once the breaker has opened, or is open: nothing more is claimed. */
  isOpen(): boolean;
  /** Sends over it what `run` sends, as the probe of an open breaker; null when this worker may not. */
  probe(run: (gateway: DispatchGateway) => Promise<number>): Promise<number | null>;
}

/**
 * Blocks of bulk over one gateway at the same time. A kill then leaves a thousand claimed messages to be resolved for each
 * gateway, however many slices are in hand.
 */
const MAX_BLOCKS = 6;

/** The part of a gateway that all callers in this process share. */
interface Slot {
  semaphore: Semaphore;
  size: number;
  blocks: Semaphore;
  ratePerSecond: number | null;
  hold: { untilMs: number };
}

export interface Gateways {
  /** Reads gateways afresh; their semaphores are shared by all callers in this process. */
  load(ids: string[]): Promise<Map<string, DispatchGateway>>;
}

export function createGateways(
  database: Database,
  sealer: Sealer,
  publicUrl: string,
  health: GatewayHealthMonitor,
): Gateways {
  const slots = new Map<string, Slot>();

  function slotOf(row: GatewayRow): Slot {
    const size = row.max_in_flight;
    let slot = slots.get(row.id);
    if (slot === undefined) {
      const blocks = new Semaphore(MAX_BLOCKS);
      slot = { semaphore: new Semaphore(size), size, blocks, ratePerSecond: null, hold: { untilMs: 0 } };
      slots.set(row.id, slot);
    }
    slot.semaphore.resize(size - slot.size);
    slot.size = size;
    slot.ratePerSecond = row.rate_per_second;
    return slot;
  }

  function open(row: GatewayWithBreaker): DispatchGateway {
    const { provider, config } = openGateway(row, unsealGateway(row, sealer), publicUrl);
    health.update(row.id, row.breaker, row.breaker_wait_ms);
    const isDown = row.breaker !== 'closed';
    const max = Math.min(row.batch_size ?? provider.capabilities.batchSize, provider.capabilities.batchSize);
    const slot = slotOf(row);
    const gateway: DispatchGateway = {
      id: row.id,
      row,
      provider: health.watch(row.id, provider),
      adapter: provider,
      config,
      batchSize: row.sending_pattern === 'loop' ? 1 : Math.min(max, row.rate_per_second ?? max),
      rate: { key: row.id, perSecond: () => slot.ratePerSecond },
      hold: slot.hold,
      blocks: slot.blocks,
      inFlight: slot.semaphore,
      unusable: unusableReason(row) ?? (isDown ? `the gateway is down: ${row.breaker_reason ?? 'it fails'}` : null),
      downMs: isDown && unusableReason(row) === null ? row.breaker_wait_ms : null,
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
