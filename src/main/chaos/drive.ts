/** Sends the planned traffic as callers do, and keeps the journal. */
import type { Sender } from './accounts';
import { ask, isOpen, isTaken, type Reply } from './client';
import type { RunClock } from './clock';
import type { Answered, Journal, JournalEntry } from './journal';
import type { PlannedCampaign, Single, TrafficItem, TrafficRecord } from './traffic';

export interface Driver {
  api: string;
  senders: ReadonlyMap<string, Sender>;
  clock: RunClock;
  journal: Journal;
}

const ASK_AGAIN_MS = 3_000;
const MAX_ASKED = 6;
/** A campaign is asked for until it is there: without it nothing of it is tried. */
const MAX_CAMPAIGN_ASKED = 60;
const TRY_MS = 1_000;

/** Resolves when everything was asked for, and each pause of a campaign was ended. */
export async function drive(driver: Driver, items: readonly TrafficItem[]): Promise<void> {
  await Promise.all(
    items.map(async (item) => {
      await driver.clock.reach(item.atMs);
      if (item.kind === 'campaign') await runCampaign(driver, item);
      else await send(driver, item);
    }),
  );
}

async function send(driver: Driver, item: Exclude<TrafficItem, PlannedCampaign>): Promise<void> {
  const { clock, journal } = driver;
  const sender = driver.senders.get(item.party)!;
  const records = item.kind === 'batch' ? item.records : [item.record];
  const entries = note(driver, item, records, null);
  const request = item.kind === 'batch' ? batchOf(sender, item.records) : singleOf(sender, item);
  let reply = await post(driver, sender, request);
  for (let asked = 1; item.asksAgain && isOpen(reply) && asked < MAX_ASKED; asked++) {
    await clock.pause(ASK_AGAIN_MS);
    journal.askedAgain++;
    reply = await post(driver, sender, request);
  }
  for (const entry of entries) entry.answered = answeredBy(reply);
  if (!isTaken(reply) && !isOpen(reply)) journal.odd.push(`${request.path} was answered ${shown(reply)}`);
  // The other contracts have no count in their answers.
  const count = reply.json?.accepted as unknown;
  if (isTaken(reply) && request.path === GENERIC && count !== records.length)
    journal.odd.push(`${records.length} records were answered ${shown(reply)}`);
}

const shown = ({ status, json }: Reply): string => `${status}: ${JSON.stringify(json).slice(0, 200)}`;

const answeredBy = (reply: Reply): Answered => (isTaken(reply) ? 'taken' : isOpen(reply) ? 'open' : 'refused');

function note(
  { clock, journal }: Driver,
  { party }: TrafficItem,
  records: readonly TrafficRecord[],
  campaign: string | null,
): JournalEntry[] {
  const askedAtMs = clock.nowMs();
  const entries = records.map((record): JournalEntry => ({ ...record, party, askedAtMs, answered: 'open', campaign }));
  journal.entries.push(...entries);
  return entries;
}

interface Request {
  path: string;
  body: object;
}

const post = ({ api }: Driver, sender: Sender, { path, body }: Request): Promise<Reply> =>
  ask('POST', `${api}${path}`, body, sender.headers);

const GENERIC = '/clevertap/v1/messages';

const generic = (sender: Sender, { to, meta, text }: TrafficRecord): object => ({
  to,
  body: text,
  mid: meta,
  service: 'T',
  ...sender.record,
});

const batchOf = (sender: Sender, records: readonly TrafficRecord[]): Request => ({
  path: GENERIC,
  body: { listsms: records.map((record) => generic(sender, record)) },
});

function singleOf(sender: Sender, { contract, record }: Single): Request {
  const { to, meta, text } = record;
  switch (contract) {
    case 'generic':
      return { path: GENERIC, body: generic(sender, record) };
    case 'mobtexting':
      return {
        path: '/api/v2/sms/clevertap/send',
        body: new URLSearchParams({ to, message: text, custom: meta, service: 'T', ...sender.record }),
      };
    case 'times-mobile':
      return { path: '/ct/api/v1/message', body: { to, text, corelationid: meta, unicode: 'false', ...sender.record } };
  }
}

async function runCampaign(driver: Driver, item: PlannedCampaign): Promise<void> {
  const { api, clock, journal } = driver;
  const sender = driver.senders.get(item.party)!;
  const entries = note(driver, item, item.records, item.name);
  const url = `${api}/api/v1/campaigns`;
  const { templateid } = sender.record ?? {};
  const campaign = {
    name: item.name,
    message: 'The sale is on.',
    audience: { recipients: item.records.map(({ to, meta }) => ({ to, custom: meta })) },
    ratePerSecond: item.ratePerSecond,
    ...(templateid === undefined ? {} : { dltTemplateId: templateid }),
  };
  const create = (): Promise<Reply> =>
    ask('POST', url, campaign, { ...sender.headers, 'idempotency-key': item.name.replaceAll(' ', '-') });
  let reply = await create();
  // 409: an earlier request is still under way.
  for (let asked = 1; (isOpen(reply) || reply.status === 409) && asked < MAX_CAMPAIGN_ASKED; asked++) {
    await clock.pause(ASK_AGAIN_MS);
    // The key of a request that died with its api is free again after a minute.
    const made = await ask('GET', url, undefined, sender.headers);
    if (!isTaken(made)) continue;
    const known = made.json.items.find(({ name }: { name: string }) => name === item.name);
    journal.askedAgain++;
    reply = known === undefined ? await create() : { status: 200, json: known };
  }
  for (const entry of entries) entry.answered = answeredBy(reply);
  if (!isTaken(reply) && !isOpen(reply)) journal.odd.push(`a campaign was answered ${shown(reply)}`);
  if (!isTaken(reply)) return;
  const id = reply.json.id as string;
  journal.campaigns.set(item.name, { id, party: item.party });
  if (item.pauseAfterMs === null) return;
  await clock.pause(item.pauseAfterMs);
  await pauseCampaign(driver, item, sender, `${url}/${id}`);
}

async function pauseCampaign(
  { clock, journal }: Driver,
  { name, pausedForMs }: PlannedCampaign,
  { headers }: Sender,
  url: string,
): Promise<void> {
  const paused = await ask('POST', `${url}/pause`, {}, headers);
  const answeredAtMs = clock.nowMs();
  // It is over already.
  if (paused.status === 409) return;
  await clock.pause(pausedForMs);
  // A pause that was not answered may hold all the same.
  if (isTaken(paused)) journal.pauses.push({ campaign: name, answeredAtMs, endedAtMs: clock.nowMs() });
  for (;;) {
    const resumed = await ask('POST', `${url}/resume`, {}, headers);
    if (isTaken(resumed) || resumed.status === 409) return;
    if (!isOpen(resumed)) return void journal.odd.push(`a resume was answered ${shown(resumed)}`);
    await clock.pause(TRY_MS);
  }
}
