import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { ForecastCounts } from '../activities/campaigns/forecast';
import { TASK_QUEUES, type ForecastInput } from './contract';

const { forecastCampaign } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.audience,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Reads a campaign's audience once and keeps with the campaign what it will be. @returns its counts; null = it is gone. */
export async function forecastWorkflow({ campaignId }: ForecastInput): Promise<ForecastCounts | null> {
  return forecastCampaign({ campaignId });
}
