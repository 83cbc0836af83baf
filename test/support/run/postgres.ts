/** Before the tests of project `store`. */
import { providePostgres, stopServers } from './servers';

export default async function setup(): Promise<void> {
  await providePostgres().catch(async (error: unknown) => {
    await stopServers();
    throw error;
  });
}
