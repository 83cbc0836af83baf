/** Judges of what the product leans on: Postgres and its schema, Temporal and the workers. Facts in, a finding out. */
import { counted, fail, listOf, ok, warn, type Finding } from './finding';

const DAY_MS = 86_400_000;
/** Partitions are made thirty days ahead; half of that is time enough for a person. */
const SCARCE_PARTITIONS_MS = 15 * DAY_MS;

export interface DatabaseFacts {
  /** `host:port/name`, without a password. */
  where: string;
  /** Why it does not answer; null = it does. */
  problem: string | null;
  answeredInMs: number;
}

export function judgeDatabase({ where, problem, answeredInMs }: DatabaseFacts): Finding {
  if (problem === null) return ok('database', `Postgres at ${where} answers in ${Math.round(answeredInMs)} ms.`);
  return fail(
    'database',
    `Postgres at ${where} does not answer: ${problem}. Nothing can be accepted.`,
    'Start Postgres, or correct DATABASE_URL; embedded Postgres runs while `npm start` does.',
  );
}

export interface SchemaFacts {
  /** Migrations of this version that the database lacks. */
  missing: readonly string[];
  /** Migrations of the database that this version does not know. */
  unknown: readonly string[];
  /** Null when the role may not look. */
  newest: string | null;
}

export function judgeSchema({ missing, unknown, newest }: SchemaFacts): Finding {
  if (newest === null && missing.length === 0) {
    return warn(
      'schema',
      'The role of DATABASE_URL may not see which migrations were applied.',
      'Run `heliograph migrate` once with HELIOGRAPH_DATABASE_OWNER_URL: it lets that role look.',
    );
  }
  if (missing.length > 0) {
    return fail(
      'schema',
      `The schema is behind this version by ${counted(missing.length, 'migration')}: ${listOf(missing)}.`,
      'Run `heliograph migrate`, then start the processes again.',
    );
  }
  if (unknown.length > 0) {
    return warn(
      'schema',
      `A newer version has migrated the database: ${listOf(unknown)}.`,
      'Bring this process to that version; the release before may run beside it for the length of an upgrade only.',
    );
  }
  return ok('schema', `The schema is this version’s (${newest}).`);
}

/** @param facts `untilMs`: epoch milliseconds of the end of the last partition. */
export function judgePartitions({ untilMs, nowMs }: { untilMs: number; nowMs: number }): Finding {
  const day = new Date(untilMs).toISOString().slice(0, 10);
  const remedy =
    'Run `heliograph migrate`, which makes them; then see that a worker runs: its maintenance makes them ahead.';
  if (untilMs <= nowMs) {
    return fail(
      'partitions',
      `The last partition of messages ended on ${day}: nothing can be accepted any more.`,
      remedy,
    );
  }
  if (untilMs - nowMs < SCARCE_PARTITIONS_MS) {
    const days = Math.floor((untilMs - nowMs) / DAY_MS);
    return warn(
      'partitions',
      `The last partition of messages ends on ${day}, in ${counted(days, 'day')}, and no other was made ahead.`,
      remedy,
    );
  }
  return ok('partitions', `Partitions of messages are made up to ${day}.`);
}

/** Values that were sealed with one master key. */
export interface SealingKey {
  /** `gateways.credentials`. */
  column: string;
  keyId: string;
  count: number;
}

/** @param facts `ring`: ids of the keys at hand, and their fingerprints. */
export function judgeSealed({ sealed, ring }: { sealed: readonly SealingKey[]; ring: readonly string[] }): Finding {
  const foreign = sealed.filter(({ keyId }) => !ring.includes(keyId));
  if (foreign.length === 0) {
    const total = sealed.reduce((sum, { count }) => sum + count, 0);
    return ok('sealed', `All ${total} sealed values that were looked at open with the keys at hand.`);
  }
  const keys = [...new Set(foreign.map(({ keyId }) => keyId))];
  const count = foreign.reduce((sum, each) => sum + each.count, 0);
  const columns = [...new Set(foreign.map(({ column }) => column))];
  return fail(
    'sealed',
    `${counted(count, 'value')} of ${listOf(columns)} ${count === 1 ? 'is' : 'are'} sealed with the master key ${listOf(keys)}, which is not in the ring (${listOf(ring)}).`,
    'Add that key to HELIOGRAPH_MASTER_KEYS behind the one in use, start again, then run `heliograph keys reseal`.',
  );
}

export function judgeTemporal({ where, problem }: { where: string; problem: string | null }): Finding {
  if (problem === null) return ok('temporal', `Temporal at ${where} answers.`);
  return fail(
    'temporal',
    `Temporal at ${where} does not answer: ${problem}. What is accepted waits in Postgres, and nothing is sent.`,
    'Start Temporal, or correct TEMPORAL_ADDRESS and its TLS; what waits is sent once it answers.',
  );
}

/** @param problems what is wrong, each with the command that mends it. */
export function judgeSearchAttributes(problems: readonly string[]): Finding {
  if (problems.length === 0) return ok('search-attributes', 'Temporal knows the search attributes.');
  const names = problems.map((problem) => problem.split(' ')[0]!);
  return warn(
    'search-attributes',
    `Temporal does not know ${counted(problems.length, 'search attribute')} as they have to be (${listOf(names)}): workflows run, and nobody finds them by account or campaign.`,
    problems.map((problem) => problem.replace(/^\S+ [^:]*: /, '')).join('; '),
  );
}

/** @param facts `idle`: task queues that no worker has asked for tasks of late. */
export function judgeWorkers({ idle, queues }: { idle: readonly string[]; queues: number }): Finding {
  if (idle.length === 0) return ok('workers', `A worker takes tasks from all ${queues} task queues.`);
  const what =
    idle.length === queues
      ? 'No worker runs: messages are accepted and wait.'
      : `No worker takes tasks from ${listOf(idle)}.`;
  return fail(
    'workers',
    what,
    'Start a worker (`node dist/main/worker.js`, which `npm start` does too), with the same TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and DATABASE_URL.',
  );
}
