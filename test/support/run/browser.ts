/** Before the tests of the project `browser`: one line where there is no browser, else the servers. */
import type { Config } from '@jest/types';
import { chromiumPath, NO_CHROMIUM } from '../chromium';
import allServers from './all-servers';

export default async function setup(config: Config.GlobalConfig): Promise<void> {
  if (chromiumPath() === undefined) process.stderr.write(`${NO_CHROMIUM}\n`);
  else await allServers(config);
}
