/** The `commandCampaign` activity: carries out what a person asks of a campaign, with its audit row. Harmless to repeat. */
import { ACTION_DONE, ACTION_STATES, actionProblem, type CampaignState } from '../../core/campaigns/campaign';
import type { Kysely } from 'kysely';
import { insertAudit } from '../../store/accounts/audit';
import { changeCampaign, moveCampaign, readCampaign, type CampaignRow } from '../../store/campaigns/campaigns';
import { rescheduleSlices } from '../../store/campaigns/slices';
import type { Database } from '../../store/database';
import type { Schema } from '../../store/tables';
import type { CampaignCommand } from '../../workflows/contract';

export interface CommandResult {
  state: CampaignState;
  /** Why nothing was done; null = it was. */
  problem: string | null;
}

export async function commandCampaign(
  { db }: Pick<Database, 'db'>,
  campaignId: string,
  command: CampaignCommand,
): Promise<CommandResult> {
  return db.transaction().execute(async (tx) => {
    const done = await carryOut(tx, campaignId, command);
    if (done === null) {
      const row = await readCampaign(tx, campaignId);
      const state = row?.state ?? 'failed';
      const problem = isDone(command, state) ? null : (actionProblem(command.action, state) ?? 'The campaign is gone');
      return { state, problem };
    }
    const { action, keyId, ...detail } = command;
    const actor = { accountId: done.account_id, keyId };
    await insertAudit(tx, actor, { action: `campaign.${ACTION_DONE[action]}`, subject: campaignId, detail });
    return { state: done.state, problem: null };
  });
}

/** Whether a command was carried out before: by an earlier try of the same activity. */
function isDone({ action }: CampaignCommand, state: CampaignState): boolean {
  if (action === 'pause') return state === 'paused';
  if (action === 'resume') return state === 'scheduled' || state === 'running';
  return action === 'cancel' && state === 'cancelled';
}

async function carryOut(tx: Kysely<Schema>, id: string, command: CampaignCommand): Promise<CampaignRow | null> {
  switch (command.action) {
    case 'pause':
      return moveCampaign(tx, id, 'paused', { reason: null }, ACTION_STATES.pause);
    case 'resume': {
      const row = await readCampaign(tx, id);
      // A campaign that had not begun waits for its time again; the next survey begins it when that has come.
      const next = row?.started_at == null ? 'scheduled' : 'running';
      const decided = row !== null && row.reason !== null ? { self_pausing: false } : {};
      return moveCampaign(tx, id, next, { reason: null, ...decided }, ACTION_STATES.resume);
    }
    case 'cancel':
      return moveCampaign(tx, id, 'cancelled', { reason: null }, ACTION_STATES.cancel);
    case 'reschedule': {
      const dueAt = new Date(command.dueAtMs);
      const zone = command.timezone === undefined ? {} : { timezone: command.timezone };
      const change = { due_at: dueAt, reason: null, forecast: null, ...zone };
      const row = await changeCampaign(tx, id, change, ACTION_STATES.reschedule);
      if (row !== null) await rescheduleSlices(tx, id, dueAt);
      return row;
    }
    case 'setRate':
      return changeCampaign(tx, id, { rate_per_second: command.ratePerSecond }, ACTION_STATES.setRate);
  }
}
