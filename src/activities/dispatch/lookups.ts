/** Asking providers what became of attempts: those whose answer was lost, and those whose receipt is overdue. */
import { attemptWireId, parseAttemptWireId } from '../../core/messages/ids';
import { normaliseProviderId } from '../../core/messages/provider-id';
import { OutboundError } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import type { Receipt } from '../../providers/provider';
import { providers } from '../../providers/registry';
import { createReceiptCounter } from '../../receipts/counts';
import { toDrafts } from '../../receipts/drafts';
import type { Database } from '../../store/database';
import { confirmFound, takeLookups, type DueLookup, type FoundAttempt } from '../../store/dispatch/overdue';
import { replayParked } from '../../store/receipts/parked';
import { applyReceipts } from '../../store/receipts/receipts';
import type { Settlement } from '../../store/messages/settlement';
import type { DispatchGateway, Gateways } from './gateways';
import { pace } from '../../core/concurrency/pace';

/** Attempts that one `advance` asks about; the next one goes on. */
const PER_ADVANCE = 200;
/** Between two look-ups over one gateway, of all slices in this process. */
const INTERVAL_MS = 100;
/** A look-up that takes longer is given up; it counts as asked. */
const TIMEOUT_MS = 30_000;

/** Providers that can be asked. */
export const LOOKUP_PROVIDERS: readonly string[] = Object.values(providers)
  .filter((provider) => provider.capabilities.lookup)
  .map((provider) => provider.name);

export interface LookupDeps {
  database: Database;
  http: HttpClient;
  gateways: Gateways;
  log: { warn(fields: object, message: string): void };
}

export interface Lookups {
  /**
   * Asks about what is due in a slice, and applies the answers as if they had been posted. Never throws for a provider's
   * sake.
   */
  ask(sliceId: string, onSettlement: (settlement: Settlement) => void, stopping: AbortSignal): Promise<void>;
}

export function createLookups({ database, http, gateways, log }: LookupDeps): Lookups {
  const { pool } = database;
  const receiptCounter = createReceiptCounter(pool);
  /** When a gateway may be asked next. */
  const turns = new Map<string, number>();

  async function turn(gatewayId: string, stopping: AbortSignal): Promise<void> {
    const nowMs = performance.now();
    const atMs = Math.max(nowMs, turns.get(gatewayId) ?? 0);
    turns.set(gatewayId, atMs + INTERVAL_MS);
    if (atMs > nowMs) await pace(atMs - nowMs, stopping);
  }

  async function askOnce(gateway: DispatchGateway, due: readonly DueLookup[]): Promise<Receipt[]> {
    const subjects = due.map((attempt) => ({
      attemptId: attemptWireId(attempt.messageId, attempt.no),
      providerId: attempt.providerId,
      to: attempt.msisdn,
      submittedAt: attempt.submittedAt,
      text: attempt.body,
    }));
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const { provider, config, inFlight } = gateway;
      return (await inFlight.run(async () => provider.lookup?.(config, subjects, http, signal))) ?? [];
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const fields = { gatewayId: gateway.id, attempts: due.length, code: error.code, reason: error.message };
      log.warn(fields, 'the provider could not be asked what became of attempts');
      return [];
    }
  }

  return {
    async ask(sliceId, onSettlement, stopping) {
      const due = await takeLookups(pool, sliceId, LOOKUP_PROVIDERS, PER_ADVANCE);
      if (due.length === 0) return;
      const opened = await gateways.load([...new Set(due.map((attempt) => attempt.gatewayId))]);
      for (const [gatewayId, gateway] of opened) {
        const size = gateway.provider.capabilities.lookupBatch;
        const own = due.filter((attempt) => attempt.gatewayId === gatewayId);
        for (let at = 0; at < own.length && !stopping.aborted; at += size) {
          const part = own.slice(at, at + size);
          await turn(gatewayId, stopping);
          const receipts = await askOnce(gateway, part);
          if (receipts.length === 0) continue;
          const found = foundAmong(part, receipts);
          await confirmFound(pool, found);
          const drafts = toDrafts(
            gatewayId,
            receipts.filter(({ status }) => status !== 'pending'),
            'look-up',
          );
          if (drafts.length > 0) onSettlement(await applyReceipts(pool, drafts));
          receiptCounter.count(drafts);
          const providerIds = found.flatMap(({ providerId }) => providerId ?? []);
          if (providerIds.length > 0) onSettlement(await replayParked(pool, gatewayId, providerIds));
        }
      }
    },
  };
}

/** The attempts whose answer was lost and that the provider turned out to have. */
function foundAmong(asked: readonly DueLookup[], receipts: readonly Receipt[]): FoundAttempt[] {
  const unknown = new Set(asked.filter(({ unknown }) => unknown).map(({ messageId, no }) => `${messageId}/${no}`));
  return receipts.flatMap(({ attemptId, providerId }) => {
    const attempt = attemptId === undefined ? null : parseAttemptWireId(attemptId);
    if (attempt === null || !unknown.has(`${attempt.messageId}/${attempt.no}`)) return [];
    return [{ ...attempt, providerId: providerId === undefined ? null : normaliseProviderId(providerId) }];
  });
}
