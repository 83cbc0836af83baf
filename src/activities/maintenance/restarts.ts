/**
 * The duty `restarts`: everything that is open is offered to Temporal again. What has its workflow is left alone; what
 * lost it, with Temporal's data, gets a new one. It begins when its own workflow does, which then is new too.
 */
import { listUnfinishedImports } from '../../store/audience/upload-rows';
import { listUnfinishedCampaigns } from '../../store/campaigns/campaigns';
import { listUnsettled } from '../../store/messages/slices';
import type { DutyReport } from '../../workflows/contract';
import { startCampaign } from '../../store/campaigns/start';
import { startGroups, type StartDeps } from './starts';
import type { Turn } from './turn';

/** Slices that are looked at, open or not. */
const PAGE = 1_000;
const SMALL_PAGE = 200;

/** Its parts in order: the name of each, and the next page of it after a place. Null ends the part. */
type Part = (deps: StartDeps, turn: Turn, after: string | null) => Promise<string | null>;

const PARTS: readonly [name: string, part: Part][] = [
  ['slices', restartSlices],
  ['imports', restartImports],
  ['campaigns', restartCampaigns],
];

/** @param cursor `<part> <place>`; null = from the beginning. */
export async function restartUnsettled(deps: StartDeps, turn: Turn, cursor: string | null): Promise<DutyReport> {
  const [begun = PARTS[0]![0], ...place] = cursor?.split(' ') ?? [];
  let after = place.length === 0 ? null : place.join(' ');
  for (const [name, part] of PARTS.slice(PARTS.findIndex(([known]) => known === begun))) {
    do {
      if (turn.over) return turn.report(true, after === null ? name : `${name} ${after}`);
      // A page that can't be read ends its part; the next pass tries again.
      after = (await turn.step(name, () => part(deps, turn, after))) ?? null;
    } while (after !== null);
  }
  return turn.report();
}

async function restartSlices(deps: StartDeps, turn: Turn, after: string | null) {
  const { slices, last } = await listUnsettled(deps.database.pool, after, PAGE);
  await startGroups(deps, turn, slices);
  return last;
}

async function restartImports({ database: { pool }, workflows }: StartDeps, turn: Turn, after: string | null) {
  const uploads = await listUnfinishedImports(pool, after, SMALL_PAGE);
  await turn.each(
    uploads,
    ({ uploadId }) => `upload ${uploadId}`,
    (upload) => workflows.startImport(upload),
  );
  return uploads.length < SMALL_PAGE ? null : uploads.at(-1)!.uploadId;
}

async function restartCampaigns({ database: { db }, workflows }: StartDeps, turn: Turn, after: string | null) {
  const campaigns = await listUnfinishedCampaigns(db, after, SMALL_PAGE);
  await turn.each(
    campaigns,
    ({ id }) => `campaign ${id}`,
    (campaign) => startCampaign(db, campaign, workflows),
  );
  return campaigns.length < SMALL_PAGE ? null : campaigns.at(-1)!.id;
}
