/** Workflows that somebody waits for: commands to campaigns, forecasts, test messages. Each answers within a bound. */
import { isGrpcDeadlineError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CampaignState } from '../../core/campaigns/campaign';
import {
  campaignWorkflowId,
  FORECAST_MS,
  forecastWorkflowId,
  GATEWAY_TEST_MS,
  gatewayTestWorkflowId,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  WRONG_STATE,
  type CampaignCommand,
  type ForecastInput,
  type GatewayTestInput,
  type GatewayTestResult,
  type Order,
} from '../contract';
import type { Descriptions } from './description';
import type { SearchAttributes } from './search-attributes';
import type { OpenWork } from './signal';
import type { WorkflowStarts } from './start';

/** A person waits for the answer. */
const COMMAND_TIMEOUT_MS = 10_000;
/** A command that a worker has not begun by then is not carried out: whoever waits learns which of the two came first. */
export const COMMAND_BEGUN_MS = COMMAND_TIMEOUT_MS - 500;

/** A campaign is not in a state that allows what was asked; the message names both. */
export class WrongStateError extends Error {
  override readonly name = 'WrongStateError';
}

export interface WorkflowCallsOptions {
  client: Client;
  starts: WorkflowStarts;
  openWork: OpenWork;
  searchAttributes: SearchAttributes;
  descriptions: Descriptions;
}

export interface WorkflowCalls {
  /**
   * Carries out what a person asks of a campaign; resolves once it holds. Starts its workflow where that was ended from
   * outside.
   * @throws WrongStateError; and what the client throws when Temporal, or every worker, is away.
   */
  commandCampaign(campaignId: string, command: CampaignCommand): Promise<CampaignState>;
  /**
   * Has a worker make the forecast of a campaign, or joins the one that is being made, and waits for it.
   * @returns false when it is not done within {@link FORECAST_MS}.
   * @throws what the client throws when Temporal is away.
   */
  makeForecast(input: ForecastInput): Promise<boolean>;
  /**
   * Has a worker send a test message, and waits for the answer.
   * @throws Error when none came within {@link GATEWAY_TEST_MS}.
   */
  testGateway(input: GatewayTestInput): Promise<GatewayTestResult>;
}

export function createWorkflowCalls(options: WorkflowCallsOptions): WorkflowCalls {
  const { client, starts, openWork, searchAttributes, descriptions } = options;
  async function update(campaignId: string, command: CampaignCommand): Promise<CampaignState> {
    const { action, ...order } = command;
    const send = (): Promise<CampaignState> =>
      client.workflow
        .getHandle(campaignWorkflowId(campaignId))
        .executeUpdate<CampaignState, [Order]>(action, { args: [order] });
    try {
      return await send();
    } catch (error) {
      const input = error instanceof WorkflowNotFoundError ? await openWork.campaign(campaignId) : null;
      if (input === null) throw error;
      // It was ended from outside.
      await starts.startCampaign(input);
      return send();
    }
  }

  return {
    async commandCampaign(campaignId, command) {
      try {
        return await client.withDeadline(Date.now() + COMMAND_TIMEOUT_MS, () => update(campaignId, command));
      } catch (error) {
        const { cause } = error as { cause?: unknown };
        if (cause instanceof ApplicationFailure && cause.type === WRONG_STATE) throw new WrongStateError(cause.message);
        throw error;
      }
    },

    async makeForecast(input) {
      const { texts, attributes } = descriptions.forecast(input);
      const handle = await client.withDeadline(Date.now() + COMMAND_TIMEOUT_MS, () =>
        searchAttributes.withAttributes(attributes, (found) =>
          client.workflow.start(WORKFLOW_TYPES.forecast, {
            ...texts,
            ...found,
            workflowId: forecastWorkflowId(input.campaignId),
            workflowIdConflictPolicy: 'USE_EXISTING',
            taskQueue: TASK_QUEUES.workflows,
            args: [input],
          }),
        ),
      );
      try {
        await client.withDeadline(Date.now() + FORECAST_MS, () => handle.result());
        return true;
      } catch (error) {
        if (isGrpcDeadlineError((error as { cause?: unknown }).cause) || isGrpcDeadlineError(error)) return false;
        throw error;
      }
    },

    testGateway(input) {
      const { texts, attributes } = descriptions.gatewayTest(input);
      return within(
        GATEWAY_TEST_MS,
        searchAttributes.withAttributes(attributes, (found) =>
          client.workflow.execute<(input: GatewayTestInput) => Promise<GatewayTestResult>>(WORKFLOW_TYPES.gatewayTest, {
            ...texts,
            ...found,
            workflowId: gatewayTestWorkflowId(input.testId),
            workflowExecutionTimeout: GATEWAY_TEST_MS,
            taskQueue: TASK_QUEUES.workflows,
            args: [input],
          }),
        ),
      );
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
