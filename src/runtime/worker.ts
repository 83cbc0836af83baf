/** The worker process, composed. */
import fs from 'node:fs';
import path from 'node:path';
import { NativeConnection, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { CONCURRENT_LOOKUPS, CONCURRENT_SLICES, createActivities } from '../activities';
import type { Config } from '../config';
import { createHttpClient } from '../outbound/client';
import { createFailureInterceptors } from './activity-failures';
import { temporalSettings } from './temporal';
import { DUTIES, TASK_QUEUES } from '../workflows/contract';
import { createBase, type Base, type RuntimeLog } from './base';

const WORKER_CONNECTIONS = 16;
/** Its statements take a block each; one that takes so long, or that a frozen Postgres never answers, is tried again. */
const WORKER_STATEMENT_MS = 120_000;
/** Sockets to one provider or webhook host; a gateway's `maxInFlight` bounds it further. */
const MAX_CONNECTIONS_PER_ORIGIN = 1_000;

export interface RunningWorker {
  stop(): Promise<void>;
  /** Rejects when a worker fails for good. */
  done: Promise<void>;
}

/** A workflow bundle that the build made; else workers bundle at their start, which takes seconds. */
const PREBUILT_BUNDLE = path.join(__dirname, '../workflow-bundle.js');

/** Relays mostly wait for answers: with few places, some dead endpoints would hold them all. */
const CONCURRENT_RELAYS = 500;
/** An import keeps a core busy. */
const CONCURRENT_IMPORTS = 4;
const CONCURRENT_CONTROLS = 10;
/** A person waits for each, for seconds at most. */
const CONCURRENT_TESTS = 20;
/** One turn of each duty at a time. */
const CONCURRENT_DUTIES = Object.keys(DUTIES).length;
const MAINTENANCE_CONNECTIONS = 4;
/** Below the time-out of a turn: a second one must not meet statements of the first. */
const MAINTENANCE_STATEMENT_MS = 300_000;
/** A duty that somebody ended runs again after this. */
const ENSURE_MAINTENANCE_MS = 60_000;
const MAX_CACHED_WORKFLOWS = 500;
/** In-flight provider requests get this long to be answered and written when the process stops. */
const SHUTDOWN_GRACE = '5s';
/** Heartbeats are told so often, whatever their time-out: several have to be lost before a worker counts as dead. */
const HEARTBEAT_INTERVAL = '10s';
/** What workers are a version of, in Temporal. */
const WORKER_DEPLOYMENT = 'heliograph';
/** How long a workflow's next task waits for the worker that has it in memory, when that one may have died. */
const STICKY_TIMEOUT = '2s';

export async function startWorker(
  config: Config,
  log: RuntimeLog,
  workflowBundle?: WorkflowBundleOption,
): Promise<RunningWorker> {
  const base = createBase(config, log, {
    connections: WORKER_CONNECTIONS,
    statementTimeoutMs: WORKER_STATEMENT_MS,
  });
  const http = createHttpClient({ allow: config.outboundAllow, maxConnectionsPerOrigin: MAX_CONNECTIONS_PER_ORIGIN });
  const { namespace, options } = temporalSettings(config.temporal);
  const connection = await NativeConnection.connect(options);
  const maintenance = base.connect({
    connections: MAINTENANCE_CONNECTIONS,
    statementTimeoutMs: MAINTENANCE_STATEMENT_MS,
  });
  const { publicUrl, keepMonths } = config;
  const activities = createActivities({ ...base, maintenance, http, publicUrl, keepMonths, log });
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace,
    dataConverter: base.dataConverter,
    interceptors: { activity: [createFailureInterceptors(log)] },
    ...versionOf(config.workerBuildId),
    shutdownGraceTime: SHUTDOWN_GRACE,
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    maxHeartbeatThrottleInterval: HEARTBEAT_INTERVAL,
    shutdownForceTime: '9s',
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
  };
  const activityWorker = (taskQueue: string, maxConcurrentActivityTaskExecutions: number) =>
    Worker.create({ ...common, taskQueue, activities, maxConcurrentActivityTaskExecutions });
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.workflows,
      ...workflowSource(workflowBundle),
      maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
      // Local ones: the first look at what is urgent.
      activities,
      enableNonLocalActivities: false,
      maxConcurrentLocalActivityExecutions: CONCURRENT_SLICES,
      workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 },
    }),
    activityWorker(TASK_QUEUES.transactional, CONCURRENT_SLICES),
    activityWorker(TASK_QUEUES.bulk, CONCURRENT_SLICES),
    activityWorker(TASK_QUEUES.relay, CONCURRENT_RELAYS),
    activityWorker(TASK_QUEUES.audience, CONCURRENT_IMPORTS),
    activityWorker(TASK_QUEUES.control, CONCURRENT_CONTROLS),
    activityWorker(TASK_QUEUES.lookups, CONCURRENT_LOOKUPS),
    activityWorker(TASK_QUEUES.tests, CONCURRENT_TESTS),
    activityWorker(TASK_QUEUES.maintenance, CONCURRENT_DUTIES),
  ]);
  await tellSearchAttributes(base, log);
  await base.workflows.ensureMaintenance();
  // What is open may have lost its workflow while no worker was there to notice.
  await base.workflows.runDutyNow('restarts');
  const ensuring = setInterval(() => {
    base.workflows
      .ensureMaintenance()
      .catch((err: unknown) => log.warn({ err }, 'the duties of maintenance could not be looked after'));
  }, ENSURE_MAINTENANCE_MS);
  const done = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  return {
    done,
    async stop() {
      clearInterval(ensuring);
      for (const worker of workers) {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      }
      await done;
      await connection.close();
      await http.close();
      await base.close();
    },
  };
}

/**
 * A run under way moves on to the version that is current: one may last for months, and recorded histories are replayed
 * before a release.
 */
function versionOf(buildId: string | undefined): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (buildId === undefined) return {};
  const version = { deploymentName: WORKER_DEPLOYMENT, buildId };
  return {
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
  };
}

/** Work goes on without them, but nobody finds it by its account or campaign. */
async function tellSearchAttributes({ workflows }: Base, log: RuntimeLog): Promise<void> {
  try {
    const problems = await workflows.searchAttributeProblems();
    if (problems.length > 0) log.warn({ problems }, 'search attributes are not registered in Temporal');
  } catch (err) {
    log.warn({ err }, 'Temporal could not be asked for its search attributes');
  }
}

function workflowSource(
  bundle: WorkflowBundleOption | undefined,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  if (bundle !== undefined) return { workflowBundle: bundle };
  if (fs.existsSync(PREBUILT_BUNDLE)) return { workflowBundle: { codePath: PREBUILT_BUNDLE } };
  return { workflowsPath: path.join(__dirname, '../workflows') };
}
