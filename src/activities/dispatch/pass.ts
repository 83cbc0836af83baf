/** One pass over one leg of a slice: claim, submit, write, with the next block claimed while this one is in flight. */
import { attemptWireId } from '../../core/ids';
import type { FailureClass } from '../../core/outcome';
import { ProviderError } from '../../providers/errors';
import type { ProviderHttp } from '../../providers/http';
import type { OutboundMessage, SubmitResult } from '../../providers/provider';
import { claimMessages, type ClaimedMessage } from '../../store/claim';
import type { Database } from '../../store/database';
import { replayParked } from '../../store/parked';
import { writeResults, type AttemptResult } from '../../store/results';
import type { Settlement } from '../../store/settlement';
import type { DispatchGateway } from './gateways';
import { interpret, refusalOf, stopsGateway } from './interpret';
import type { LiveRate, Pacer } from './pacer';
import { createPacers, type Pacers } from './pacers';
import { legAfter, misfit, missingOn, type Course, type CourseLeg, type Misfit } from './plan';

/** Small, so that a kill leaves few attempts to resolve; a batch gateway claims one batch at least. */
const BLOCK_SIZE = 200;
/** Requests of a block that one connection may have to make: behind a slow gateway of few, a large block would grow old. */
const REQUESTS_PER_CONNECTION = 8;
/** Blocks of one slice in flight: one is written while the other is sent. */
const BLOCKS_IN_FLIGHT = 2;
/** A request that takes longer is given up, and its attempt may have been taken. Far above the time-outs of its parts. */
const REQUEST_TIMEOUT_MS = 300_000;
/** Requests that begin within this time share a time-out: one each would cost more than building their bodies. */
const TIMEOUT_SHARED_MS = 30_000;

/** What is urgent has the lowest rank. Of bulk, older blocks go first: they end one after the other, not all at once. */
const URGENT_RANK = 0;
let blocksBegun = 0;

export interface DispatchRun {
  database: Database;
  http: ProviderHttp;
  sliceId: string;
  /** Its legs as they stand now. */
  course: Course;
  /** Owner token of this run's attempts. */
  claim: string;
  /**
   * Aborted when the worker shuts down, the campaign is paused or its window closes: nothing new leaves, what is in
   * flight is finished and written.
   */
  stopping: AbortSignal;
  /** By `performance.now()`: nothing is claimed after it, so that others get the worker's place. */
  claimUntilMs: number;
  /** Goes before bulk wherever it would have to wait. */
  urgent: boolean;
  /** How fast the slice's campaign wants to be. */
  wish?: LiveRate;
  /** Told about every settlement of the run. */
  onSettlement(settlement: Settlement): void;
  /** The provider refused the whole account. */
  onAccountRefused(gateway: DispatchGateway, reason: string): Promise<void>;
}

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
  const { legs, rules, accountId } = run.course;
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
    const why = misfit(run.course, legIndex, message);
    if (why === null) fit.push(message);
    else turnedAway.push(turnAway(run, legIndex, message, why));
  }
  return { fit, turnedAway };
}

/** Claimed for a leg that can't carry it: on to one that can, else it has failed. */
function turnAway(run: DispatchRun, legIndex: number, message: ClaimedMessage, why: Misfit): AttemptResult {
  const next = legAfter(run.course, { leg: legIndex, sender: message.sender }, 'sender', message);
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

/** The time-out of a request that begins now. */
function sharedTimeout(): () => AbortSignal {
  let signal: AbortSignal;
  let sharedUntilMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() > sharedUntilMs) {
      sharedUntilMs = performance.now() + TIMEOUT_SHARED_MS;
      signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    }
    return signal;
  };
}

/** The longest pause that the provider asked for; 0 = none. */
function longestHold(answers: readonly SubmitResult[]): number {
  return answers.reduce((longest, answer) => Math.max(longest, (!answer.ok && answer.retryAfterMs) || 0), 0);
}

/** Claimed, and given back before its request was made: another worker sends it. */
function notSent(leg: number, { id, no, transients }: ClaimedMessage): AttemptResult {
  return {
    messageId: id,
    no,
    attempt: 'refused',
    message: 'queued',
    leg,
    delayMs: null,
    transients,
    providerId: null,
    class: 'transient',
    code: null,
    clevertap: null,
    reason: 'not sent: dispatch was stopped before its turn',
  };
}

async function submit(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  part: readonly ClaimedMessage[],
  signal: AbortSignal,
): Promise<SubmitResult[]> {
  const leg = run.course.legs[legIndex]!;
  const messages = part.map((message) => toOutbound(message, gateway, leg));
  try {
    return await gateway.provider.submit(gateway.config, messages, run.http, signal);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const refusal = refusalOf(error);
    return messages.map(() => refusal);
  }
}

/** What the gateway can't carry is left out here, and said in {@link interpretFor}. */
function toOutbound(message: ClaimedMessage, gateway: DispatchGateway, leg: CourseLeg): OutboundMessage {
  const options = message.options ?? {};
  const missing = missingOn(leg, message);
  return {
    id: attemptWireId(message.id, message.no),
    to: message.msisdn,
    from: message.sender,
    text: message.body,
    encoding: message.encoding,
    flash: options.flash === true && !missing.includes('flash'),
    port: missing.includes('port') ? null : (options.port ?? null),
    entityId: options.entityId ?? null,
    templateId: options.templateId ?? null,
    validitySeconds: gateway.row.validity_seconds,
    callbackUrl: gateway.config.callbackUrl,
  };
}

function interpretFor(
  run: DispatchRun,
  leg: number,
  gateway: DispatchGateway,
  message: ClaimedMessage,
  answer: SubmitResult,
  inDoubt: boolean,
): AttemptResult {
  const context = {
    messageId: message.id,
    no: message.no,
    leg,
    transients: message.transients,
    idempotentById: gateway.provider.capabilities.idempotentById,
    legAfter: (failure: FailureClass) => legAfter(run.course, { leg, sender: message.sender }, failure, message),
    inDoubt,
  };
  const result = interpret(context, answer, Math.random());
  const missing = result.attempt === 'submitted' ? missingOn(run.course.legs[leg]!, message) : [];
  return missing.length === 0 ? result : { ...result, reason: `sent without ${missing.join(', ')}` };
}
