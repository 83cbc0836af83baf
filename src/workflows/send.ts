import {
  condition,
  continueAsNew,
  defineSignal,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { timeLook, untilMs } from './look';
import { BULK_PRIORITY, RECEIPT_SIGNAL, TASK_QUEUES, type ReceiptNews, type SendInput } from './contract';
import { LookUps } from './look-ups';

/** Marks workflows that began with {@link FIRST_LOOK}; those of an earlier release go on without. */
const FIRST_LOOK_IS_LOCAL = 'first-look-is-local';

/** Raised by the callback endpoint when a receipt settled the slice's last message, or refused one. */
export const receiptSignal = defineSignal<[ReceiptNews]>(RECEIPT_SIGNAL);

/**
 * A slice of 1,000 at one message per second takes 17 minutes; the heartbeat tells a dead worker long before. A minute, so
 * that a restart of Temporal is not taken for the death of all workers: their slices would go to others in the middle of
 * their requests.
 */
const DISPATCH = { startToCloseTimeout: '6 hours', heartbeatTimeout: '1 minute' } as const;
/**
 * The first look at what is urgent runs where the workflow does: no way over another queue, which is half of the time from
 * a request to its provider. It takes nothing more after two seconds, and waits for answers as long as a request may take.
 */
const FIRST_LOOK = { startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } } as const;
const { advanceFirst } = proxyLocalActivities<Activities>(FIRST_LOOK);
const RETRY = { initialInterval: '1 second', maximumInterval: '30 seconds' } as const;

/**
 * One slice from its time to its last outcome.
 *
 * Every turn asks the `advance` activity to bring the slice as far as it can go now (dispatch, failover, expiry); it
 * answers what is open and when to look again. Between turns the workflow sleeps durably until that moment or until
 * the `receipt` signal has news. All state is in Postgres, so a new run (continue-as-new) needs only the slice's id.
 */
export async function sendWorkflow(input: SendInput): Promise<void> {
  const { advance } = proxyActivities<Activities>({
    ...DISPATCH,
    retry: RETRY,
    taskQueue: input.priority >= BULK_PRIORITY ? TASK_QUEUES.bulk : TASK_QUEUES.transactional,
    // Of what waits, each account gets its share.
    priority: { priorityKey: input.priority, fairnessKey: input.accountId },
  });
  const lookUps = new LookUps(input.accountId, () => {
    refused = true;
  });
  // What it could not do is done as every later look is: elsewhere, and tried again until it works.
  const firstLook: Activities['advance'] = (slice) => advanceFirst(slice).catch(() => advance(slice));
  let open = Number.POSITIVE_INFINITY;
  let refused = false;
  setHandler(receiptSignal, (news) => {
    // Signals may overtake each other; `open` only falls once the slice is sealed.
    open = Math.min(open, news.open);
    refused ||= news.refused > 0;
  });

  const untilDueMs = untilMs(input.dueAtMs ?? 0);
  if (untilDueMs !== null) await sleep(untilDueMs);

  let look = input.priority < BULK_PRIORITY && patched(FIRST_LOOK_IS_LOCAL) ? firstLook : advance;
  while (open > 0) {
    refused = false;
    const { result: outlook, nextMs } = await timeLook(() => look({ sliceId: input.sliceId }));
    look = advance;
    open = Math.min(open, outlook.open);
    if (outlook.lookUp) lookUps.start({ sliceIds: [input.sliceId] });
    if (open === 0 || refused) continue;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof sendWorkflow>(input);
    await condition(() => open === 0 || refused, nextMs());
  }
}
