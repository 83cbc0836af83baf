/** The duty `starts`: workflows of what was committed without one, because a crash or an absent Temporal came between. */
import { listUnstartedImports, markImportStarted } from '../../store/audience/upload-rows';
import { listUnstartedCampaigns, noteStartFailure } from '../../store/campaigns/campaigns';
import { startCampaign } from '../../store/campaigns/start';
import type { Database } from '../../store/database';
import { listGroups, type SendGroup } from '../../store/messages/groups';
import { markStarted, takeUnstarted, type DuePlace, type StartableSlice } from '../../store/messages/slices';
import { isTemporalAway, temporalStatus, type Workflows } from '../../workflows/client';
import { toSendInput } from '../../workflows/contract';
import type { Turn } from './turn';

/** What is younger is being started by a living api process. */
export const UNSTARTED_AFTER_MS = 15_000;
const PAGE = 500;
/** Starts that are under way at the same time. */
export const CONCURRENT_STARTS = 8;

export interface StartDeps {
  database: Database;
  workflows: Workflows;
}

export interface GroupStartDeps {
  database: Database;
  workflows: Pick<Workflows, 'startSend'>;
}

/** @param olderThanMs how old it must be; 0 at the start of a process, whose predecessor may have died. */
export async function startUnstarted(deps: StartDeps, turn: Turn, olderThanMs = UNSTARTED_AFTER_MS): Promise<boolean> {
  const slices = await turn.step('slices', () => startSlices(deps, turn, olderThanMs));
  await turn.step('imports', () => startImports(deps, turn, olderThanMs));
  await turn.step('campaigns', () => startCampaigns(deps, turn, olderThanMs));
  return slices ?? false;
}

/** @returns whether some are left. */
async function startSlices(deps: StartDeps, turn: Turn, olderThanMs: number) {
  const { pool } = deps.database;
  for (let after: DuePlace | null = null; !turn.over;) {
    const page = await takeUnstarted(pool, olderThanMs, after, PAGE);
    const started = await startGroups(deps, turn, page);
    // Without the mark a slice that waits for its time would be started again by every turn until then.
    const running = new Set<string | null>(started.map(({ id }) => id));
    const ids = page.filter(({ groupId }) => running.has(groupId)).map(({ id }) => id);
    if (ids.length > 0) await markStarted(pool, ids);
    if (page.length < PAGE) return false;
    after = page.at(-1)!.place;
  }
  return true;
}

async function startImports({ database: { pool }, workflows }: StartDeps, turn: Turn, olderThanMs: number) {
  await turn.each(
    await listUnstartedImports(pool, olderThanMs, PAGE),
    ({ uploadId }) => `upload ${uploadId}`,
    async (upload) => {
      await workflows.startImport(upload);
      await markImportStarted(pool, upload.uploadId);
    },
  );
}

async function startCampaigns({ database: { db }, workflows }: StartDeps, turn: Turn, olderThanMs: number) {
  await turn.each(
    await listUnstartedCampaigns(db, olderThanMs, PAGE),
    ({ id }) => `campaign ${id}`,
    async (campaign) => {
      try {
        await startCampaign(db, campaign, workflows);
      } catch (error) {
        // One that Temporal refuses is refused every time: it is tried less often, and says so.
        if (!isTemporalAway(error)) await noteStartFailure(db, campaign.id, temporalStatus(error));
        throw error;
      }
    },
  );
}

/** Starts the workflows of the groups that these slices are of. @returns the groups whose workflow runs. */
export async function startGroups(
  { database: { pool }, workflows }: GroupStartDeps,
  turn: Turn,
  slices: readonly StartableSlice[],
): Promise<SendGroup[]> {
  return turn.each(
    await listGroups(pool, slices),
    ({ id }) => `group ${id}`,
    (group) => workflows.startSend(toSendInput(group)),
    CONCURRENT_STARTS,
  );
}
