/** Entry point of the worker process. */
import { isIP } from 'node:net';
import { Runtime } from '@temporalio/worker';
import { startWorker } from '../runtime/worker';
import { runProcess } from './lifecycle';
import { temporalLogger } from './logging/temporal';

runProcess('worker', async (config, logger) => {
  const host = isIP(config.metricsBind) === 6 ? `[${config.metricsBind}]` : config.metricsBind;
  Runtime.install({
    // The lifecycle stops the workers; Temporal's own handlers would race it.
    shutdownSignals: [],
    logger: temporalLogger(logger),
    telemetryOptions: { metrics: { prometheus: { bindAddress: `${host}:${config.metricsPort}` } } },
  });
  const worker = await startWorker(config, logger);
  // A worker that fails for good is restarted by its supervisor.
  worker.done.catch((error: unknown) => {
    logger.fatal({ err: error }, 'the worker failed');
    process.exit(1);
  });
  return worker;
});
