/** Api or worker as a process of its own: what a chaos test kills. */
import path from 'node:path';
import { drawFreePort } from '../../src/main/embedded/ports';
import { childService } from '../../src/main/up/child';

const DIST = path.resolve(__dirname, '../../dist/main');

export interface TestProcess {
  /** SIGKILL: nothing is finished, written or said. Resolves when the process is gone; harmless when it is already. */
  kill(): Promise<void>;
}

/** Starts `dist/main/<name>.js` with `env` on top of this process's own; resolves when it is ready. */
export async function startProcess(name: 'api' | 'worker', env: NodeJS.ProcessEnv): Promise<TestProcess> {
  const metricsPort = String(await drawFreePort());
  const whole = { ...process.env, LOG_LEVEL: 'error', HELIOGRAPH_METRICS_PORT: metricsPort, ...env };
  const service = await childService(name, path.join(DIST, `${name}.js`), whole).start();
  let gone = false;
  void service.exited.then(() => (gone = true));
  return {
    async kill() {
      if (!gone) process.kill(service.pid, 'SIGKILL');
      await service.exited;
    },
  };
}
