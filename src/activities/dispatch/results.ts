/** What became of attempts is known to this run alone until it is written: nothing but the end of the process loses it. */
import { commitApart } from '../../core/concurrency/commit-apart';
import { outlastAbsence } from '../../store/database';
import { releaseBlock } from '../../store/messages/blocks';
import { suppressRefused } from '../../store/messages/provider-opt-outs';
import { listClaimed } from '../../store/dispatch/claim';
import { writeResults, type AttemptResult } from '../../store/dispatch/results';
import { replayParked } from '../../store/receipts/parked';
import { notSent } from './exchange';
import type { DispatchRun } from './run';

/**
 * Writes the results of a claim, again and again while Postgres is away, and applies receipts that overtook them. One that
 * can't be written is left out, and thrown once the others are.
 */
export async function recordResults(
  run: DispatchRun,
  claim: string,
  gatewayId: string,
  results: readonly AttemptResult[],
): Promise<void> {
  const { pool } = run.database;
  run.taken += results.filter(({ attempt }) => attempt === 'submitted').length;
  const write = async (part: AttemptResult[]): Promise<AttemptResult[]> => {
    // Before what it refused: whoever finds a result finds the opt-out that it told.
    await outlastAbsence(() => suppressRefused(pool, gatewayId, part, run.numberHash));
    run.onSettlement(await outlastAbsence(() => writeResults(pool, claim, part)));
    return part;
  };
  // An absent database was outlasted: what fails now is about the results.
  const outcomes = await commitApart(results, write, { failsAll: () => false });
  const providerIds = results.flatMap(({ providerId }) => providerId ?? []);
  // A receipt may have overtaken the answer that tells the id it goes by.
  if (providerIds.length > 0) {
    run.onSettlement(await outlastAbsence(() => replayParked(pool, gatewayId, providerIds, run.numberHash)));
  }
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason as Error;
}

/** Gives back what a claim took whose answer was lost: it may have been committed, and nothing of it has left. */
export async function giveBack(run: DispatchRun, legIndex: number, gatewayId: string, claim: string): Promise<void> {
  const { pool } = run.database;
  await outlastAbsence(() => releaseBlock(pool, claim));
  const taken = await outlastAbsence(() => listClaimed(pool, run.sliceId, claim));
  await recordResults(
    run,
    claim,
    gatewayId,
    taken.map((message) => notSent(legIndex, message)),
  );
}
