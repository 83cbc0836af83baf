/** Asking providers what became of attempts: those whose answer was lost, and those whose receipt is overdue. */
import { attemptWireId, parseAttemptWireId } from '../../core/messages/ids';
import { FairShare } from '../../core/concurrency/fair-share';
import { MAX_PACE_MS } from '../../core/gateways/hold';
import { normaliseProviderId } from '../../core/messages/provider-id';
import { OutboundError } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import type { Receipt } from '../../providers/provider';
import { providers } from '../../providers/registry';
import { createReceiptCounter } from '../../receipts/counts';
import { toDrafts } from '../../receipts/drafts';
import type { NumberHash } from '../../core/accounts/pseudonyms';
import type { Database } from '../../store/database';
import {
  confirmFound,
  endLookups,
  listLookupGateways,
  takeLookups,
  type DueLookup,
  type FoundAttempt,
} from '../../store/dispatch/overdue';
import { replayParked } from '../../store/receipts/parked';
import { applyReceipts } from '../../store/receipts/receipts';
import type { Settlement } from '../../store/messages/settlement';
import type { DispatchGateway, Gateways } from './gateways';
import { pace } from '../../core/concurrency/pace';

/** After so long a slice lets others have its place; the rest of it is asked about in its next turn. */
const ASK_MS = 20_000;
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
  /** Of numbers, for records of consent. */
  numberHash: NumberHash;
  log: { warn(fields: object, message: string): void };
}

export interface Lookups {
  /**
   * Asks about what is due in a slice, and applies the answers as if they had been posted. Never throws for a provider's
   * sake.
   * @returns in milliseconds, when to go on with what is left: its gateway has been asked enough for now. Null: nothing is.
   */
  ask(sliceId: string, onSettlement: (settlement: Settlement) => void, stopping: AbortSignal): Promise<number | null>;
}

/** @param inHand slices that this process asks about at once. */
export function createLookups({ database, http, gateways, numberHash, log }: LookupDeps, inHand: number): Lookups {
  const { pool } = database;
  const receiptCounter = createReceiptCounter(pool);
  const places = new FairShare(inHand);
  const turns = new Turns();

  /** @returns null when there was no answer. */
  async function askOnce(gateway: DispatchGateway, due: readonly DueLookup[]): Promise<Receipt[] | null> {
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
      return null;
    }
  }

  async function apply(
    gatewayId: string,
    due: readonly DueLookup[],
    receipts: readonly Receipt[],
    onSettlement: (settlement: Settlement) => void,
  ): Promise<void> {
    const found = foundAmong(due, receipts);
    await confirmFound(pool, found);
    const drafts = toDrafts(
      gatewayId,
      receipts.filter(({ status }) => status !== 'pending'),
      'look-up',
    );
    if (drafts.length > 0) onSettlement(await applyReceipts(pool, drafts, numberHash));
    receiptCounter.count(drafts);
    const ids = found.flatMap(({ providerId }) => providerId ?? []);
    if (ids.length > 0) onSettlement(await replayParked(pool, gatewayId, ids, numberHash));
  }

  return {
    async ask(sliceId, onSettlement, stopping) {
      const untilMs = performance.now() + ASK_MS;
      const opened = await gateways.load(await listLookupGateways(pool, sliceId, LOOKUP_PROVIDERS));
      const waits: number[] = [];
      for (const [gatewayId, gateway] of opened) {
        const { lookupBatch } = gateway.provider.capabilities;
        const wait = await askInTurns(
          places,
          turns,
          gatewayId,
          () => stopping.aborted || performance.now() > untilMs,
          async () => {
            const due = await takeLookups(pool, sliceId, LOOKUP_PROVIDERS, gatewayId, lookupBatch);
            if (due.length === 0) return false;
            await turns.take(gatewayId, stopping);
            const answer = await askOnce(gateway, due);
            if (answer !== null) {
              await apply(gatewayId, due, answer, onSettlement);
              await endLookups(
                pool,
                due.filter(({ last }) => last),
              );
            }
            return true;
          },
        );
        if (wait !== null) waits.push(wait);
      }
      return waits.length === 0 ? null : Math.min(...waits);
    },
  };
}

/** When each gateway may be asked next, of all slices in this process. */
class Turns {
  /** By `performance.now()`. */
  private readonly nextMs = new Map<string, number>();

  /** How far away the gateway's next turn is, in milliseconds. */
  awayMs(gatewayId: string): number {
    return (this.nextMs.get(gatewayId) ?? 0) - performance.now();
  }

  /** Waits for the next turn, and takes it. */
  async take(gatewayId: string, stopping: AbortSignal): Promise<void> {
    const waitMs = Math.max(0, this.awayMs(gatewayId));
    this.nextMs.set(gatewayId, performance.now() + waitMs + INTERVAL_MS);
    if (waitMs > 0) await pace(waitMs, stopping);
  }
}

/**
 * Asks one gateway, request by request, until it has been asked enough for now.
 * @param step makes one request; false = nothing is left to ask about.
 * @returns in milliseconds, when to go on; null = nothing is left.
 */
async function askInTurns(
  places: FairShare,
  turns: Turns,
  gatewayId: string,
  isOver: () => boolean,
  step: () => Promise<boolean>,
): Promise<number | null> {
  const leave = places.enter(gatewayId);
  if (leave === null) return places.retryMs(gatewayId, Math.random());
  try {
    while (!isOver() && turns.awayMs(gatewayId) <= MAX_PACE_MS) if (!(await step())) return null;
    return Math.max(INTERVAL_MS, turns.awayMs(gatewayId));
  } finally {
    leave();
  }
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
