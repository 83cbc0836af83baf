/** One pass over one leg of a slice: claim, submit, write, with the next block claimed while this one is in flight. */
import { claimMessages, type ClaimedMessage } from '../../store/dispatch/claim';
import { replayParked } from '../../store/receipts/parked';
import { writeResults, type AttemptResult } from '../../store/dispatch/results';
import { interpretFor, longestHold, notSent, sharedTimeout, submit } from './exchange';
import type { DispatchGateway } from './gateways';
import { stopsGateway } from './interpret';
import type { Pacer } from './pacer';
import { createPacers, type Pacers } from './pacers';
import { legAfter, legMismatch, type LegMismatch } from './route';
import type { DispatchRun } from './run';

/** Small, so that a kill leaves few attempts to resolve; a batch gateway claims one batch at least. */
const BLOCK_SIZE = 200;
/** Requests of a block that one connection may have to make: behind a slow gateway of few, a large block would grow old. */
const REQUESTS_PER_CONNECTION = 8;
/** Blocks of one slice in flight: one is written while the other is sent. */
const BLOCKS_IN_FLIGHT = 2;
/** What is urgent has the lowest rank. Of bulk, older blocks go first: they end one after the other, not all at once. */
const URGENT_RANK = 0;
let blocksBegun = 0;

/**
 * Sends everything that is claimable on one leg, until its gateway's breaker opens.
 * @param atMost messages to claim.
 * @returns how many messages were claimed.
 */
export async function runLeg(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  atMost = Number.POSITIVE_INFINITY,
): Promise<number> {
  const pacers = createPacers(run, gateway);
  const perBlock = Math.min(BLOCK_SIZE, gateway.row.max_in_flight * REQUESTS_PER_CONNECTION * gateway.batchSize);
  const limit = Math.min(atMost, pacers.leaseSize, Math.max(perBlock, gateway.batchSize));
  const inFlight = new Set<Promise<void>>();
  let claimed = 0;
  let after: string | null = null;
  let failure: unknown;
  const mayClaim = (): boolean =>
    !run.stopping.aborted &&
    failure === undefined &&
    claimed < atMost &&
    !gateway.isOpen() &&
    performance.now() < run.claimUntilMs;
  while (mayClaim()) {
    if (inFlight.size >= BLOCKS_IN_FLIGHT) await Promise.race(inFlight);
    // What is urgent never waits behind the blocks of bulk.
    if (!run.urgent) await gateway.blocks.take();
    const release = (): void => {
      if (!run.urgent) gateway.blocks.release();
    };
    let block: ClaimedMessage[] = [];
    try {
      if (mayClaim()) block = await claimBlock(run, legIndex, gateway, limit, after);
    } catch (error) {
      failure = error;
    }
    if (block.length === 0) {
      release();
      break;
    }
    after = block.at(-1)!.id;
    claimed += block.length;
    const { fit, turnedAway } = sortOut(run, legIndex, block);
    const sent = submitBlock(run, legIndex, gateway, fit, pacers, turnedAway)
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(release);
    const entry: Promise<void> = sent.then(() => void inFlight.delete(entry));
    inFlight.add(entry);
  }
  await Promise.all(inFlight);
  if (failure !== undefined) throw failure as Error;
  return claimed;
}

function claimBlock(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  limit: number,
  after: string | null,
): Promise<ClaimedMessage[]> {
  const { legs, rules, accountId } = run.route;
  const leg = legs[legIndex]!;
  return claimMessages(run.database.pool, {
    sliceId: run.sliceId,
    leg: legIndex,
    limit,
    gatewayId: gateway.id,
    overrideSender: leg.imposed,
    sender: leg.sender,
    claim: run.claim,
    after,
    capped: rules.caps === null ? null : { accountId, caps: rules.caps },
  });
}

/** Resends attempts whose answer is missing, under their own ids and within the gateway's rate. */
export async function resend(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  orphans: readonly ClaimedMessage[],
): Promise<void> {
  await submitBlock(run, legIndex, gateway, orphans, createPacers(run, gateway), [], true);
}

/** Parts the messages that a leg can carry from those that go on without a request. */
function sortOut(run: DispatchRun, legIndex: number, block: readonly ClaimedMessage[]) {
  const fit: ClaimedMessage[] = [];
  const turnedAway: AttemptResult[] = [];
  for (const message of block) {
    const why = legMismatch(run.route, legIndex, message);
    if (why === null) fit.push(message);
    else turnedAway.push(turnAway(run, legIndex, message, why));
  }
  return { fit, turnedAway };
}

/** Claimed for a leg that can't carry it: on to one that can, else it has failed. */
function turnAway(run: DispatchRun, legIndex: number, message: ClaimedMessage, why: LegMismatch): AttemptResult {
  const next = legAfter(run.route, { leg: legIndex, sender: message.sender }, 'sender', message);
  return {
    ...notSent(legIndex, message),
    message: next === null ? 'failed' : 'queued',
    leg: next ?? legIndex,
    transients: 0,
    ...why,
  };
}

/**
 * Submits a block over its gateway, at its rate, and writes what became of it.
 * @param decided results of the same block that needed no request.
 * @param inDoubt an earlier request of these attempts may have been taken.
 */
async function submitBlock(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  block: readonly ClaimedMessage[],
  pacers: Pacers,
  decided: readonly AttemptResult[] = [],
  inDoubt = false,
): Promise<void> {
  const results: AttemptResult[] = [...decided];
  const timeout = sharedTimeout();
  const rank = run.urgent ? URGENT_RANK : ++blocksBegun;
  const requests: Promise<void>[] = [];
  let failure: unknown;
  const exchange = async (pacer: Pacer, part: readonly ClaimedMessage[]): Promise<void> => {
    try {
      const answers = await submit(run, legIndex, gateway, part, timeout());
      part.forEach((message, i) => results.push(interpretFor(run, legIndex, gateway, message, answers[i]!, inDoubt)));
      const holdMs = longestHold(answers);
      // What the breaker holds back was never asked for by the provider, and is to take another gateway.
      if (holdMs > 0 && !gateway.isOpen()) await pacer.slowDown(holdMs);
    } catch (error) {
      // A defect of ours: what is known of the others is written first.
      failure ??= error;
    } finally {
      gateway.inFlight.release();
    }
  };
  for (const { pacer, messages: part, soon } of pacers.parts(block)) {
    const turn = pacer.next(part.length, soon);
    let may = turn === true || (await turn);
    if (may && !gateway.inFlight.tryTake()) {
      await gateway.inFlight.take(rank);
      // Behind slow requests it may have waited for longer than a pause may take.
      may = !run.stopping.aborted;
      if (!may) gateway.inFlight.release();
    }
    if (may) requests.push(exchange(pacer, part));
    // What is in doubt stays so: its owner is gone with this run, and the next one takes it over.
    else if (!inDoubt) for (const message of part) results.push(notSent(legIndex, message));
  }
  await Promise.all(requests);
  const refusal = results.find(stopsGateway);
  if (refusal !== undefined) await run.onAccountRefused(gateway, refusal.reason ?? 'the provider refused the account');
  run.onSettlement(await writeResults(run.database.pool, run.claim, results));
  const providerIds = results.flatMap(({ providerId }) => providerId ?? []);
  // A receipt may have overtaken the answer that tells the id it goes by.
  if (providerIds.length > 0) run.onSettlement(await replayParked(run.database.pool, gateway.id, providerIds));
  if (failure !== undefined) throw failure as Error;
}
