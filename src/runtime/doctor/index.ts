/**
 * The doctor: gathers facts of a deployment and of what accounts have set up, and has them judged
 * (`core/deployment`). The API answers it as `GET /api/v1/doctor`; `heliograph doctor` runs it by itself where the API
 * is away. No check waits longer than some seconds, and none ends another.
 */
import type { Connection } from '@temporalio/client';
import type { Config } from '../../config';
import { masterKeyWeakness } from '../../config/key-strength';
import { fingerprintOf, type MasterKey } from '../../core/accounts/keyring';
import { fail, inOrder, type CheckId, type Finding } from '../../core/deployment/finding';
import { judgeMasterKeys } from '../../core/deployment/machine';
import { judgePartitions, judgeSchema, judgeSealed } from '../../core/deployment/servers';
import type { Database } from '../../store/database';
import { readPartitionsEndMs, readSchemaState, readSealingKeys } from '../../store/schema/looks';
import type { Sealer } from '../../store/seal';
import { accountChecks } from './accounts';
import { checkClock, checkDisk, checkPublicUrl } from './machine';
import { checkDatabase, checkSearchAttributes, checkTemporal, checkWorkers } from './servers';

/** What the doctor looks at; null where it could not be opened at all. */
export interface Patient {
  config: Config;
  keys: readonly MasterKey[];
  database: Pick<Database, 'pool'>;
  sealer: Sealer;
  temporal: { connection: Connection; namespace: string; address: string };
  /** What is wrong with the search attributes; @throws when Temporal can't be asked. */
  searchAttributeProblems(): Promise<string[]>;
  /** Epoch milliseconds of this machine. */
  nowMs(): number;
}

export interface Doctor {
  /** Servers, machine and settings, which all accounts share. */
  deployment(): Promise<Finding[]>;
  /** What an account has set up; null = all accounts. */
  account(accountId: string | null): Promise<Finding[]>;
}

/** A check that throws has found something, too. */
async function guarded(id: CheckId, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return fail(
      id,
      `This could not be looked at: ${message}.`,
      'Mend what the other checks name first, then ask again.',
    );
  }
}

export function createDoctor(patient: Patient): Doctor {
  return {
    async deployment() {
      const [ofDatabase, ofTemporal, ofMachine] = await Promise.all([
        databaseChecks(patient),
        temporalChecks(patient),
        machineChecks(patient),
      ]);
      return inOrder([...ofDatabase, ...ofTemporal, ...ofMachine]);
    },
    account: async (accountId) => inOrder(await accountChecks(patient, accountId)),
  };
}

/** Without a database there is nothing else to look at in it. */
async function databaseChecks(patient: Patient): Promise<Finding[]> {
  const { database, config } = patient;
  const reached = await checkDatabase(database.pool, config.databaseUrl);
  if (reached.state === 'fail') return [reached];
  const { pool } = database;
  const ring = patient.keys.flatMap(({ id, key }) => [...(id === undefined ? [] : [id]), fingerprintOf(key)]);
  const schema = await guarded('schema', async () => judgeSchema(await readSchemaState(pool)));
  // An older schema lacks what the others look at.
  if (schema.state === 'fail') return [reached, schema];
  const others = await Promise.all([
    guarded('partitions', async () =>
      judgePartitions({ untilMs: await readPartitionsEndMs(pool), nowMs: patient.nowMs() }),
    ),
    guarded('sealed', async () => judgeSealed({ sealed: await readSealingKeys(pool), ring })),
    guarded('clock', () => checkClock(pool, patient.nowMs)),
  ]);
  return [reached, schema, ...others];
}

async function temporalChecks({ temporal, searchAttributeProblems }: Patient): Promise<Finding[]> {
  const reached = await checkTemporal(temporal);
  if (reached.state === 'fail') return [reached];
  const others = await Promise.all([
    guarded('search-attributes', () => checkSearchAttributes(searchAttributeProblems)),
    guarded('workers', () => checkWorkers(temporal, Date.now())),
  ]);
  return [reached, ...others];
}

async function machineChecks({ config, keys, database }: Patient): Promise<Finding[]> {
  const facts = keys.map(({ id, key }) => ({ id: id ?? fingerprintOf(key), weakness: masterKeyWeakness(key) }));
  const others = await Promise.all([
    guarded('disk', () => checkDisk(config.dataDir)),
    guarded('public-url', () => checkPublicUrl(config, database.pool)),
  ]);
  return [judgeMasterKeys({ keys: facts, production: config.production }), ...others];
}
