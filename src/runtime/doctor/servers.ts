/** Asks Postgres and Temporal what the doctor wants to know of them. */
import type { Connection } from '@temporalio/client';
import type { Pool } from 'pg';
import { judgeDatabase, judgeSearchAttributes, judgeTemporal, judgeWorkers } from '../../core/deployment/servers';
import type { Finding } from '../../core/deployment/finding';
import { readClockMs } from '../../store/database';
import { TASK_QUEUES } from '../../workflows/contract';

const TEMPORAL_MS = 2_000;
/** gRPC's code; where nobody listens, connecting is tried again until then. */
const DEADLINE_EXCEEDED = 4;
/** A poll for tasks is a minute long; a poller that was not seen for longer is gone. */
const POLLER_GONE_MS = 90_000;
/** `temporal.api.enums.v1.TaskQueueType`. */
const QUEUE_TYPES = { workflow: 1, activity: 2 } as const;

/** gRPC begins with its code, and ends with notes about name servers. */
const messageOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: unknown };
  const words = message !== undefined && message !== '' ? message : String(code ?? error);
  return words.replace(/^\d+ [A-Z_]+: /, '').replace(/\s*Resolution note:.*$|\.$/g, '').replace(/\.$/, ''); // prettier-ignore
};

/** @param url of the database; its password is not told. */
export async function checkDatabase(pool: Pool, url: string | undefined): Promise<Finding> {
  const beganAt = performance.now();
  const problem = await readClockMs(pool).then(() => null, messageOf);
  return judgeDatabase({ where: placeOf(url), problem, answeredInMs: performance.now() - beganAt });
}

/** `host:port/name` of a connection string. */
function placeOf(url: string | undefined): string {
  if (url === undefined || !URL.canParse(url)) return 'DATABASE_URL';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

interface Temporal {
  connection: Connection;
  namespace: string;
  address: string;
}

/** Whether Temporal answers, and knows the namespace. */
export async function checkTemporal({ connection, namespace, address }: Temporal): Promise<Finding> {
  const told = (error: unknown): string =>
    (error as { code?: unknown }).code === DEADLINE_EXCEEDED ? 'no answer within 2 seconds' : messageOf(error);
  const asked = connection.withDeadline(Date.now() + TEMPORAL_MS, () =>
    connection.workflowService.describeNamespace({ namespace }),
  );
  return judgeTemporal({
    where: `${address} (namespace ${namespace})`,
    problem: await asked.then(() => null, told),
  });
}

export async function checkSearchAttributes(problems: () => Promise<string[]>): Promise<Finding> {
  return judgeSearchAttributes(await problems());
}

/** Which task queues somebody has asked for tasks of late. */
export async function checkWorkers({ connection, namespace }: Temporal, nowMs: number): Promise<Finding> {
  const queues = Object.entries(TASK_QUEUES);
  const found = await connection.withDeadline(Date.now() + TEMPORAL_MS, () =>
    Promise.all(
      queues.map(async ([kind, name]) => {
        const { pollers } = await connection.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name },
          taskQueueType: kind === 'workflows' ? QUEUE_TYPES.workflow : QUEUE_TYPES.activity,
        });
        return {
          name,
          isPolled: (pollers ?? []).some(({ lastAccessTime }) => nowMs - millisOf(lastAccessTime) < POLLER_GONE_MS),
        };
      }),
    ),
  );
  return judgeWorkers({
    idle: found.filter(({ isPolled }) => !isPolled).map(({ name }) => name),
    queues: queues.length,
  });
}

/** Protobuf's timestamp in epoch milliseconds. */
const millisOf = (at: { seconds?: unknown } | null | undefined): number => Number(at?.seconds ?? 0) * 1_000;
