/** The doctor beside the API: it opens the deployment of this machine's environment or data folder by itself. */
import { Client } from '@temporalio/client';
import { LOOPBACK, readConfig, readMistakes, type Config } from '../../config';
import { createKeyring, type MasterKey } from '../../core/accounts/keyring';
import { fail, inOrder, type Finding } from '../../core/deployment/finding';
import { judgeSettings } from '../../core/deployment/machine';
import { judgeDatabase } from '../../core/deployment/servers';
import { createDoctor } from '../../runtime/doctor';
import { checkDisk } from '../../runtime/doctor/machine';
import { connectTemporal, temporalSettings } from '../../runtime/temporal';
import { connectDatabase } from '../../store/database';
import { createSealer } from '../../store/seal';
import { createSearchAttributes } from '../../workflows/client/search-attributes';
import { findEmbedded } from '../embedded/find';
import { findMasterKeys } from '../up/master-keys';
import { problemsOf } from './local';

const STATEMENT_MS = 5_000;

/**
 * Checks the settings, and if `deep` also servers, machine, and what all accounts have set up.
 * @param env of the deployment; its data folder is looked for in the working directory.
 */
export async function examine(env: NodeJS.ProcessEnv, deep: boolean): Promise<Finding[]> {
  const problems = problemsOf(env);
  const settings = judgeSettings(problems, readMistakes(env));
  if (!deep || problems.length > 0) return [settings];
  const given = readConfig(env);
  const database = given.databaseUrl === undefined ? await embeddedOf(given) : given.databaseUrl;
  if (typeof database !== 'string') return [settings, database, await checkDisk(given.dataDir)];
  const config = { ...given, databaseUrl: database };
  const keys = keysOf(config);
  if (!Array.isArray(keys)) return inOrder([settings, keys as Finding, await checkDisk(config.dataDir)]);
  return inOrder([settings, ...(await examineWith(config, keys as MasterKey[]))]);
}

/** The URL of the embedded database, or what is wrong with it. */
async function embeddedOf(config: Config): Promise<string | Finding> {
  try {
    return (await findEmbedded(config)).url;
  } catch (error) {
    return judgeDatabase({ where: 'this machine', problem: (error as Error).message, answeredInMs: 0 });
  }
}

function keysOf(config: Config): readonly MasterKey[] | Finding {
  try {
    return findMasterKeys(config);
  } catch (error) {
    return fail('master-key', (error as Error).message, 'Set HELIOGRAPH_MASTER_KEY to the key that was used so far.');
  }
}

async function examineWith(config: Config, keys: readonly MasterKey[]): Promise<Finding[]> {
  const options = { connections: 4, statementTimeoutMs: STATEMENT_MS, onError: () => undefined };
  const database = connectDatabase({ url: config.databaseUrl!, ...options });
  const address = config.temporal.address ?? `${LOOPBACK}:${config.temporal.port}`;
  const settings = temporalSettings({ ...config.temporal, address });
  const { connection, close } = connectTemporal(settings);
  const { namespace } = settings;
  const attributes = createSearchAttributes(new Client({ connection, namespace }), () => undefined);
  const doctor = createDoctor({
    config,
    keys,
    database,
    sealer: createSealer(createKeyring(keys)),
    temporal: { connection, namespace, address: settings.options.address },
    searchAttributeProblems: () => attributes.searchAttributeProblems(),
    nowMs: Date.now,
  });
  try {
    const [deployment, accounts] = await Promise.all([doctor.deployment(), doctor.account(null)]);
    const isAway = deployment.some(({ id, state }) => id === 'database' && state === 'fail');
    // What accounts have can't be looked at without a database, which is told once.
    return [...deployment, ...(isAway ? [] : accounts)];
  } finally {
    await close();
    await database.close();
  }
}
