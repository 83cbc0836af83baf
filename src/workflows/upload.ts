import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { UploadCounts } from '../activities/audience/upload';
import { TASK_QUEUES, type ImportInput } from './contract';

const { importUpload } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.audience,
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** One upload from its stored bytes to its rows. How far it came is kept with the rows, so every try goes on from there. @returns the counts of its rows; null = it is gone. */
export async function importWorkflow({ uploadId }: ImportInput): Promise<UploadCounts | null> {
  return importUpload({ uploadId });
}
