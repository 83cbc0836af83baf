/** Everything that workflows may call. Workflows import the type only. */
import { ApplicationFailure, Context, metricMeter, type Info } from '@temporalio/activity';
import type { NumberHash } from '../core/accounts/pseudonyms';
import type { HttpClient } from '../outbound/client';
import type { Database } from '../store/database';
import type { Sealer } from '../store/seal';
import type { LoadPseudonyms } from '../core/accounts/pseudonyms';
import { pace } from '../core/concurrency/pace';
import { lookAtOnce, writeLookAt } from '../store/campaigns/slices';
import { releaseHeld } from '../store/dispatch/failover';
import type { Settlement } from '../store/messages/settlement';
import type { CampaignDescription, Workflows } from '../workflows/client';
import { UNCOUNTED_NEWS, type GatewayTestInput, type GatewayTestResult } from '../workflows/contract';
import { createAnswerLog } from './dispatch/answers';
import { advanceSlice, FIRST_RUN_MS, type AdvanceResult, type DispatchDeps } from './dispatch/advance';
import { testGateway } from './dispatch/gateway-test';
import { createGateways } from './dispatch/gateways';
import { importUpload, type UploadCounts } from './audience/upload';
import { GatewayHealthMonitor } from './dispatch/gateway-health';
import { createLookups, type Lookups } from './dispatch/lookups';
import { runDuty } from './maintenance/duties';
import { relayOutbox, type RelayResult } from './relay/relay';
import {
  advanceCampaignSlices,
  createCampaignFollower,
  type CampaignRun,
  type CampaignRunResult,
} from './campaigns/advance';
import { commandCampaign, type CommandResult } from './campaigns/command';
import { forecastCampaign, type ForecastCounts } from './campaigns/forecast';
import { awaitCampaign, makeOccurrence, type Occurrence } from './campaigns/occurrence';
import { prepareCampaign } from './campaigns/prepare';
import { surveyCampaign, type CampaignSurvey } from './campaigns/survey';
import type { CampaignState } from '../core/campaigns/campaign';
import type { CampaignCommand, CampaignInput, DutyInput, DutyReport } from '../workflows/contract';

const HEARTBEAT_MS = 2_000;
/**
 * Slices of either kind that one worker process has in hand at once. Most of them wait for answers, which costs next to
 * nothing; no gateway may have all of them, see `FairShare`.
 */
export const CONCURRENT_SLICES = 200;
/** What comes due within this time after the first is asked about with it: one turn of the workflow instead of many. */
const GATHER_MS = 1_000;
/** The same for slices about which providers are asked. */
export const CONCURRENT_LOOKUPS = 60;

export interface ActivityDeps {
  database: Database;
  /** The same database, over connections that nobody else's statements can use up, nor wait for. */
  maintenance: Database;
  sealer: Sealer;
  /** Of numbers, for records of consent. */
  numberHash: NumberHash;
  loadPseudonyms: LoadPseudonyms;
  http: HttpClient;
  workflows: Workflows;
  /** Base of the callback URLs that providers are given; no trailing slash. */
  publicUrl: string;
  /** Months after which messages are dropped; undefined = they are kept. */
  keepMonths?: number | undefined;
  log: { warn(fields: object, message: string): void };
}

/** A campaign to run as a child workflow, and what is shown of that. */
export interface MadeCampaign extends CampaignInput {
  /** Absent in what an earlier release recorded. */
  shown?: CampaignDescription;
}

export type Activities = ReturnType<typeof createActivities>;

export function createActivities(deps: ActivityDeps) {
  const { dispatch, lookups } = createDispatch(deps);
  return {
    ...dispatchActivities(deps, dispatch, lookups),
    ...campaignActivities(deps, dispatch),

    /** Sends what is due in a webhook's outbox. */
    relay: ({ webhookId }: { webhookId: string }): Promise<RelayResult> =>
      withHeartbeat((stopping) => relayOutbox(deps, webhookId, stopping)),

    /** Brings an upload's import to its end; goes on where an earlier try was cut off. */
    importUpload: ({ uploadId }: { uploadId: string }): Promise<UploadCounts | null> =>
      withHeartbeat((stopping) => importUpload(deps.database.pool, uploadId, stopping, deps.numberHash)),

    /** One turn of a duty of maintenance. */
    runDuty: (input: DutyInput): Promise<DutyReport> =>
      withHeartbeat((stopping) => runCountedDuty(deps, input, stopping)),

    /** What a release before the duties asks for: they do it. */
    sweep: (): Promise<void> => Promise.resolve(),
  };
}

/** What this process dispatches with. */
function createDispatch(deps: ActivityDeps): { dispatch: DispatchDeps; lookups: Lookups } {
  const health = new GatewayHealthMonitor({
    pool: deps.database.pool,
    log: deps.log,
    async onClosed({ id, account_id: accountId }) {
      const held = await releaseHeld(deps.database.pool, accountId, id);
      await lookAtOnce(
        deps.database.pool,
        held.flatMap(({ campaignId }) => campaignId ?? []),
      );
      deps.workflows.wake(held.map((owner) => ({ ...owner, ...UNCOUNTED_NEWS })));
    },
  });
  const gateways = createGateways(deps.database, deps.sealer, deps.publicUrl, health, CONCURRENT_SLICES);
  const lookups = createLookups(
    { database: deps.database, http: deps.http, gateways, numberHash: deps.numberHash, log: deps.log },
    CONCURRENT_LOOKUPS,
  );
  const dispatch: DispatchDeps = {
    database: deps.database,
    http: deps.http,
    gateways,
    answers: createAnswerLog(deps.database.pool, deps.log),
    numberHash: deps.numberHash,
    log: deps.log,
    wakeRelays: (ids: readonly string[]) => deps.workflows.wakeRelays(ids),
  };
  return { dispatch, lookups };
}

