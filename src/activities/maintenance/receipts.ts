/**
 * The duty `receipts`: parked ones are applied once their attempt is known, and end when they never match, or when their
 * gateway has too many. So do texts that answer nothing of ours.
 */
import { sqlStateOf } from '../../store/database';
import { forgetUnasked } from '../../store/messages/opt-outs';
import {
  forgetUnmatched,
  listOldParked,
  listParkedKnown,
  refuseParked,
  trimUnmatched,
} from '../../store/receipts/parked';
import { applyReceipts, type ReceiptDraft } from '../../store/receipts/receipts';
import type { DutyReport } from '../../workflows/contract';
import type { NumberHash } from '../../core/accounts/pseudonyms';
import type { StartDeps } from './starts';
import type { Turn } from './turn';

export interface ParkedDeps extends StartDeps {
  /** Of numbers, for records of consent. */
  numberHash: NumberHash;
}

const PAGE = 1_000;
/** Pages of old ones that a turn looks at: all systems that share a provider account may report to us. */
const MAX_OLD_PAGES = 5;
const FORGET_AT_ONCE = 5_000;

/** @param cursor where the last turn ended among the old ones. */
export async function applyParked(deps: ParkedDeps, turn: Turn, cursor: string | null): Promise<DutyReport> {
  const { pool } = deps.database;
  await turn.step('recent', async () => apply(deps, turn, await listParkedKnown(pool, PAGE)));
  let last = cursor;
  for (let page = 0; page < MAX_OLD_PAGES && !turn.over; page++) {
    const found = await turn.step('old', () => listOldParked(pool, last, PAGE));
    await turn.step('old', () => apply(deps, turn, found?.receipts ?? []));
    last = found?.last ?? null;
    if (last === null) break;
  }
  const gone = await turn.step('unmatched', () => forgetUnmatched(pool, FORGET_AT_ONCE));
  const trimmed = await turn.step('too many unmatched', () => trimUnmatched(pool, FORGET_AT_ONCE));
  const unasked = await turn.step('unasked texts', () => forgetUnasked(pool, FORGET_AT_ONCE));
  return turn.report([gone, trimmed, unasked].includes(FORGET_AT_ONCE), last);
}

async function apply({ database: { pool }, workflows, numberHash }: ParkedDeps, turn: Turn, receipts: ReceiptDraft[]) {
  const failed = await turn.together(
    receipts,
    ({ dedupe }) => `receipt ${dedupe}`,
    async (part) => {
      const { slices, webhookIds } = await applyReceipts(pool, part, numberHash);
      workflows.wake(slices);
      workflows.wakeRelays(webhookIds);
    },
  );
  for (const { item, error } of failed) await refuseParked(pool, item, `refused: SQLSTATE ${sqlStateOf(error)}`);
}
