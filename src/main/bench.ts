/**
 * `npm run bench [-- --quick] [-- --json] [-- --only control,memory]`: figures of the real stack beside the raw ones of
 * the same run. Phases are printed as they end.
 */
import { parseArgs } from 'node:util';
import { adapterTable } from './bench/adapters';
import { makeBed } from './bench/bed';
import { aimLines } from './bench/aims';
import { emptyFigures, KEYS, rounded, shown, type Figures } from './bench/figures';
import type { Phase } from './bench/phase';
import { measurePause, measureSchedule, measureThrottle } from './bench/phases/control';
import { measureBesideFaults } from './bench/phases/beside';
import { measureFullCycle } from './bench/phases/cycle';
import { measureDispatch } from './bench/phases/dispatch';
import { measureIngress } from './bench/phases/ingress';
import { measureKill } from './bench/phases/kill';
import { measureMemory } from './bench/phases/memory';
import { measureProbes, measureRaw } from './bench/phases/raw';
import { measureReceipts } from './bench/phases/receipts';
import { measureStrangers } from './bench/phases/strangers';
import { measureTenants } from './bench/phases/tenants';
import { FULL, QUICK, type Sizes } from './bench/sizes';

interface Topic {
  phases: readonly Phase[];
  /** Topics whose results it uses. */
  needs?: readonly string[];
  /** Measured on a stack of its own, which nothing has used before. */
  alone?: true;
}

const TOPICS: Record<string, Topic> = {
  raw: { phases: [measureRaw] },
  probes: { phases: [measureProbes] },
  dispatch: { phases: [measureDispatch], needs: ['raw'] },
  tenants: { phases: [measureTenants] },
  // On its own stack: what is in trouble there would be in trouble for hours.
  beside: { phases: [measureBesideFaults], alone: true },
  cycle: { phases: [measureFullCycle] },
  receipts: { phases: [measureReceipts], needs: ['raw', 'dispatch'] },
  ingress: { phases: [measureIngress] },
  // On its own stack: memory that other phases have left free would hide what strangers take.
  strangers: { phases: [measureStrangers], alone: true },
  control: { phases: [measureSchedule, measurePause, measureThrottle] },
  // The last on its stack: what the killed worker had in hand waits for a minute.
  kill: { phases: [measureKill] },
  memory: { phases: [measureMemory], alone: true },
};

interface Run {
  sizes: Sizes;
  figures: Figures;
  say(line: string): void;
  /** Promises that did not hold. */
  problems: string[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string' } },
  });
  const topics = chosenTopics(values.only);
  const say = (line: string): void => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
  const run: Run = { sizes: values.quick ? QUICK : FULL, figures: emptyFigures(), say, problems: [] };
  if (values.only === undefined) for (const line of await adapterTable()) say(line);
  const shared = topics.filter((name) => !TOPICS[name]!.alone);
  if (shared.length > 0) await measure(run, shared);
  for (const name of topics) if (TOPICS[name]!.alone) await measure(run, [name]);
  const { figures, problems } = run;
  const all = Object.fromEntries(KEYS.map((key) => [key, rounded(figures[key])]));
  for (const line of aimLines(figures)) say(line);
  if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
  if (problems.length > 0) throw new Error(problems.join('; '));
}

/** In the order of the table. @throws Error for a name that is not in it. */
function chosenTopics(only: string | undefined): string[] {
  const all = Object.keys(TOPICS);
  if (only === undefined) return all;
  const wanted = only.split(',');
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`--only: ${unknown} is no topic: there are ${all.join(', ')}`);
  const needed = new Set(wanted.flatMap((name) => [...(TOPICS[name]!.needs ?? []), name]));
  return all.filter((name) => needed.has(name));
}

/** Carries out topics on one fresh stack. */
async function measure({ problems, ...run }: Run, topics: readonly string[]): Promise<void> {
  const { figures, say } = run;
  const fail = (problem: string): void => void problems.push(problem);
  say('Starting Postgres, Temporal, simulator, worker and api …');
  const bed = await makeBed();
  try {
    for (const name of topics) {
      const before = { ...figures };
      for (const phase of TOPICS[name]!.phases) await phase({ ...run, bed, fail });
      const fresh = KEYS.filter((key) => figures[key] !== before[key]);
      say(`${name}: ${fresh.map((key) => `${key} ${shown(figures[key])}`).join(', ')}`);
    }
  } finally {
    await bed.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exit(1);
  },
);
