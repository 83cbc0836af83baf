/** Counts what came back, per gateway, and tells Postgres about once a second: no row is hot for each report. */
import type { Pool } from 'pg';
import { tellReports, type ReportCounts, type ReportSample } from '../store/gateways/health';
import type { ReceiptDraft } from '../store/receipts/receipts';

const TELL_MS = 1_000;
/** Reports of one gateway whose delay is measured, each time. */
const SAMPLES = 5;

export interface ReportCounter {
  /** @param receipts as they came; those that are not final count nothing. */
  count(receipts: readonly ReceiptDraft[]): void;
}

interface Counted extends ReportCounts {
  samples: { receipt: ReceiptDraft; cameAtMs: number }[];
}

/** @param onError told when counts could not be told; they are lost. */
export function createReportCounter(pool: Pool, onError: (error: unknown) => void = () => undefined): ReportCounter {
  const counts = new Map<string, Counted>();
  let timer: NodeJS.Timeout | undefined;

  async function tell(): Promise<void> {
    timer = undefined;
    if (pool.ending) return;
    const told = [...counts.values()];
    counts.clear();
    const nowMs = performance.now();
    const samples = told.flatMap(({ gatewayId, samples: taken }) =>
      taken.map(({ receipt, cameAtMs }): ReportSample => {
        const { attempt, providerId } = receipt;
        return { gatewayId, attempt, providerId, agoMs: nowMs - cameAtMs };
      }),
    );
    await tellReports(pool, told, samples).catch(onError);
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
      if (counts.size > 0) timer ??= setTimeout(() => void tell(), TELL_MS).unref();
    },
  };
}
