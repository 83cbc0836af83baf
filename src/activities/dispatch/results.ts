/** What became of attempts is known to this run alone until it is written: nothing but the end of the process loses it. */
import { outlastAbsence } from '../../store/database';
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
  const failures: unknown[] = [];
  const write = async (part: readonly AttemptResult[]): Promise<void> => {
    try {
      run.onSettlement(await outlastAbsence(() => writeResults(pool, claim, part)));
    } catch (error) {
      if (part.length === 1) return void failures.push(error);
      const middle = Math.ceil(part.length / 2);
      await write(part.slice(0, middle));
      await write(part.slice(middle));
    }
  };
  if (results.length > 0) await write(results);
  const providerIds = results.flatMap(({ providerId }) => providerId ?? []);
  // A receipt may have overtaken the answer that tells the id it goes by.
  if (providerIds.length > 0) run.onSettlement(await outlastAbsence(() => replayParked(pool, gatewayId, providerIds)));
  if (failures.length > 0) throw failures[0];
}

/** Gives back what a claim took whose answer was lost: it may have been committed, and nothing of it has left. */
export async function giveBack(run: DispatchRun, legIndex: number, gatewayId: string, claim: string): Promise<void> {
  const taken = await outlastAbsence(() => listClaimed(run.database.pool, run.sliceId, claim));
  await recordResults(
    run,
    claim,
    gatewayId,
    taken.map((message) => notSent(legIndex, message)),
  );
}
