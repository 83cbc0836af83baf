/** `npm run demo`: a CleverTap batch, a scheduled send and a scheduled campaign of an uploaded list through the simulator, with the ledger at the end. */
import { readConfig } from '../config';
import { createLogger } from './logging';
import { runDemo } from './demo/run';
import { openTarget } from './demo/target';
import { readEnvironmentFile } from './up/environment-file';

async function main(): Promise<boolean> {
  readEnvironmentFile();
  // Processes that the demo starts would write between its lines; their errors still show.
  process.env.LOG_LEVEL ??= 'error';
  const config = readConfig();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => stopping.abort(new Error('The demo was interrupted.')));
  }
  // Piped into something that has read enough.
  process.stdout.on('error', () => stopping.abort(new Error('The demo was interrupted.')));
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say('Heliograph demo: CleverTap → Heliograph → a simulated provider → its receipts → CleverTap');
  const target = await openTarget(config, createLogger('demo', config.logLevel), say, stopping.signal);
  try {
    return await runDemo(target, process.stdout);
  } finally {
    await target.stop();
  }
}

main().then(
  (holds) => process.exit(holds ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
