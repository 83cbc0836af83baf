/** One pass over one leg of a slice: claim, submit, write, with the next block claimed while this one is in flight. */
import { randomUUID } from 'node:crypto';
import { HOLD_PATIENCE_MS, MAX_PACE_MS } from '../../core/gateways/hold';
import { isDatabaseAway, outlastAbsence } from '../../store/database';
import { claimMessages, type ClaimRequest, type ClaimedMessage } from '../../store/dispatch/claim';
import { NOT_SENT, type AttemptResult } from '../../store/dispatch/results';
import type { Submission } from './answers';
import { interpretFor, longestHold, notSent, sharedTimeout, submit } from './exchange';
import { Flight } from './flight';
import type { DispatchGateway } from './gateways';
import { stopsGateway, withinAttempts } from './interpret';
import type { Pacer } from './pacer';
import { createPacers, type Pacers } from './pacers';
import { giveBack, recordResults } from './results';
import { legAfter, legMismatch, type LegMismatch } from './route';
import type { DispatchRun } from './run';

/** What is urgent has the lowest rank. Of bulk, older blocks go first: they end one after the other, not all at once. */
const URGENT_RANK = 0;
let blocksBegun = 0;

/** What a pass over a leg came to. */
export interface LegPass {
  /** Messages that were sent, or moved on. */
  moved: number;
  /** In milliseconds: the gateway takes no more for now, and when to come again. Null: it took all there was. */
  busyMs: number | null;
}

/**
 * Sends what is claimable on one leg and can leave within about a second. What can't is not taken: the gateway is held
 * or spent, its wire is full, or slices that wait for it have their share of this worker already.
 * @param atMost messages to claim.
 */
export async function runLeg(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  atMost = Number.POSITIVE_INFINITY,
): Promise<LegPass> {
  const leave = gateway.enter(run.urgent);
  if (leave === null) return { moved: 0, busyMs: gateway.retryMs(run.urgent) };
  try {
    return await sendBlocks(run, legIndex, gateway, atMost);
  } finally {
    leave();
  }
}

async function sendBlocks(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  atMost: number,
): Promise<LegPass> {
  const pacers = createPacers(run, gateway);
  const limit = Math.min(atMost, pacers.leaseSize, gateway.windowSize);
  const flight = new Flight(gateway.windowSize);
  const pass: LegPass = { moved: 0, busyMs: null };
  let claimed = 0;
  let after: string | null = null;
  let failure: unknown;
  const noteFailure = (error: unknown): void => {
    failure = error;
  };
  const mayClaim = (): boolean =>
    !run.stopping.aborted &&
    failure === undefined &&
    pass.busyMs === null &&
    claimed < atMost &&
    !gateway.isOpen() &&
    !isHeld(gateway) &&
    performance.now() < run.claimUntilMs;
  while (mayClaim()) {
    await flight.roomFor(limit);
    if (!mayClaim()) break;
    const room = await makeRoom(run, gateway, pacers, limit);
    if (typeof room === 'number') {
      pass.busyMs = room;
      break;
    }
    const claim = randomUUID();
    let block: ClaimedMessage[] = [];
    try {
      if (mayClaim() && (await run.mayClaim?.()) !== false)
        block = await claimBlock(run, legIndex, gateway, { limit, after, claim });
    } catch (error) {
      failure = error;
      // It may have been committed all the same, and nothing of it has left.
      if (isDatabaseAway(error)) flight.begin(0, () => giveBack(run, legIndex, gateway.id, claim).catch(noteFailure));
    }
    room.keep(block.length);
    if (block.length === 0) break;
    after = block.at(-1)!.id;
    claimed += block.length;
    const { fit, turnedAway } = sortOut(run, legIndex, block);
    flight.begin(block.length, (onLeft) =>
      submitBlock(run, legIndex, gateway, fit, { claim, pacers, room, decided: turnedAway, onLeft })
        .then(({ moved, busyMs }) => {
          pass.moved += moved;
          pass.busyMs ??= busyMs;
        })
        .catch(noteFailure)
        .finally(() => room.keep(0)),
    );
  }
  await flight.ended();
  if (failure !== undefined) throw failure as Error;
  return pass;
}

/** A place on the wire for the first request of a block, and for bulk room among the messages that are under way. */
interface Room {
  rank: number;
  /** Gives back the room for all but so many messages; with none of them at first, the place on the wire too. */
  keep(messages: number): void;
}

/** Room for a block of up to `count` messages; else when to come again, in milliseconds. */
async function makeRoom(
  run: DispatchRun,
  gateway: DispatchGateway,
  pacers: Pacers,
  count: number,
): Promise<Room | number> {
  if (pacers.awayMs > MAX_PACE_MS) return pacers.awayMs;
  // What is urgent never waits behind the blocks of bulk.
  let kept = run.urgent ? 0 : count;
  if (kept > 0 && !(await gateway.claimed.takeWithin(MAX_PACE_MS, 0, kept))) return gateway.retryMs(run.urgent);
  const rank = run.urgent ? URGENT_RANK : ++blocksBegun;
  if (!(await gateway.inFlight.takeWithin(MAX_PACE_MS, rank))) {
    gateway.claimed.release(kept);
    return gateway.retryMs(run.urgent);
  }
  let isUsed = false;
  return {
    rank,
    keep(messages) {
      if (!run.urgent) {
        gateway.claimed.release(kept - messages);
        kept = messages;
      }
      if (messages === 0 && !isUsed) gateway.inFlight.release();
      isUsed = true;
    },
  };
}

