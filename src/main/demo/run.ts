/** The demo's steps: script the simulator, send, watch, judge. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAttemptWireId } from '../../core/messages/ids';
import { messagesOf, readCampaign, scheduleCampaign, uploadList } from './campaign';
import type { JsonClient } from './client';
import { brokenPromises, difference, type Ledger, type RunResult, type CallbackTotals } from './ledger';
import { Progress, progressLine, waitsFor, type Awaited, type Screen } from './progress';
import { report, type ProviderCounts } from './report';
import type { Target } from './target';
import { readTraces, summariseLegs } from './traces';
import {
  CLEVERTAP_ACCOUNT,
  DEMO_SCRIPT,
  DEMO_SENDER,
  demoTraffic,
  SCHEDULE_AHEAD_MS,
  type DemoRequest,
} from './traffic';

const POLL_MS = 200;
/** Sending takes seconds and the latest receipt comes after ten; the rest is for a slow machine. */
const DEADLINE_MS = 120_000;
/** Longer than the latest receipt; what is open after it waits for something else, such as a scheduled time. */
const EARLIER_DEADLINE_MS = 15_000;

/** The provider's latest submissions that are looked at: more than a run makes. */
const LOOKED_AT = 10_000;

/** All numbers that a run is judged by, read before and after it. */
interface Counts {
  ledger: Ledger;
  callbacks: CallbackTotals;
  provider: ProviderCounts;
}

/**
 * Runs the demo and writes what happens to `screen`.
 * @returns whether every promise held.
 * @throws Error with a sentence when a step can't be done.
 */
export async function runDemo(target: Target, screen: Screen): Promise<boolean> {
  const { api, simulator } = target;
  const say = (line: string) => void screen.write(`${line}\n`);
  const former = await simulator.call<object>('GET', '/control/script');
  await simulator.call('PUT', '/control/script', DEMO_SCRIPT);
  try {
    say(
      `\nThe simulated provider refuses ${percent(DEMO_SCRIPT.senderRefusedShare)} under the sender ID ${DEMO_SENDER}`,
    );
    say(
      `and ${percent(DEMO_SCRIPT.badNumberShare)} of all numbers; its receipts come late, twice, early and out of order.\n`,
    );
    await earlierSettled(target, say);
    const traffic = demoTraffic(new Date());
    const before = await readCounts(target);
    const step = async <T>(label: string, messages: number, what: string, act: () => Promise<T>): Promise<T> => {
      const startedAt = performance.now();
      const result = await act();
      say(`  ${label.padEnd(34)}${String(messages).padStart(5)}   ${what} in ${ms(performance.now() - startedAt)} ms`);
      return result;
    };
    const ids: string[] = [];
    for (const request of traffic.requests) {
      ids.push(...(await step(request.label, request.messages, 'answered', () => send(api, request))));
    }
    const { list } = traffic;
    const upload = await step('a CSV list, uploaded', list.metas.size, 'read', () => uploadList(api, list));
    const dueAt = new Date(Date.now() + SCHEDULE_AHEAD_MS);
    const label = `a campaign to it, due in ${SCHEDULE_AHEAD_MS / 1_000} s`;
    const campaign = await step(label, upload.valid, 'answered', () => scheduleCampaign(api, list, upload.id, dueAt));
    say(
      `  (${upload.rows} rows in the list: ${upload.valid} good, ${upload.duplicates} twice, ${upload.invalid} bad)\n`,
    );

    const total = ids.length + upload.valid;
    const awaited = await watch(target, { total, campaignId: campaign.id }, before, new Progress(screen));
    const change = difference(await readCounts(target), before);
    const listed = await messagesOf(api, list, traffic.madeAt);
    const firstAt = await firstSubmissions(simulator);
    const { state, counts } = await readCampaign(api, campaign.id);
    const result: RunResult = {
      ...change,
      sent: total,
      scheduledLateMs: lateMs(firstAt, ids.slice(-1), traffic.scheduled.dueAt),
      campaign: { state, expected: upload.valid, ledger: counts, lateMs: lateMs(firstAt, listed, dueAt) },
    };
    const broken = [
      ...brokenPromises(result),
      ...(awaited === ''
        ? []
        : [`after ${DEADLINE_MS / 1_000} s it still ${awaited}; follow the rest with GET /api/v1/stats`]),
    ];
    const legs = summariseLegs(await readTraces(api, [...ids, ...listed]));
    say(report({ ...result, provider: change.provider, legs, broken }));
    return broken.length === 0;
  } finally {
    await restore(target, former);
  }
}

const percent = (share: number): string => `${share * 100} %`;
const ms = (duration: number): string => duration.toFixed(0);

/** The generic route's answer, or Mobtexting's. */
interface SendAnswer {
  ids?: string[];
  data?: { id: string | null; status: string }[];
  duplicates?: number[];
}

