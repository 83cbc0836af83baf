/** `npm start`: the whole product as supervised processes on this machine, until a signal ends it. */
import { ConfigError, readConfig, readMistakes } from '../config';
import { createLogger, secretsOf, sentenceOf } from './logging';
import { banner } from './up/banner';
import { readEnvironmentFile } from './up/environment-file';
import { startStack } from './up/stack';

const IMPATIENT_AFTER_MS = 1_000;

/** Runs until a signal ends it, and ends the process. @throws Error with a sentence when it can't start. */
export async function up(): Promise<void> {
  const fromFile = readEnvironmentFile();
  const config = readConfig();
  const logger = createLogger('up', config.logLevel, { secrets: secretsOf(config) });
  if (fromFile.length > 0) logger.info(`.env says ${fromFile.join(', ')}`);
  for (const mistake of readMistakes()) logger.warn(mistake);
  const stopping = new AbortController();
  let firstSignalAt = Infinity;
  const stopRequested = new Promise<void>((resolve) => {
    // Whoever forked this process (the demo, the bench, a test) is gone.
    process.on('disconnect', () => {
      stopping.abort(new Error('stopped'));
      resolve();
    });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // A later one wants it now: closed channels and guards end what is left. npm passes Ctrl-C on, so it comes twice.
        if (Date.now() - firstSignalAt > IMPATIENT_AFTER_MS) process.exit(1);
        firstSignalAt = Math.min(firstSignalAt, Date.now());
        stopping.abort(new Error('stopped'));
        resolve();
      });
    }
  });
  try {
    const stack = await startStack(config, logger, stopping.signal);
    process.stdout.write(banner(config, stack.adminKey));
    await stopRequested;
    logger.info('stopping');
    await stack.stop();
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  }
  process.exit(0);
}

if (require.main === module) {
  up().catch((error: unknown) => {
    const message = error instanceof ConfigError ? error.message : sentenceOf(error);
    process.stderr.write(`${message}\n`);
    process.exit(1);
  });
}
