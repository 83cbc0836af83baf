/** Entry point of the simulator process: vendors and CleverTap's callback endpoint for development and tests. */
import { startSimulator } from '../simulator/server';
import { runProcess } from './lifecycle';

runProcess('simulator', async (config, log) => {
  if (config.simulatorPort === undefined)
    throw new Error('The simulator is switched off: set HELIOGRAPH_SIMULATOR_PORT to a port such as 8090 to run it.');
  return startSimulator({ port: config.simulatorPort, log });
});
