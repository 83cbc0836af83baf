/** Counts receipts by gateway and records the counts in Postgres about once a second: no row is hot for each receipt. */
import type { Pool } from 'pg';
import { recordReceipts, type ReceiptCounts, type ReceiptSample } from '../store/gateways/health';
import type { ReceiptDraft } from '../store/receipts/receipts';

const FLUSH_MS = 1_000;
/** Receipts of one gateway whose delay is measured, each time. */
const SAMPLES = 5;

export interface ReceiptCounter {
  /** @param receipts as they came; those that are not final count nothing. */
  count(receipts: readonly ReceiptDraft[]): void;
}

interface Counted extends ReceiptCounts {
  samples: { receipt: ReceiptDraft; cameAtMs: number }[];
}

/** @param onError told when counts could not be recorded; they are lost. */
export function createReceiptCounter(pool: Pool, onError: (error: unknown) => void = () => undefined): ReceiptCounter {
  let counts = new Map<string, Counted>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    timer = undefined;
    if (pool.ending) return;
    const flushed = [...counts.values()];
    counts = new Map();
    await recordReceipts(pool, flushed, flushed.flatMap(samplesOf)).catch(onError);
  }

  return {
    count(receipts) {
      for (const receipt of receipts) {
        if (receipt.status === 'pending') continue;
        const { gatewayId } = receipt;
        const counted = counts.get(gatewayId) ?? { gatewayId, delivered: 0, undelivered: 0, faults: 0, samples: [] };
        counts.set(gatewayId, counted);
        if (receipt.status === 'delivered') counted.delivered++;
        else {
          counted.undelivered++;
          if (receipt.class !== 'recipient' && receipt.class !== 'content') counted.faults++;
        }
        if (counted.samples.length < SAMPLES) counted.samples.push({ receipt, cameAtMs: performance.now() });
      }
      if (counts.size > 0) timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
    },
  };
}

function samplesOf({ gatewayId, samples }: Counted): ReceiptSample[] {
  const nowMs = performance.now();
  return samples.map(({ receipt: { attempt, providerId }, cameAtMs }) => {
    return { gatewayId, attempt, providerId, agoMs: nowMs - cameAtMs };
  });
}
