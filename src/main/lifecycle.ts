/** The life of a process: start, tell the supervisor, stop once, never linger. Shared by api, worker and simulator. */
import { ConfigError, readConfig, readMistakes, type Config } from '../config';
import { createLogger, secretsOf, sentenceOf, type Logger } from './logging';

/** How long `stop` may take before the process ends anyway. */
const STOP_DEADLINE_MS = 10_000;

/** A started process. */
export interface RunningProcess {
  /** Finishes what is in hand and releases everything. */
  stop(): Promise<void>;
}

/** What a supervised process says to its supervisor over the IPC channel. */
export type LifecycleMessage = { type: 'ready' } | { type: 'failed'; message: string };

/**
 * Runs a process to its end. It stops on SIGTERM, SIGINT and when its supervisor dies. A failing start ends it with exit
 * code 1 and one sentence: to the supervisor when there is one, else on standard error.
 * @param name `api`, `worker` or `simulator`.
 */
export function runProcess(name: string, start: (config: Config, logger: Logger) => Promise<RunningProcess>): void {
  void run(name, start).catch(async (error: unknown) => {
    // A wrong setting is told as it is, except for secrets.
    const message = error instanceof ConfigError ? error.message : sentenceOf(error);
    if (process.connected) await notifySupervisor({ type: 'failed', message });
    else process.stderr.write(`${name} could not start: ${message}\n`);
    process.exit(1);
  });
}

async function run(name: string, start: (config: Config, logger: Logger) => Promise<RunningProcess>): Promise<void> {
  const config = readConfig();
  const logger = createLogger(name, config.logLevel, { secrets: secretsOf(config) });
  // Node itself would print the error with all its properties.
  for (const [event, what] of [
    ['unhandledRejection', 'unhandled rejection'],
    ['uncaughtException', 'uncaught exception'],
  ] as const) {
    process.on(event, (reason: unknown) => {
      logger.fatal({ err: reason }, what);
      process.exit(1);
    });
  }
  // Its supervisor has told them already.
  if (!process.connected) for (const mistake of readMistakes()) logger.warn(mistake);
  // Listened to before the start, which may take seconds.
  const stopRequested = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    process.on('disconnect', () => resolve('the supervisor is gone'));
  });
  void stopRequested.then(() => {
    setTimeout(() => {
      logger.error({ deadlineMs: STOP_DEADLINE_MS }, 'could not stop in time');
      process.exit(1);
    }, STOP_DEADLINE_MS).unref();
  });

  const running = await start(config, logger);
  logger.info('ready');
  if (process.connected) await notifySupervisor({ type: 'ready' });
  const reason = await stopRequested;
  logger.info({ reason }, 'stopping');
  try {
    await running.stop();
  } catch (error) {
    logger.error({ err: error }, 'could not stop cleanly');
    process.exit(1);
  }
  logger.info('stopped');
  process.exit(0);
}

/** Sends a message to the supervisor. Resolves when it is written, or the supervisor is gone. */
function notifySupervisor(message: LifecycleMessage): Promise<void> {
  return new Promise((resolve) => {
    process.once('disconnect', resolve);
    process.send!(message, undefined, {}, () => resolve());
  });
}
