/** The duties of maintenance: what each does in a turn. When they run, `dutyWorkflow` says. */
import type { LoadPseudonyms } from '../../core/accounts/pseudonyms';
import { NIL_UUID } from '../../core/messages/ids';
import type { ErasureKeys } from '../../store/accounts/erasures';
import { forgetIdempotencyKeys } from '../../store/accounts/idempotency';
import { listCountedAccounts, refreshStats } from '../../store/accounts/stats';
import { giveUpUploads, listDeletedUploads, purgeUpload } from '../../store/audience/upload-bytes';
import { listWakeDue } from '../../store/messages/slices';
import { UNCOUNTED_NEWS, type DutyInput, type DutyName, type DutyReport } from '../../workflows/contract';
import { reviewAlerts } from './alerts';
import { restartStranded } from './audit';
import { carryOutErasures } from './erasures';
import { reviewGatewayHealth } from './gateway-health-review';
import { keepPartitions } from './partitions';
import { applyParked, type ParkedDeps } from './receipts';
import { endDisabled, wakeOverdueRelays } from './relays';
import { reviewWebhookHealth } from './webhook-health-review';
import { restartUnsettled } from './restarts';
import { applyRetention } from './retention';
import { startUnstarted } from './starts';
import { Turn, type MaintenanceLog } from './turn';

const WAKES_PER_PAGE = 1_000;
const MAX_WAKE_PAGES = 5;
/** Times that a turn counts slices of an account: some 500,000 messages, half a second of Postgres. */
const REFRESHES_PER_TURN = 5;
/** A slice that is being sent changes all the time: it is counted so often. */
const COUNTED_EVERY_MS = 10_000;
const DELETED_UPLOADS = 100;
/** Rows of a deleted upload that go at once. */
const MAX_PURGED = 100_000;

export interface MaintenanceDeps extends ParkedDeps, Pick<ErasureKeys, 'sealer'> {
  loadPseudonyms: LoadPseudonyms;
  log: MaintenanceLog;
  /** Months after which messages are dropped; undefined = they are kept. */
  keepMonths?: number | undefined;
}

type Duty = (deps: MaintenanceDeps, turn: Turn, cursor: string | null) => Promise<DutyReport>;

const DUTY: Record<DutyName, Duty> = {
  starts: async (deps, turn) => turn.report(await startUnstarted(deps, turn)),
  restarts: restartUnsettled,
  audit: async (deps, turn) => {
    await restartStranded(deps, turn);
    return turn.report();
  },
  wakes: repeatWakes,
  receipts: applyParked,
  relays: async (deps, turn) => {
    await wakeOverdueRelays(deps, turn);
    return turn.report(await endDisabled(deps, turn));
  },
  statistics: countSlices,
  health: async (deps, turn) => {
    await reviewGatewayHealth(deps, turn);
    await reviewWebhookHealth(deps, turn);
    return turn.report();
  },
  alerts: async (deps, turn) => {
    await reviewAlerts(deps, turn);
    return turn.report();
  },
  keys: forgetKeys,
  uploads: purgeUploads,
  retention: async ({ database: { pool } }, turn) => {
    await applyRetention(pool, turn);
    return turn.report();
  },
  erasures: async ({ database, sealer, loadPseudonyms, workflows }, turn) =>
    turn.report(
      await carryOutErasures({ database, keys: { sealer, pseudonyms: await loadPseudonyms() }, workflows }, turn),
    ),
  partitions: async ({ database: { pool }, keepMonths }, turn) =>
    turn.report(await keepPartitions(pool, keepMonths, turn)),
};

/**
 * One turn of a duty.
 * @param stopping aborted when this worker should let go of it.
 * @throws when Postgres or Temporal is away; what else goes wrong is in the report and in the log.
 */
export function runDuty(
  deps: MaintenanceDeps,
  { duty, cursor = null }: DutyInput,
  stopping: AbortSignal,
): Promise<DutyReport> {
  return DUTY[duty](deps, new Turn(duty, deps.log, stopping), cursor);
}

async function repeatWakes({ database: { pool }, workflows }: MaintenanceDeps, turn: Turn, cursor: string | null) {
  let after = cursor ?? NIL_UUID;
  for (let page = 0; page < MAX_WAKE_PAGES && !turn.over; page++) {
    const due = await listWakeDue(pool, after, WAKES_PER_PAGE);
    workflows.wake(due.map((wake) => ({ ...wake, ...UNCOUNTED_NEWS })));
    turn.add(due.length);
    const ofSends = due.filter(({ campaignId }) => campaignId === null);
    if (ofSends.length < WAKES_PER_PAGE) return turn.report();
    after = ofSends.at(-1)!.sliceId;
  }
  return turn.report(false, after);
}

async function countSlices({ database: { pool } }: MaintenanceDeps, turn: Turn) {
  await turn.each(
    await listCountedAccounts(pool),
    (accountId) => `account ${accountId}`,
    async (accountId) => {
      for (let done = false, i = 0; !done && i < REFRESHES_PER_TURN; i++) {
        done = await refreshStats(pool, accountId, COUNTED_EVERY_MS);
      }
    },
  );
  return turn.report();
}

/** The oldest keys first, as many as there is time for: what is left is for the next turn. */
async function forgetKeys({ database: { pool } }: MaintenanceDeps, turn: Turn) {
  const left = await turn.step('idempotency keys', async () => {
    while (await forgetIdempotencyKeys(pool)) if (turn.over) return true;
    return false;
  });
  return turn.report(left);
}

async function purgeUploads({ database: { pool } }: MaintenanceDeps, turn: Turn) {
  await turn.step('abandoned uploads', () => giveUpUploads(pool));
  let left = false;
  await turn.each(
    await listDeletedUploads(pool, DELETED_UPLOADS),
    (id) => `upload ${id}`,
    async (id) => {
      if (!(await purgeUpload(pool, id, MAX_PURGED))) left = true;
    },
  );
  return turn.report(left);
}