async function send(api: JsonClient, { label, path, body, messages }: DemoRequest): Promise<string[]> {
  const answer = await api.call<SendAnswer>('POST', path, body);
  const ids = answer.ids ?? (answer.data ?? []).flatMap(({ id, status }) => (id && status !== 'DUPLICATE' ? [id] : []));
  if (ids.length === messages && answer.duplicates === undefined) return ids;
  throw new Error(`Of ${label} not all was accepted: ${JSON.stringify(answer).slice(0, 500)}`);
}

/** Gives messages and callbacks of before some time to end, so that they aren't taken for this run's. */
async function earlierSettled(target: Target, say: (line: string) => void): Promise<void> {
  const giveUpAt = performance.now() + EARLIER_DEADLINE_MS;
  for (let waited = false; ; waited = true) {
    const { open } = await readLedger(target.api);
    const isSettled = open === 0 && !(await hasUntold(target));
    if (isSettled || performance.now() > giveUpAt) return;
    if (!waited) say('  Earlier messages are still under way: waiting for them first.\n');
    await sleep(POLL_MS);
  }
}

/** Whether the simulated CleverTap is still to hear of something; other webhooks may be dead for all the demo cares. */
async function hasUntold({ api, simulatorUrl }: Target): Promise<boolean> {
  const webhooks = await api.call<{ items: { id: string; url: string }[] }>('GET', '/api/v1/webhooks');
  for (const { id } of webhooks.items.filter(({ url }) => url.startsWith(`${simulatorUrl}/clevertap/`))) {
    for (const state of ['pending', 'sending']) {
      const waiting = `/api/v1/callbacks?webhookId=${id}&state=${state}&limit=1`;
      if ((await api.call<{ items: unknown[] }>('GET', waiting)).items.length > 0) return true;
    }
  }
  return false;
}

/** Shows progress until everything is settled and told. @returns what the deadline found still awaited; '' = nothing */
async function watch(
  { api, simulator }: Target,
  { total, campaignId }: { total: number; campaignId: string },
  before: Counts,
  progress: Progress,
): Promise<string> {
  const giveUpAt = performance.now() + DEADLINE_MS;
  for (;;) {
    const ledger = difference(await readLedger(api), before.ledger);
    const settled = ledger.accepted - Math.max(0, ledger.open);
    const told = (await readTold(simulator)).records - before.callbacks.records;
    const awaited: Awaited = {
      open: Math.max(ledger.open, total - ledger.accepted),
      untold: Math.max(0, Math.min(settled, total) - told),
      campaignState: ledger.open > 0 ? 'running' : (await readCampaign(api, campaignId)).state,
    };
    const line = progressLine(ledger, total);
    const words = waitsFor(awaited);
    if (words === '' || performance.now() > giveUpAt) {
      progress.end(line);
      return words;
    }
    // While messages leave and end, the numbers say it all.
    progress.show(awaited.open > 0 ? line : `${line} · ${words}`, performance.now());
    await sleep(POLL_MS);
  }
}

const readLedger = async (api: JsonClient): Promise<Ledger> =>
  (await api.call<{ ledger: Ledger }>('GET', '/api/v1/stats')).ledger;

const readTold = (simulator: JsonClient): Promise<CallbackTotals> =>
  simulator.call<CallbackTotals>('GET', `/control/clevertap?account=${CLEVERTAP_ACCOUNT}`);

async function readCounts({ api, simulator }: Target): Promise<Counts> {
  const [ledger, callbacks, provider] = await Promise.all([
    readLedger(api),
    readTold(simulator),
    simulator.call<ProviderCounts>('GET', '/control/counts'),
  ]);
  const { submissions, duplicateIds, receipts } = provider;
  return { ledger, callbacks, provider: { submissions, duplicateIds, receipts: { sent: receipts.sent } } };
}

/** When each message first reached the provider, by its own clock, which is this machine's: message id → epoch ms. */
async function firstSubmissions(simulator: JsonClient): Promise<Map<string, number>> {
  const { messages } = await simulator.call<{ messages: { messageId: string; times: string[] }[] }>(
    'GET',
    `/control/messages?limit=${LOOKED_AT}`,
  );
  const first = new Map<string, number>();
  for (const { messageId, times } of messages) {
    const id = parseAttemptWireId(messageId)?.messageId;
    if (id === undefined) continue;
    first.set(id, Math.min(first.get(id) ?? Number.POSITIVE_INFINITY, ...times.map((time) => Date.parse(time))));
  }
  return first;
}

/** How late the first of these messages was; undefined when none was seen. */
function lateMs(firstAt: ReadonlyMap<string, number>, ids: readonly string[], dueAt: Date): number | undefined {
  const times = ids.flatMap((id) => firstAt.get(id) ?? []);
  return times.length === 0 ? undefined : Math.min(...times) - dueAt.getTime();
}

/** An interrupted demo must not leave its refusals behind; a simulator that is gone has forgotten them anyway. */
async function restore({ simulatorUrl }: Target, script: object): Promise<void> {
  // A script of the demo itself was left by one that was killed, and is not worth keeping.
  const former = 'seed' in script && script.seed === DEMO_SCRIPT.seed ? {} : script;
  await fetch(`${simulatorUrl}/control/script`, { method: 'PUT', body: JSON.stringify(former) }).catch(() => undefined);
}
