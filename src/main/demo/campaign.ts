/** The demo's campaign: a list is uploaded, and sent at its time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonClient } from './client';
import type { Ledger } from './ledger';
import type { DemoList } from './traffic';

const POLL_MS = 100;
const IMPORT_DEADLINE_MS = 30_000;
/** Metas of the campaign are looked for among so many messages at once. */
const PAGE = 500;

/** What became of the rows of the list. */
export interface ListCounts {
  rows: number;
  valid: number;
  invalid: number;
  duplicates: number;
}

/** The part of a campaign's answer that the demo shows and judges. */
export interface CampaignAnswer {
  id: string;
  state: string;
  counts: Ledger;
}

/**
 * Uploads the list and waits until its rows are read.
 * @throws Error with a sentence when it can't be read.
 */
export async function uploadList(api: JsonClient, list: DemoList): Promise<ListCounts & { id: string }> {
  const giveUpAt = performance.now() + IMPORT_DEADLINE_MS;
  const { id } = await api.upload<{ id: string }>('/api/v1/uploads?name=demo', list.csv);
  for (;;) {
    const upload = await api.call<ListCounts & { id: string; state: string; reason?: string }>(
      'GET',
      `/api/v1/uploads/${id}`,
    );
    if (upload.state === 'ready') return upload;
    if (upload.state === 'failed') throw new Error(`The list could not be read: ${upload.reason}`);
    if (performance.now() > giveUpAt) throw new Error(`The list was not read within ${IMPORT_DEADLINE_MS / 1_000} s.`);
    await sleep(POLL_MS);
  }
}

/** Schedules a campaign to an uploaded list. */
export async function scheduleCampaign(
  api: JsonClient,
  list: DemoList,
  uploadId: string,
  dueAt: Date,
): Promise<CampaignAnswer> {
  const { name, message, sender } = list;
  const body = { name, message, sender, service: 'T', audience: { uploadId }, time: dueAt.toISOString() };
  return api.call('POST', '/api/v1/campaigns', body);
}

export function readCampaign(api: JsonClient, id: string): Promise<CampaignAnswer> {
  return api.call('GET', `/api/v1/campaigns/${id}`);
}

/** Ids of the messages that carry a meta of the list. @param since when the campaign was made. */
export async function messagesOf(api: JsonClient, list: DemoList, since: Date): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  for (;;) {
    const path = `/api/v1/messages?limit=${PAGE}&from=${since.toISOString()}${cursor}`;
    const { items, nextCursor } = await api.call<{
      items: { id: string; meta: string | null }[];
      nextCursor: string | null;
    }>('GET', path);
    ids.push(...items.filter(({ meta }) => meta !== null && list.metas.has(meta)).map(({ id }) => id));
    if (nextCursor === null) return ids;
    cursor = `&cursor=${nextCursor}`;
  }
}
