/** Gateways as dispatch uses them: opened credentials, adapter, and one bound on requests in flight per process. */
import type { Provider, ProviderConfig } from '../../providers/provider';
import { openGateway } from '../../receipts/gateway-config';
import { Semaphore } from '../../core/semaphore';
import type { Database } from '../../store/database';
import { listGatewaysById, type GatewayRow, type GatewayWithBreaker } from '../../store/gateways';
import type { Sealer } from '../../store/seal';
import type { GatewayHealthMonitor } from './health';

export interface DispatchGateway {
  id: string;
  row: GatewayRow;
  /** The adapter, watched: its requests are counted, and held back while the breaker is open. */
  provider: Provider;
  /** The adapter alone, for a person's test, which has to reach the vendor. */
  adapter: Provider;
  config: ProviderConfig<unknown>;
  /** Messages per request: 1 in loop mode. */
  batchSize: number;
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

interface Slot {
  semaphore: Semaphore;
  size: number;
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

  function slotOf(row: GatewayRow): Semaphore {
    const slot = slots.get(row.id);
    if (slot === undefined) {
      const made = { semaphore: new Semaphore(row.max_in_flight), size: row.max_in_flight };
      slots.set(row.id, made);
      return made.semaphore;
    }
    slot.semaphore.resize(row.max_in_flight - slot.size);
    slot.size = row.max_in_flight;
    return slot.semaphore;
  }

  function open(row: GatewayWithBreaker): DispatchGateway {
    const { provider, config } = openGateway(row, sealer, publicUrl);
    health.learn(row.id, row.breaker, row.breaker_wait_ms);
    const isDown = row.breaker !== 'closed';
    const max = Math.min(row.batch_size ?? provider.capabilities.batchSize, provider.capabilities.batchSize);
    const gateway: DispatchGateway = {
      id: row.id,
      row,
      provider: health.watch(row.id, provider),
      adapter: provider,
      config,
      batchSize: row.sending_pattern === 'loop' ? 1 : max,
      inFlight: slotOf(row),
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
