/** The whole product in a folder of its own, each part of which can be struck. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LOOPBACK, readConfig } from '../../config';
import { connectDatabase, type Database } from '../../store/database';
import { drawFreePort } from '../embedded/ports';
import { startPostgres } from '../embedded/postgres';
import { startTemporal } from '../embedded/temporal';
import { createLogger } from '../logging';
import { migrate } from '../migrate';
import { childService } from '../up/child';
import { environmentOf, type ChildName } from '../up/child-environment';
import { newAdminKey, newMasterKey, openDataFolder } from '../up/data-folder';
import { Supervisor, type RestartPolicy } from '../up/supervisor';
import { startLink, type Link } from './link';
import type { Target } from './schedule';
import { makeVictim, type Victim } from './victim';

/** What died is back soon, however often it dies: that is not what is tried here. */
const RESTARTS: RestartPolicy = { firstDelayMs: 250, maxDelayMs: 1_000, healthyMs: 60_000 };
const CONNECTIONS = 4;

export interface ChaosStack {
  api: string;
  simulator: string;
  adminKey: string;
  /** Straight to Postgres, past the link. */
  database: Database;
  victims: Record<Target, Victim>;
  links: Record<'temporal' | 'postgres', Link>;
  stop(): Promise<void>;
}

/**
 * Starts Postgres, Temporal, simulator, worker and api, and keeps them running.
 * @param programs the folder of the built entry points `api.js`, `worker.js` and `simulator.js`.
 */
export async function startChaosStack(programs: string): Promise<ChaosStack> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'heliograph-chaos-'));
  const folder = await openDataFolder(dataDir);
  const supervisor = new Supervisor(createLogger('chaos', 'silent'), RESTARTS, folder.record);
  const links: Link[] = [];
  const victims: Victim[] = [];
  let database: Database | undefined;
  const stop = async (): Promise<void> => {
    for (const victim of victims) {
      victim.thaw();
      victim.release();
    }
    await database?.close();
    await supervisor.stop();
    for (const link of links) await link.stop();
    await folder.release();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const strikeable = async (victim: Victim): Promise<Victim> => {
    victims.push(victim);
    await supervisor.start(victim.service);
    return victim;
  };
  try {
    const postgresPort = await drawFreePort();
    let [url, ownerUrl, superuserUrl] = ['', '', ''];
    const startDatabase = async () => {
      const server = await startPostgres({ dataDir, port: postgresPort });
      ({ url, ownerUrl, superuserUrl } = server);
      return server;
    };
    const postgres = await strikeable(makeVictim({ name: 'postgres', start: startDatabase }, listBackends));
    const opened = connectDatabase({ url: superuserUrl, connections: CONNECTIONS, onError: () => undefined });
    database = opened;
    async function listBackends(): Promise<number[]> {
      const { rows } = await opened.pool.query<{ pid: number }>('select pid from pg_stat_activity');
      return rows.map(({ pid }) => pid);
    }
    await migrate(url, ownerUrl);

    const temporalPort = await drawFreePort();
    const temporal = await strikeable(
      makeVictim({
        name: 'temporal',
        start: () =>
          startTemporal({ dataDir, port: temporalPort, uiPort: null, cliPath: readConfig().temporal.cliPath }),
      }),
    );
    const [toPostgres, toTemporal] = [await startLink(postgresPort), await startLink(temporalPort)];
    links.push(toPostgres, toTemporal);
    const throughLink = new URL(url);
    throughLink.port = String(toPostgres.port);
    const env = await ownEnvironment(dataDir, throughLink.href, `${LOOPBACK}:${toTemporal.port}`);
    // They say much while everything around them falls; whoever wants to hear it sets a level.
    const isQuiet = process.env.LOG_LEVEL === undefined;
    const child = async (name: ChildName) => {
      const own = { ...env, HELIOGRAPH_METRICS_PORT: String(await drawFreePort()) };
      return childService(name, path.join(programs, `${name}.js`), environmentOf(name, own), { isQuiet });
    };
    await supervisor.start(await child('simulator'));
    const worker = await strikeable(makeVictim(await child('worker')));
    const api = await strikeable(makeVictim(await child('api')));
    return {
      api: `http://${LOOPBACK}:${env.HELIOGRAPH_PORT}`,
      simulator: `http://${LOOPBACK}:${env.HELIOGRAPH_SIMULATOR_PORT}`,
      adminKey: env.HELIOGRAPH_ADMIN_KEY,
      database: opened,
      victims: { api, worker, temporal, postgres },
      links: { postgres: toPostgres, temporal: toTemporal },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** This process's own settings are not theirs, but for what they log. */
async function ownEnvironment(dataDir: string, databaseUrl: string, temporalAddress: string) {
  return {
    ...process.env,
    NODE_ENV: 'development',
    HELIOGRAPH_DATA_DIR: dataDir,
    HELIOGRAPH_PORT: String(await drawFreePort()),
    HELIOGRAPH_SIMULATOR_PORT: String(await drawFreePort()),
    HELIOGRAPH_ADMIN_KEY: newAdminKey(),
    HELIOGRAPH_MASTER_KEY: newMasterKey(),
    HELIOGRAPH_MASTER_KEYS: '',
    HELIOGRAPH_PUBLIC_URL: '',
    HELIOGRAPH_OUTBOUND_ALLOW: '',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
  };
}
