/** The `sweep` activity: finds what a crash, or an absent Temporal, left behind, and sets it going again. */
import { listOverdueWebhooks } from '../../store/webhooks/outbox';
import type { Database } from '../../store/database';
import { forgetRecordKeys } from '../../store/messages/accept';
import { forgetIdempotencyKeys } from '../../store/accounts/idempotency';
import { listUnfinishedCampaigns, listUnstartedCampaigns } from '../../store/campaigns/campaigns';
import { startCampaign } from '../../store/campaigns/start';
import { replayFound } from '../../store/receipts/parked';
import { listCountedAccounts, refreshStats } from '../../store/accounts/stats';
import {
  listUnsettled,
  listUnstarted,
  listWakeDue,
  markStarted,
  type StartableSlice,
} from '../../store/messages/slices';
import { listUnfinishedImports, listUnstartedImports, markImportStarted } from '../../store/audience/upload-rows';
import { purgeUploads } from '../../store/audience/upload-bytes';
import type { Workflows } from '../../workflows/client';
import { UNCOUNTED_NEWS } from '../../workflows/contract';
import { NIL_UUID } from '../../core/messages/ids';
import { applyRetention } from './retention';

/** A slice without a workflow is started at this age: older than any start still under way in a living api process. */
const UNSTARTED_AFTER_MS = 15_000;
const OVERDUE_CALLBACK_MS = 90_000;
const MAX_PER_SWEEP = 1_000;
/** Times that one sweep counts slices of an account: some 500,000 messages, half a second of Postgres. */
const REFRESHES_PER_SWEEP = 5;
/** A slice that is being sent changes all the time: it is counted so often, and at once when somebody asks for figures. */
const COUNTED_EVERY_MS = 60_000;
const MAX_RESTARTS = 10_000;
/** Rows of a deleted upload that one sweep removes. */
const MAX_PURGED = 100_000;

export interface SweepDeps {
  database: Database;
  workflows: Workflows;
}

/** @param unstartedAfterMs how old a slice without a workflow must be; 0 at the start of a process. */
export async function sweepOnce(
  { database, workflows }: SweepDeps,
  unstartedAfterMs = UNSTARTED_AFTER_MS,
): Promise<void> {
  const { pool } = database;
  for (const slice of await listUnstarted(pool, unstartedAfterMs, MAX_PER_SWEEP)) {
    await start(workflows, slice);
    // Without the mark a slice that is due next week would be started again by every sweep until then.
    await markStarted(pool, [slice.id]);
  }
  for (const uploadId of await listUnstartedImports(pool, unstartedAfterMs, MAX_PER_SWEEP)) {
    await workflows.startImport({ uploadId });
    await markImportStarted(pool, uploadId);
  }
  for (const campaign of await listUnstartedCampaigns(database.db, unstartedAfterMs, MAX_PER_SWEEP)) {
    await startCampaign(database.db, campaign, workflows);
  }
  const due = await listWakeDue(pool, NIL_UUID, MAX_PER_SWEEP);
  workflows.wake(due.map((owner) => ({ ...owner, ...UNCOUNTED_NEWS })));
  const replayed = await replayFound(pool, MAX_PER_SWEEP);
  workflows.wake(replayed.slices);
  workflows.wakeRelays(replayed.webhookIds);
  workflows.wakeRelays(await listOverdueWebhooks(pool, OVERDUE_CALLBACK_MS));
  await forgetRecordKeys(pool);
  await forgetIdempotencyKeys(pool);
  await purgeUploads(pool, MAX_PURGED);
  await applyRetention(pool);
  await refreshAllStats(database);
}

/**
 * Offers every open slice, import and campaign to Temporal again: one that has its workflow is left alone, one whose
 * workflow went with Temporal's data gets a new one. Once per start of a worker.
 */
export async function restartUnsettled({ database, workflows }: SweepDeps): Promise<void> {
  for (const slice of await listUnsettled(database.pool, MAX_RESTARTS)) await start(workflows, slice);
  for (const uploadId of await listUnfinishedImports(database.pool, MAX_RESTARTS)) {
    await workflows.startImport({ uploadId });
  }
  for (const campaign of await listUnfinishedCampaigns(database.db, MAX_RESTARTS)) {
    await startCampaign(database.db, campaign, workflows);
  }
}

async function refreshAllStats({ pool }: Database): Promise<void> {
  for (const accountId of await listCountedAccounts(pool)) {
    for (let done = false, i = 0; !done && i < REFRESHES_PER_SWEEP; i++) {
      done = await refreshStats(pool, accountId, COUNTED_EVERY_MS);
    }
  }
}

function start(workflows: Workflows, { id, accountId, dueAt, priority }: StartableSlice): Promise<void> {
  return workflows.startSend({ sliceId: id, accountId, dueAtMs: dueAt?.getTime() ?? null, priority });
}
