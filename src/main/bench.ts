/** `npm run bench [-- --quick] [-- --json]`: figures of the real stack beside the raw ones of the same run. */
import { adapterTable } from './bench/adapters';
import { emptyFigures, KEYS, round, type Figures } from './bench/figures';
import { makeBed, type Bed } from './bench/bed';
import {
  FULL,
  QUICK,
  measureDispatch,
  measureFullCycle,
  measureIngress,
  measureProbes,
  measureRaw,
  measureReceipts,
  type Sizes,
} from './bench/phases';

type Phase = (bed: Bed, sizes: Sizes, figures: Figures) => Promise<void>;

const PHASES: [string, Phase][] = [
  ['raw', measureRaw],
  ['probes', measureProbes],
  ['dispatch', measureDispatch],
  ['full cycle', measureFullCycle],
  ['receipts', measureReceipts],
  ['ingress', measureIngress],
];

async function main(): Promise<void> {
  const options = new Set(process.argv.slice(2));
  const unknown = [...options].find((option) => option !== '--quick' && option !== '--json');
  if (unknown !== undefined) throw new Error(`${unknown} is not an option: there are --quick and --json`);
  const sizes = options.has('--quick') ? QUICK : FULL;
  const json = options.has('--json');
  const say = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`);

  const figures = emptyFigures();
  for (const line of await adapterTable()) say(line);
  say('Starting Postgres, Temporal, simulator, worker and api …');
  const bed = await makeBed();
  try {
    for (const [name, phase] of PHASES) {
      const before = { ...figures };
      await phase(bed, sizes, figures);
      const fresh = KEYS.filter((key) => figures[key] !== before[key]);
      say(`${name}: ${fresh.map((key) => `${key} ${round(figures[key]!)}`).join(', ')}`);
    }
  } finally {
    await bed.stop();
  }
  const rounded = Object.fromEntries(KEYS.map((key) => [key, figures[key] === null ? null : round(figures[key])]));
  if (json) process.stdout.write(`${JSON.stringify(rounded)}\n`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exit(1);
  },
);
