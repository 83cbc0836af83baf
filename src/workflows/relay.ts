import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { OUTBOX_SIGNAL, TASK_QUEUES, type RelayInput } from './contract';

/** There is something new in the webhook's outbox. Starts the workflow when none runs (signal-with-start). */
export const outboxSignal = defineSignal(OUTBOX_SIGNAL);

const { relay } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.relay,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '60 seconds' },
});

/** With nothing to do for this long it ends; the next outcome starts it again. */
const IDLE_MS = 60_000;

/**
 * Drains one webhook's outbox: one workflow per webhook, so that a slow or dead endpoint delays no other. A retry waits
 * in a durable timer.
 */
export async function relayWorkflow(input: RelayInput): Promise<void> {
  let fresh = false;
  setHandler(outboxSignal, () => {
    fresh = true;
  });
  for (;;) {
    fresh = false;
    const { waitMs } = await relay({ webhookId: input.webhookId });
    if (fresh) continue;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof relayWorkflow>(input);
    const woken = await condition(() => fresh, waitMs ?? IDLE_MS);
    if (!woken && waitMs === null) return;
  }
}
