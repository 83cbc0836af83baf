/** Campaigns as the phases need them: made of an uploaded list, followed to a state, accounted for. */
import { request } from 'undici';
import { campaignWorkflowId } from '../../workflows/contract';
import { waitFor, type Bed } from './bed';
import { CAMPAIGN_TEXT, listFile } from './traffic';

/** The part of a campaign's answer that phases read. */
export interface CampaignView {
  id: string;
  state: string;
  reason: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  counts: Record<'accepted' | 'queued' | 'submitting' | 'submitted' | 'open' | (typeof SETTLED)[number], number>;
}

const SETTLED = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'] as const;
/** States that a campaign of the bench must not end in. */
const DEAD_ENDS = ['failed', 'cancelled'];

/**
 * Uploads a list of fresh recipients and waits until it is read.
 * @returns its id, and the milliseconds that the request and then the import took.
 */
export async function uploadList(
  bed: Bed,
  recipients: number,
  deadlineMs: number,
): Promise<{ id: string; uploadMs: number; importMs: number }> {
  const startedAt = performance.now();
  const { statusCode, body } = await request(`${bed.api}/api/v1/uploads?name=bench`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bed.key}`, 'content-type': 'text/csv' },
    body: listFile(recipients),
    headersTimeout: deadlineMs,
  });
  const answer = await body.text();
  if (statusCode >= 300) throw new Error(`the upload was answered ${statusCode}: ${answer.slice(0, 300)}`);
  const { id } = JSON.parse(answer) as { id: string };
  const uploadedAt = performance.now();
  await waitFor(
    'the upload is read',
    async () => {
      const upload = await bed.call<{ state: string; valid: number }>('GET', `${bed.api}/api/v1/uploads/${id}`);
      if (upload.state === 'failed') throw new Error('the upload failed');
      if (upload.state === 'ready' && upload.valid !== recipients) {
        throw new Error(`of ${recipients} rows ${upload.valid} are valid`);
      }
      return upload.state === 'ready';
    },
    deadlineMs,
  );
  return { id, uploadMs: uploadedAt - startedAt, importMs: performance.now() - uploadedAt };
}

/** Makes a campaign; it starts at once unless `over` says otherwise. @returns its id */
export async function makeCampaign(bed: Bed, audience: object, over: object = {}): Promise<string> {
  const body = { name: 'Bench', message: CAMPAIGN_TEXT, sender: 'HELIOG', service: 'T', audience, ...over };
  return (await bed.call<CampaignView>('POST', `${bed.api}/api/v1/campaigns`, body)).id;
}

export function readCampaign(bed: Bed, id: string): Promise<CampaignView> {
  return bed.call('GET', `${bed.api}/api/v1/campaigns/${id}`);
}

/** Pause, resume, cancel … @throws Error when the answer is no 2xx. */
export function command(bed: Bed, id: string, action: string): Promise<CampaignView> {
  return bed.call('POST', `${bed.api}/api/v1/campaigns/${id}/${action}`);
}

/** Waits for a campaign to be in one of `states`. @throws Error when it ends otherwise, or after the deadline. */
export async function campaignReaches(
  bed: Bed,
  id: string,
  states: readonly string[],
  deadlineMs: number,
): Promise<CampaignView> {
  let campaign = await readCampaign(bed, id);
  await waitFor(
    `the campaign is ${states.join(' or ')}`,
    async () => {
      campaign = await readCampaign(bed, id);
      if (states.includes(campaign.state)) return true;
      if (DEAD_ENDS.includes(campaign.state)) throw new Error(`the campaign is ${campaign.state}: ${campaign.reason}`);
      return false;
    },
    deadlineMs,
  );
  return campaign;
}

/** `accepted = delivered + … + open` in one line. @throws Error when it does not add up. */
export function ledgerLine({ counts }: CampaignView): string {
  const parts = [...SETTLED, 'open'] as const;
  const sum = parts.reduce((total, part) => total + counts[part], 0);
  if (sum !== counts.accepted) throw new Error(`accepted is ${counts.accepted}, but its parts make ${sum}`);
  const shown = parts.filter((part) => counts[part] > 0).map((part) => `${counts[part]} ${part}`);
  return `${counts.accepted} accepted = ${shown.join(' + ')}`;
}

/** What one campaign has cost Temporal, over all runs of its workflow. */
export interface CampaignHistory {
  events: number;
  runs: number;
  /** Processes that carried out its activities. */
  workers: number;
}

export async function readHistory({ temporal }: Bed, campaignId: string): Promise<CampaignHistory> {
  const workers = new Set<string>();
  let events = 0;
  let runs = 0;
  for (let runId: string | undefined, more = true; more; runs++) {
    const history = await temporal.workflow.getHandle(campaignWorkflowId(campaignId), runId).fetchHistory();
    const list = history.events ?? [];
    events += list.length;
    for (const { activityTaskStartedEventAttributes: started } of list) {
      if (started?.identity) workers.add(started.identity);
    }
    const former = list[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    more = Boolean(former);
    runId = former ?? undefined;
  }
  return { events, runs, workers: workers.size };
}