function claimBlock(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  request: Pick<ClaimRequest, 'limit' | 'after' | 'claim'>,
): Promise<ClaimedMessage[]> {
  const { legs, rules, accountId } = run.route;
  const leg = legs[legIndex]!;
  return claimMessages(run.database.pool, {
    ...request,
    sliceId: run.sliceId,
    owner: run.claim,
    leg: legIndex,
    gatewayId: gateway.id,
    overrideSender: leg.imposed,
    sender: leg.sender,
    optOuts: rules.optOuts,
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
  const pacers = createPacers(run, gateway);
  const sending = { claim: run.claim, pacers, room: null, decided: [], inDoubt: true } as const;
  await submitBlock(run, legIndex, gateway, orphans, sending);
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
  return withinAttempts({
    ...notSent(legIndex, message),
    message: next === null ? 'failed' : 'queued',
    counts: true,
    leg: next ?? legIndex,
    transients: 0,
    ...why,
  });
}

/** What a block is sent with. */
interface Sending {
  /** The claim that took it. */
  claim: string;
  pacers: Pacers;
  /** The place on the wire that its first request has; null = it has none. */
  room: Room | null;
  /** Results of the same block that needed no request. */
  decided: readonly AttemptResult[];
  /** An earlier request of these attempts may have been taken. */
  inDoubt?: true;
  /** Told once nothing of the block waits to leave any more: its requests have been made, or given up. */
  onLeft?(): void;
}

/** Submits a block over its gateway, at its rate, and writes what became of it. */
async function submitBlock(
  run: DispatchRun,
  legIndex: number,
  gateway: DispatchGateway,
  block: readonly ClaimedMessage[],
  { claim, pacers, room, decided, inDoubt, onLeft }: Sending,
): Promise<LegPass> {
  const results: AttemptResult[] = [...decided];
  const refusals: Submission[] = [];
  const timeout = sharedTimeout();
  const requests: Promise<void>[] = [];
  const pass: LegPass = { moved: 0, busyMs: null };
  let failure: unknown;
  let hasPlace = room !== null;
  let paces = true;
  const exchange = async (pacer: Pacer, part: readonly ClaimedMessage[]): Promise<void> => {
    try {
      const submission = await submit(run, gateway, part, timeout());
      const { answers } = submission;
      if (answers.some(({ ok }) => !ok)) refusals.push(submission);
      part.forEach((message, i) =>
        results.push(interpretFor(run, legIndex, gateway, message, answers[i]!, inDoubt === true)),
      );
      const asked = longestHold(answers);
      // What the breaker holds back was never asked for by the provider, and is to take another gateway.
      if (asked !== null && !gateway.isOpen()) {
        await Promise.all([gateway.pause(asked.ms, asked.reason), pacer.slowDown()]);
      }
    } catch (error) {
      // A defect of ours: what is known of the others is written first.
      failure ??= error;
    } finally {
      gateway.inFlight.release();
    }
  };
  for (const { pacer, messages: part, soon } of pacers.parts(block)) {
    let may = paces && pass.busyMs === null && !run.stopping.aborted;
    try {
      const turn = may && pacer.next(part.length, soon);
      may = turn === true || (await turn);
    } catch (error) {
      // No rate can be kept without Postgres: what has not left is given back.
      may = paces = false;
      failure ??= error;
    }
    if (may && !hasPlace) may = await takePlace(run, gateway, room?.rank ?? URGENT_RANK);
    if (may) {
      hasPlace = false;
      requests.push(exchange(pacer, part));
      continue;
    }
    // Held for long, its legs are looked at anew: perhaps another gateway takes what is left.
    if (!run.stopping.aborted && !isHeld(gateway)) {
      pass.busyMs ??= Math.max(MIN_BUSY_MS, pacer.awayMs, gateway.retryMs(run.urgent));
    }
    // What is in doubt stays so: its owner is gone with this run, and the next one takes it over.
    if (inDoubt !== true) for (const message of part) results.push(notSent(legIndex, message));
  }
  if (hasPlace) gateway.inFlight.release();
  onLeft?.();
  await Promise.all(requests);
  const refusal = results.find(stopsGateway);
  if (refusal !== undefined) {
    const reason = refusal.reason ?? 'the provider refused the account';
    await outlastAbsence(() => run.onAccountRefused(gateway, reason));
  }
  // Before the results: whoever finds one finds what was answered.
  await run.answers.keep(run.route.accountId, refusals);
  await recordResults(run, claim, gateway.id, results);
  if (failure !== undefined) throw failure as Error;
  pass.moved = results.filter(({ reason }) => reason !== NOT_SENT).length;
  return pass;
}

/** Messages don't wait this pause out on the gateway. */
const isHeld = ({ hold }: DispatchGateway): boolean => hold.untilMs - performance.now() > HOLD_PATIENCE_MS;

/** The least that a slice stays away from a gateway that has no room. */
const MIN_BUSY_MS = 50;

/** A place on the wire, if there is one soon: behind slow requests a message is better given back than kept. */
async function takePlace(run: DispatchRun, gateway: DispatchGateway, rank: number): Promise<boolean> {
  if (!(await gateway.inFlight.takeWithin(MAX_PACE_MS, rank))) return false;
  if (!run.stopping.aborted) return true;
  gateway.inFlight.release();
  return false;
}
