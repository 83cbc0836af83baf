import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { OUTBOX_SIGNAL, RESUME_SIGNAL, TASK_QUEUES, type RelayInput } from './contract';

/** There is something new in the webhook's outbox. Starts the workflow when none runs (signal-with-start). */
export const outboxSignal = defineSignal(OUTBOX_SIGNAL);
/** A person wants it to be tried now, whatever it waits for. Starts the workflow when none runs. */
export const resumeSignal = defineSignal(RESUME_SIGNAL);

/** A worker that died is noticed after a minute of silence; one that can't be reached for less goes on. */
const { relay } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.relay,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '60 seconds' },
});

/** With nothing to do for this long it ends, and the next outcome starts it again: a run a day, and not one per outcome. */
const IDLE_MS = 86_400_000;
/** Signals beyond this count begin a fresh history: a server takes 10,000 in one. */
const MAX_SIGNALS = 2_000;

/**
 * Drains one webhook's outbox: one workflow per webhook, so that a slow or dead endpoint delays no other. A retry, and
 * the next probe of an endpoint that takes nothing, wait in a durable timer. All state is in Postgres, so a new run
 * begins by looking there, and nothing that was signalled to the old one is lost.
 */
export async function relayWorkflow(input: RelayInput): Promise<void> {
  let news = 0;
  let resumed = 0;
  setHandler(outboxSignal, () => {
    news += 1;
  });
  setHandler(resumeSignal, () => {
    resumed += 1;
  });
  const isLong = (): boolean => workflowInfo().continueAsNewSuggested || news + resumed > MAX_SIGNALS;
  for (;;) {
    const known = { news, resumed };
    const { waitMs, resting } = await relay({ webhookId: input.webhookId });
    // Before anything else: under a backlog there is news at every turn.
    if (isLong()) await continueAsNew<typeof relayWorkflow>(input);
    const isWoken = (): boolean => resumed > known.resumed || (resting !== true && news > known.news);
    if (isWoken()) continue;
    const inTime = await condition(() => isWoken() || isLong(), waitMs ?? IDLE_MS, {
      summary: waitsFor(waitMs, resting),
    });
    if (!inTime && waitMs === null) return;
    if (isLong()) await continueAsNew<typeof relayWorkflow>(input);
  }
}

function waitsFor(waitMs: number | null, resting: boolean | undefined): string {
  if (waitMs === null) return 'waits for the next outcome';
  return resting === true
    ? 'its endpoint takes nothing: waits for the next try'
    : 'waits for the next outcome, or retry';
}
