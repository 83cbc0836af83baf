/** The `commandCampaign` activity: carries out what a person asks of a campaign, with its audit row. Harmless to repeat. */
import {
  ACTION_DONE,
  ACTION_STATES,
  actionProblem,
  isCarriedOut,
  type CampaignState,
} from '../../core/campaigns/campaign';
import type { Kysely } from 'kysely';
import { insertAudit } from '../../store/accounts/audit';
import { changeCampaign, lockCampaign, moveCampaign, type CampaignRow } from '../../store/campaigns/campaigns';
import { clearLookAt, rescheduleSlices } from '../../store/campaigns/slices';
import { readClock, type Database } from '../../store/database';
import { bringPlacesNear } from '../../store/dispatch/rates';
import type { Schema } from '../../store/tables';
import type { CampaignCommand } from '../../workflows/contract';

export interface CommandResult {
  state: CampaignState;
  /** Why nothing was done; null = it was. */
  problem: string | null;
}

/** Nobody waits for the command any more: whoever gave it was told that it was not carried out. */
const GIVEN_UP = 'The command was given up before a worker was there to carry it out';

export async function commandCampaign(
  { db }: Pick<Database, 'db'>,
  campaignId: string,
  command: CampaignCommand,
): Promise<CommandResult> {
  return db.transaction().execute(async (tx) => {
    const row = await lockCampaign(tx, campaignId);
    if (row === null) return { state: 'failed', problem: 'The campaign is gone' };
    // An earlier try of the same activity may have done it.
    if (isCarriedOut(command, row)) return { state: row.state, problem: null };
    const { action, keyId, untilMs, ...detail } = command;
    const refused = (problem: string): CommandResult => ({ state: row.state, problem });
    // The row is locked: whoever gave the command up looks at it behind us.
    if (untilMs !== undefined && (await readClock(tx)).getTime() > untilMs) return refused(GIVEN_UP);
    const done = await carryOut(tx, row, command);
    if (done === null) return refused(actionProblem(action, row.state) ?? `The campaign is ${row.state} by now`);
    await clearLookAt(tx, campaignId);
    const actor = { accountId: done.account_id, keyId };
    await insertAudit(tx, actor, { action: `campaign.${ACTION_DONE[action]}`, subject: campaignId, detail });
    return { state: done.state, problem: null };
  });
}

/** @param row locked by the transaction. */
async function carryOut(tx: Kysely<Schema>, row: CampaignRow, command: CampaignCommand): Promise<CampaignRow | null> {
  const { id } = row;
  switch (command.action) {
    case 'pause':
      return moveCampaign(tx, id, 'paused', { reason: null }, ACTION_STATES.pause);
    case 'resume': {
      // One that had not begun waits for its time again; the next survey begins it when that has come.
      const begun = row.started_at === null ? 'scheduled' : 'running';
      const decided = row.reason === null ? {} : { self_pausing: false };
      const next = row.unprepared ? 'preparing' : begun;
      return moveCampaign(tx, id, next, { reason: null, resumed: true, ...decided }, ACTION_STATES.resume);
    }
    case 'cancel':
      return moveCampaign(tx, id, 'cancelled', { reason: null }, ACTION_STATES.cancel);
    case 'reschedule': {
      const dueAt = new Date(command.dueAtMs);
      const zone = command.timezone === undefined ? {} : { timezone: command.timezone };
      const change = { due_at: dueAt, reason: null, forecast: null, ...zone };
      const changed = await changeCampaign(tx, id, change, ACTION_STATES.reschedule);
      if (changed !== null) await rescheduleSlices(tx, id, dueAt);
      return changed;
    }
    case 'setRate': {
      const changed = await changeCampaign(tx, id, { rate_per_second: command.ratePerSecond }, ACTION_STATES.setRate);
      if (changed !== null) await bringPlacesNear(tx, id);
      return changed;
    }
  }
}