/** Of messages. */
function dispatchActivities(deps: ActivityDeps, dispatch: DispatchDeps, lookups: Lookups) {
  /** What look-ups settled wakes relays, and is seen by the workflow that asked for them. */
  const heed = ({ webhookIds }: Settlement): void => deps.workflows.wakeRelays(webhookIds);
  return {
    /** Brings a slice as far as it can go now; safe to run again at any point. */
    advance: ({ sliceId }: { sliceId: string }): Promise<AdvanceResult> =>
      withHeartbeat((stopping) => advanceSlice(dispatch, sliceId, stopping)).then(toCodes),

    /** The same, for as long as a workflow can wait for it: a local activity, without heartbeats. */
    advanceFirst: ({ sliceId }: { sliceId: string }): Promise<AdvanceResult> =>
      advanceSlice(dispatch, sliceId, Context.current().cancellationSignal, null, FIRST_RUN_MS).then(toCodes),

    /**
     * Asks the providers what became of attempts of these slices.
     * @returns in milliseconds, when to go on with what is left; null = nothing is.
     */
    lookUp: ({ sliceIds }: { sliceIds: string[] }): Promise<{ againMs: number | null }> =>
      withHeartbeat(async (stopping) => {
        let againMs: number | null = null;
        await pace(GATHER_MS, stopping);
        for (const sliceId of sliceIds) {
          const ms = await lookups.ask(sliceId, heed, stopping);
          if (ms === null) await writeLookAt(deps.database.pool, sliceId, null);
          else againMs = Math.min(againMs ?? ms, ms);
        }
        return { againMs };
      }),

    /** Sends a test message over a gateway, once. */
    testGateway: (input: GatewayTestInput): Promise<GatewayTestResult> => testGateway(dispatch, input),
  };
}

/** Of campaigns. */
function campaignActivities(deps: ActivityDeps, dispatch: DispatchDeps) {
  const campaigns = createCampaignFollower(deps.database, (err) =>
    deps.log.warn({ err }, 'campaigns could not be read; what was known of them holds'),
  );
  return {
    /** Turns a campaign's audience into messages. */
    prepareCampaign: ({ campaignId }: { campaignId: string }): Promise<CampaignState> =>
      withHeartbeat((stopping) => prepareCampaign(deps, campaignId, stopping)),

    /** Says what a campaign will be, and keeps that with it. */
    forecastCampaign: ({ campaignId }: { campaignId: string }): Promise<ForecastCounts | null> =>
      withHeartbeat((stopping) => forecastCampaign(deps, campaignId, stopping)),

    /** Says what a campaign should do now. */
    surveyCampaign: ({ campaignId, busy }: { campaignId: string; busy: number[] }): Promise<CampaignSurvey> =>
      surveyCampaign(dispatch, campaignId, busy),

    /** Brings slices of a campaign, one after the other, as far as they can go now. */
    advanceCampaignSlices: (run: CampaignRun): Promise<CampaignRunResult> =>
      withHeartbeat((stopping) => advanceCampaignSlices({ ...dispatch, campaigns }, run, stopping)),

    /** Carries out what a person asks of a campaign. */
    commandCampaign: ({
      campaignId,
      command,
    }: {
      campaignId: string;
      command: CampaignCommand;
    }): Promise<CommandResult> => commandCampaign(deps.database, campaignId, command),

    /** Makes the campaign of one time of a series. */
    async makeOccurrence(occurrence: Occurrence): Promise<MadeCampaign | null> {
      const campaign = await makeOccurrence(deps.database, occurrence);
      return campaign === null ? null : { ...campaign, shown: await deps.workflows.describeCampaign(campaign) };
    },

    /** Returns once a campaign has ended; until then it fails and is tried again. */
    awaitCampaign: ({ campaignId }: { campaignId: string }): Promise<void> => awaitCampaign(deps.database, campaignId),
  };
}

/** Why nothing leaves may be in a vendor's words: those stay in Postgres. */
const toCodes = (result: AdvanceResult): AdvanceResult =>
  result.held === null ? result : { ...result, held: 'no-gateway' };

/**
 * Runs a long activity with heartbeats from the clock. When the worker shuts down (or the workflow is cancelled) the
 * work is told to stop, finishes what is in flight, and the rest is left to another worker.
 */
async function withHeartbeat<T>(work: (stopping: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  try {
    const result = await work(context.cancellationSignal);
    if (context.cancellationSignal.aborted) throw interrupted(context.info);
    return result;
  } finally {
    clearInterval(timer);
  }
}

function interrupted(info: Info): ApplicationFailure {
  return ApplicationFailure.retryable(`${info.activityType} was interrupted and goes on elsewhere`, 'Interrupted');
}

/** A turn of a duty; what fails in it is counted on the worker's metrics. */
async function runCountedDuty(deps: ActivityDeps, input: DutyInput, stopping: AbortSignal): Promise<DutyReport> {
  const report = await runDuty({ ...deps, database: deps.maintenance }, input, stopping);
  if (report.failed > 0) {
    const description = 'Steps and items of maintenance that could not be done, by duty; the log names each.';
    // The meter is there within an activity only.
    metricMeter
      .createCounter('heliograph_maintenance_failures', 'items', description)
      .add(report.failed, { duty: input.duty });
  }
  return report;
}
