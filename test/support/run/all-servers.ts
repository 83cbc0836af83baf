/** Before the tests of the projects `flows` and `chaos`. */
import type { Config } from '@jest/types';
import { providePostgres, provideProducts, provideTemporal, stopServers } from './servers';

export default async function setup({ maxWorkers }: Config.GlobalConfig): Promise<void> {
  const settled = await Promise.allSettled([providePostgres(), provideTemporal(maxWorkers), provideProducts()]);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  await stopServers();
  throw failed.reason;
}
