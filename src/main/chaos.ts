/**
 * `npm run chaos [-- --seed N] [-- --minutes M]`: kills, freezes and cuts off api, worker, Temporal and Postgres at random
 * under mixed traffic of several accounts, then holds our ledger, what the simulated vendors saw and what CleverTap heard
 * against each other. The same seed and minutes strike and send the same again. Exits 1 when a promise did not hold.
 */
import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { reportLines } from './chaos/report';
import { runChaos, type ChaosSettings } from './chaos/run';

const MINUTES = 5;
/** Of some 2,100 messages each: the simulator keeps 50,000 in mind. */
const MAX_MINUTES = 20;
const MINUTE_MS = 60_000;

function readSettings(): ChaosSettings {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string' } } });
  const seed = Number(values.seed ?? randomInt(1_000_000));
  const minutes = Number(values.minutes ?? MINUTES);
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0');
  if (!(minutes >= 1 && minutes <= MAX_MINUTES)) throw new Error(`--minutes must be a number from 1 to ${MAX_MINUTES}`);
  return {
    seed,
    durationMs: minutes * MINUTE_MS,
    gapMs: [4_000, 16_000],
    longestMs: { kill: 60_000, freeze: 15_000, cut: 15_000 },
    singles: Math.round(20 * minutes),
    batches: Math.round(2 * minutes),
    batchSize: 20,
    campaigns: Math.round(minutes),
    campaignSize: 200,
    campaignRatePerSecond: 20,
    passwords: Math.round(60 * minutes),
    quietPasswords: 10,
    receiptDeadlineSeconds: { 'our ids': 240, 'can be asked': 150, 'its own': 150 },
    settleMs: 8 * MINUTE_MS,
    timed: true,
  };
}

async function main(): Promise<boolean> {
  const settings = readSettings();
  const stopping = new AbortController();
  // Every item of the traffic waits for its moment, or for the end of all.
  setMaxListeners(0, stopping.signal);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => stopping.abort(new Error('The run was interrupted.')));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const { figures, breaches } = await runChaos(settings, __dirname, say, stopping.signal);
  for (const line of reportLines(figures, breaches)) say(line);
  return breaches.length === 0;
}

main().then(
  (holds) => process.exit(holds ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`chaos: ${error.message}\n`);
    process.exit(1);
  },
);
