/** The demo's steps: script the simulator, send, watch, judge. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAttemptWireId } from '../../core/ids';
import type { JsonClient } from './client';
import { brokenPromises, difference, type Ledger, type Told } from './ledger';
import { Progress, progressLine, type Screen } from './progress';
import { report, type ProviderCounts } from './report';
import type { Target } from './target';
import { readTraces, summariseLegs } from './traces';
import {
  CLEVERTAP_ACCOUNT,
  DEMO_SCRIPT,
  DEMO_SENDER,
  demoTraffic,
  type DemoRequest,
  type DemoTraffic,
} from './traffic';

const POLL_MS = 200;
/** Sending takes seconds and the latest receipt comes after ten; the rest is for a slow machine. */
const DEADLINE_MS = 120_000;
/** Longer than the latest receipt; what is open after it waits for something else, such as a scheduled time. */
const EARLIER_DEADLINE_MS = 15_000;

/** All numbers that a run is judged by, read before and after it. */
interface Counts {
  ledger: Ledger;
  /** Callbacks that have not reached CleverTap yet. */
  untold: number;
  told: Told;
  provider: ProviderCounts;
}

interface StatsAnswer {
  ledger: Ledger;
  callbacks: { state: string; count: number }[];
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
    await earlierSettled(api, say);
    const before = await readCounts(target);
    const traffic = demoTraffic(new Date());
    const ids: string[] = [];
    for (const request of traffic.requests) {
      const startedAt = performance.now();
      ids.push(...(await send(api, request)));
      say(
        `  ${request.label.padEnd(34)}${String(request.messages).padStart(5)}   answered in ${ms(performance.now() - startedAt)} ms`,
      );
    }
    say('');
    const finished = await watch(api, ids.length, before, new Progress(screen));
    const change = difference(await readCounts(target), before);
    const result = {
      ...change,
      sent: ids.length,
      scheduledLateMs: await scheduledLateMs(simulator, traffic, ids.at(-1)),
    };
    const broken = [
      ...brokenPromises(result),
      ...(finished ? [] : [`the demo gave up after ${DEADLINE_MS / 1_000} s; follow the rest with GET /api/v1/stats`]),
    ];
    say(report({ ...result, legs: summariseLegs(await readTraces(api, ids)), broken }));
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
async function earlierSettled(api: JsonClient, say: (line: string) => void): Promise<void> {
  const giveUpAt = performance.now() + EARLIER_DEADLINE_MS;
  for (let waited = false; ; waited = true) {
    const { ledger, untold } = await readStats(api);
    if ((ledger.open === 0 && untold === 0) || performance.now() > giveUpAt) return;
    if (!waited) say('  Earlier messages are still under way: waiting for them first.\n');
    await sleep(POLL_MS);
  }
}

/** Shows progress until everything is settled and told; false when the deadline came first. */
async function watch(api: JsonClient, total: number, before: Counts, progress: Progress): Promise<boolean> {
  const giveUpAt = performance.now() + DEADLINE_MS;
  for (;;) {
    const now = await readStats(api);
    const ledger = difference(now.ledger, before.ledger);
    const line = progressLine(ledger, total);
    const finished = ledger.accepted >= total && ledger.open <= 0 && now.untold <= before.untold;
    if (finished || performance.now() > giveUpAt) {
      progress.end(line);
      return finished;
    }
    progress.show(line, performance.now());
    await sleep(POLL_MS);
  }
}

async function readStats(api: JsonClient): Promise<Pick<Counts, 'ledger' | 'untold'>> {
  const { ledger, callbacks } = await api.call<StatsAnswer>('GET', '/api/v1/stats');
  const untold = callbacks.filter(({ state }) => state === 'pending' || state === 'sending');
  return { ledger, untold: untold.reduce((sum, { count }) => sum + count, 0) };
}

async function readCounts({ api, simulator }: Target): Promise<Counts> {
  const [stats, told, provider] = await Promise.all([
    readStats(api),
    simulator.call<Told>('GET', `/control/clevertap?account=${CLEVERTAP_ACCOUNT}`),
    simulator.call<ProviderCounts>('GET', '/control/counts'),
  ]);
  const { submissions, duplicateIds, receipts } = provider;
  return { ...stats, told, provider: { submissions, duplicateIds, receipts: { sent: receipts.sent } } };
}

/** By the provider's own clock, which is this machine's. @param id of the scheduled message. */
async function scheduledLateMs(
  simulator: JsonClient,
  { scheduled }: DemoTraffic,
  id: string | undefined,
): Promise<number | undefined> {
  const { messages } = await simulator.call<{ messages: { messageId: string; times: string[] }[] }>(
    'GET',
    `/control/messages?to=${scheduled.to}`,
  );
  const submissions = messages.filter(({ messageId }) => parseAttemptWireId(messageId)?.messageId === id);
  const times = submissions.flatMap((submission) => submission.times.map((time) => Date.parse(time)));
  return times.length === 0 ? undefined : Math.min(...times) - scheduled.dueAt.getTime();
}

/** An interrupted demo must not leave its refusals behind; a simulator that is gone has forgotten them anyway. */
async function restore({ simulatorUrl }: Target, script: object): Promise<void> {
  // What a demo that was killed has left is not worth keeping either.
  const former = 'seed' in script && script.seed === DEMO_SCRIPT.seed ? {} : script;
  await fetch(`${simulatorUrl}/control/script`, { method: 'PUT', body: JSON.stringify(former) }).catch(() => undefined);
}
