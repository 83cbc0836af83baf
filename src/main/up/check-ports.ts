import type { Config } from '../../config';
import { portIsFree } from '../embedded/ports';

/**
 * Checks that everything `npm start` is going to listen on is free, before anything is started.
 * @throws Error naming each port in the way and its variable.
 */
export async function checkPorts(config: Config): Promise<void> {
  const wanted: [variable: string, port: number | undefined][] = [
    ['HELIOGRAPH_PORT', config.port],
    ['HELIOGRAPH_METRICS_PORT', config.metricsPort],
    ['HELIOGRAPH_SIMULATOR_PORT', config.simulatorPort],
    ['HELIOGRAPH_TEMPORAL_PORT', config.temporal.address === undefined ? config.temporal.port : undefined],
    ['HELIOGRAPH_TEMPORAL_UI_PORT', config.temporal.address === undefined ? config.temporal.uiPort : undefined],
    ['HELIOGRAPH_POSTGRES_PORT', config.databaseUrl === undefined ? config.postgresPort : undefined],
  ];
  const seen = new Map<number, string>();
  const problems: string[] = [];
  for (const [variable, port] of wanted) {
    if (port === undefined) continue;
    const other = seen.get(port);
    if (other !== undefined) problems.push(`${other} and ${variable} are both ${port}; give them different ports`);
    else if (!(await portIsFree(port))) {
      problems.push(`port ${port} (${variable}) is taken; stop what uses it or set ${variable}`);
    }
    seen.set(port, variable);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
