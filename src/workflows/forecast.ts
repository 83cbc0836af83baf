import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { TASK_QUEUES, type ForecastInput } from './contract';

const { forecastCampaign } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.audience,
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Reads a campaign's audience once and keeps with the campaign what it will be. */
export async function forecastWorkflow({ campaignId }: ForecastInput): Promise<void> {
  await forecastCampaign({ campaignId });
}
