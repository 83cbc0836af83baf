/** Starting and signalling workflows, for the api and for activities. Ids, policies and options live here only. */
import {
  isGrpcDeadlineError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { LATE_MS, type CampaignState, type SeriesSchedule } from '../core/campaigns/campaign';
import { Coalescer } from '../core/concurrency/coalescer';
import {
  FORECAST_MS,
  forecastWorkflowId,
  type ForecastInput,
  GATEWAY_TEST_MS,
  campaignWorkflowId,
  COMMAND_UPDATE,
  WRONG_STATE,
  type CampaignCommand,
  type CampaignInput,
  type CampaignNews,
  MAINTENANCE_ID,
  MAINTENANCE_INTERVAL_MS,
  OUTBOX_SIGNAL,
  RECEIPT_SIGNAL,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  importWorkflowId,
  relayWorkflowId,
  seriesScheduleId,
  sendWorkflowId,
  type ImportInput,
  gatewayTestWorkflowId,
  type GatewayTestInput,
  type GatewayTestResult,
  type ReceiptNews,
  type RelayInput,
  type SendInput,
  type OccurrenceInput,
} from './contract';

/** At most two signals per second and workflow. */
const SIGNAL_INTERVAL_MS = 500;
const SIGNAL_CONCURRENCY = 16;
/** A person waits for the answer. */
const COMMAND_TIMEOUT_MS = 10_000;
const OVERLAP = {
  skip: ScheduleOverlapPolicy.SKIP,
  buffer: ScheduleOverlapPolicy.BUFFER_ONE,
  allow: ScheduleOverlapPolicy.ALLOW_ALL,
};

/** How long a delivered wake may wait to be written down with others. */
const WOKEN_FLUSH_MS = 500;

export interface WorkflowsOptions {
  client: Client;
  /** Called with slices whose workflow heard its news (or is over), some hundred milliseconds after the fact. */
  onWoken(sliceIds: string[]): Promise<void>;
  /** A signal was not delivered; its flag stays on the row and the sweep repeats it. */
  onError(error: unknown): void;
}

/** A campaign is not in a state that allows what was asked; the message names both. */
export class WrongStateError extends Error {
  override readonly name = 'WrongStateError';
}

export interface Workflows {
  /** Starts a slice's workflow; harmless when it was started before. */
  startSend(input: SendInput): Promise<void>;
  /** Wakes the workflows of slices that have news (or of their campaigns), at most twice a second each. */
  wake(news: readonly ({ sliceId: string; campaignId: string | null } & ReceiptNews)[]): void;
  /** Starts a campaign's workflow; harmless when it runs. */
  startCampaign(input: CampaignInput): Promise<void>;
  /**
   * Carries out what a person asks of a campaign; resolves once it holds.
   * @throws WrongStateError; and what the client throws when Temporal, or every worker, is away.
   */
  commandCampaign(campaignId: string, command: CampaignCommand): Promise<CampaignState>;
  /**
   * Has a worker make the forecast of a campaign, or joins the one that is being made, and waits for it.
   * @returns false when it is not done within {@link FORECAST_MS}.
   * @throws what the client throws when Temporal is away.
   */
  makeForecast(input: ForecastInput): Promise<boolean>;
  /** Makes the schedule of a series stand as the series does: there, paused, or gone. Harmless to repeat. */
  followSeries(series: SeriesSchedule): Promise<void>;
  /** Wakes (or starts) the relays of these webhooks, at most twice a second each. */
  wakeRelays(webhookIds: readonly string[]): void;
  /** Starts the import of an upload; harmless while it runs, and when it is over. */
  startImport(input: ImportInput): Promise<void>;
  /**
   * Has a worker send a test message, and waits for the answer.
   * @throws Error when none came within {@link GATEWAY_TEST_MS}.
   */
  testGateway(testId: string): Promise<GatewayTestResult>;
  /** Makes sure that the sweep's schedule exists. */
  ensureMaintenance(): Promise<void>;
  stop(): Promise<void>;
}

export function createWorkflows({ client, onWoken, onError }: WorkflowsOptions): Workflows {
  const woken = new Set<string>();
  let flushTimer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    flushTimer = undefined;
    const ids = [...woken];
    woken.clear();
    if (ids.length > 0) await onWoken(ids).catch(onError);
  };

  const signals = new Coalescer<ReceiptNews>(
    async (sliceId, news) => {
      try {
        await client.workflow.getHandle(sendWorkflowId(sliceId)).signal(RECEIPT_SIGNAL, news);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) return onError(error);
      }
      woken.add(sliceId);
      flushTimer ??= setTimeout(() => void flush(), WOKEN_FLUSH_MS);
    },
    {
      intervalMs: SIGNAL_INTERVAL_MS,
      concurrency: SIGNAL_CONCURRENCY,
      merge: (a, b) => ({ open: Math.min(a.open, b.open), refused: a.refused + b.refused }),
    },
  );

  const campaigns = new Coalescer<CampaignNews>(
    async (campaignId, news) => {
      try {
        await client.workflow.getHandle(campaignWorkflowId(campaignId)).signal(RECEIPT_SIGNAL, news);
      } catch (error) {
        // The flags of its slices stay until the campaign has looked at them.
        if (!(error instanceof WorkflowNotFoundError)) onError(error);
      }
    },
    {
      intervalMs: SIGNAL_INTERVAL_MS,
      concurrency: SIGNAL_CONCURRENCY,
      merge: (a, b) => ({ done: a.done + b.done, refused: a.refused + b.refused }),
    },
  );

  const relays = new Coalescer<true>(
    async (webhookId) => {
      try {
        await client.workflow.signalWithStart(WORKFLOW_TYPES.relay, {
          workflowId: relayWorkflowId(webhookId),
          taskQueue: TASK_QUEUES.workflows,
          args: [{ webhookId } satisfies RelayInput],
          signal: OUTBOX_SIGNAL,
        });
      } catch (error) {
        onError(error);
      }
    },
    { intervalMs: SIGNAL_INTERVAL_MS, concurrency: SIGNAL_CONCURRENCY, merge: () => true },
  );

  /** Starts a workflow that runs once: a start that is repeated after it ended must not run it again. */
  const startOnce = async (type: string, workflowId: string, input: SendInput | CampaignInput): Promise<void> => {
    try {
      await client.workflow.start(type, {
        workflowId,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: TASK_QUEUES.workflows,
        args: [input],
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

  return {
    startSend: (input) => startOnce(WORKFLOW_TYPES.send, sendWorkflowId(input.sliceId), input),

    wake(news) {
      for (const { sliceId, campaignId, open, refused } of news) {
        if (open > 0 && refused === 0) continue;
        if (campaignId === null) signals.add(sliceId, { open, refused });
        else campaigns.add(campaignId, { done: open === 0 ? 1 : 0, refused });
      }
    },

    startCampaign: (input) => startOnce(WORKFLOW_TYPES.campaign, campaignWorkflowId(input.campaignId), input),

    async commandCampaign(campaignId, command) {
      try {
        return await client.withDeadline(Date.now() + COMMAND_TIMEOUT_MS, () =>
          client.workflow
            .getHandle(campaignWorkflowId(campaignId))
            .executeUpdate<CampaignState, [CampaignCommand]>(COMMAND_UPDATE, { args: [command] }),
        );
      } catch (error) {
        const { cause } = error as { cause?: unknown };
        if (cause instanceof ApplicationFailure && cause.type === WRONG_STATE) throw new WrongStateError(cause.message);
        throw error;
      }
    },

    async makeForecast(input) {
      const handle = await client.withDeadline(Date.now() + COMMAND_TIMEOUT_MS, () =>
        client.workflow.start(WORKFLOW_TYPES.forecast, {
          workflowId: forecastWorkflowId(input.campaignId),
          workflowIdConflictPolicy: 'USE_EXISTING',
          taskQueue: TASK_QUEUES.workflows,
          args: [input],
        }),
      );
      try {
        await client.withDeadline(Date.now() + FORECAST_MS, () => handle.result());
        return true;
      } catch (error) {
        if (isGrpcDeadlineError((error as { cause?: unknown }).cause) || isGrpcDeadlineError(error)) return false;
        throw error;
      }
    },

    async followSeries({ campaignId, accountId, cron, timezone, overlap, state }) {
      const handle = client.schedule.getHandle(seriesScheduleId(campaignId));
      if (state === 'cancelled') {
        return handle.delete().catch((error: unknown) => {
          if (!(error instanceof ScheduleNotFoundError)) throw error;
        });
      }
      try {
        await client.schedule.create({
          scheduleId: handle.scheduleId,
          spec: { cronExpressions: [cron], timezone },
          // How late an occurrence may begin after Temporal was away; one that would be later is left out.
          policies: { overlap: OVERLAP[overlap], catchupWindow: LATE_MS },
          state: { paused: state === 'paused' },
          action: {
            type: 'startWorkflow',
            workflowType: WORKFLOW_TYPES.occurrence,
            workflowId: handle.scheduleId,
            taskQueue: TASK_QUEUES.workflows,
            args: [{ seriesId: campaignId, accountId } satisfies OccurrenceInput],
          },
        });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await (state === 'paused' ? handle.pause() : handle.unpause());
      }
    },

    wakeRelays(webhookIds) {
      for (const id of webhookIds) relays.add(id, true);
    },

    async startImport(input) {
      await client.workflow.start(WORKFLOW_TYPES.import, {
        workflowId: importWorkflowId(input.uploadId),
        workflowIdConflictPolicy: 'USE_EXISTING',
        taskQueue: TASK_QUEUES.workflows,
        args: [input],
      });
    },

    testGateway(testId) {
      return within(
        GATEWAY_TEST_MS,
        client.workflow.execute<(input: GatewayTestInput) => Promise<GatewayTestResult>>(WORKFLOW_TYPES.gatewayTest, {
          workflowId: gatewayTestWorkflowId(testId),
          workflowExecutionTimeout: GATEWAY_TEST_MS,
          taskQueue: TASK_QUEUES.workflows,
          args: [{ testId }],
        }),
      );
    },

    async ensureMaintenance() {
      try {
        await client.schedule.create({
          scheduleId: MAINTENANCE_ID,
          spec: { intervals: [{ every: MAINTENANCE_INTERVAL_MS }] },
          policies: { overlap: ScheduleOverlapPolicy.SKIP },
          action: {
            type: 'startWorkflow',
            workflowType: WORKFLOW_TYPES.maintenance,
            taskQueue: TASK_QUEUES.workflows,
            args: [],
          },
        });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      }
    },

    async stop() {
      signals.stop();
      campaigns.stop();
      relays.stop();
      clearTimeout(flushTimer);
      await flush();
    },
  };
}

/** The value of a promise that comes in time. @throws Error when it does not. */
async function within<T>(ms: number, awaited: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}
