/** Entry point of the worker process. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { startWorker } from '../runtime/worker';
import { runProcess } from './lifecycle';

runProcess('worker', async (config, logger) => {
  Runtime.install({
    // The lifecycle stops the workers; Temporal's own handlers would race it.
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (level === 'ERROR') logger.error({ meta }, message);
      else logger.warn({ meta }, message);
    }),
    telemetryOptions: { metrics: { prometheus: { bindAddress: `127.0.0.1:${config.metricsPort}` } } },
  });
  const worker = await startWorker(config, logger);
  // A worker that fails for good is restarted by its supervisor.
  worker.done.catch((error: unknown) => {
    logger.fatal({ err: error }, 'the worker failed');
    process.exit(1);
  });
  return worker;
});
