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
import type { AdvanceResult } from '../activities/dispatch/advance';
import { timeLook, untilMs, type TimedLook } from './look';
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
 * A group of slices from their time to their last outcome; most groups are of one slice.
 *
 * For each slice, every turn asks the `advance` activity to bring it as far as it can go now (dispatch, failover, expiry);
 * it answers what is open and when to look again. Between turns the workflow sleeps durably until that moment or until
 * the `receipt` signal has news. No slice waits for another. All state is in Postgres, so a new run (continue-as-new) needs
 * only the ids of those that are open.
 *
 * @returns how many slices its last run had, and how often it looked at them.
 */
export async function sendWorkflow(input: SendInput): Promise<SendResult> {
  const { sliceId, accountId, others = [], dueAtMs, priority } = input;
  const group = new Group();
  const slices = [{ sliceId, accountId }, ...others].map((slice) => new SendSlice(slice, priority, group));
  setHandler(receiptSignal, (news) => {
    (slices.find((slice) => slice.id === news.sliceId) ?? slices[0]!).hear(news);
  });

  const untilDueMs = untilMs(dueAtMs ?? 0);
  if (untilDueMs !== null)
    await sleep(untilDueMs, { summary: `waits for its time, ${new Date(dueAtMs!).toISOString()}` });

  const isLocal = priority < BULK_PRIORITY && patched(FIRST_LOOK_IS_LOCAL);
  // All of them before anything else: in which order results of local activities and other events are heard of is not the
  // same for a worker that takes the workflow over, and what is done then must be.
  const firstLooks = isLocal ? await Promise.all(slices.map((slice) => slice.lookFirst())) : [];
  await Promise.all(slices.map((slice, i) => slice.run(firstLooks[i] ?? null)));
  const open = others.filter((slice, i) => !slices[i + 1]!.isOver);
  if (open.length > 0 || !slices[0]!.isOver) {
    await continueAsNew<typeof sendWorkflow>({ ...input, ...(others.length > 0 ? { others: open } : {}) });
  }
  return { slices: slices.length, looks: slices.reduce((sum, slice) => sum + slice.looks, 0) };
}

/** What becomes of the messages of a slice is known to Postgres only: it may be over by a signal, with no further look. */
export interface SendResult {
  slices: number;
  looks: number;
}

/** What a slice waits for until its next look, in words. */
function waitsFor({ open, waiting, held }: AdvanceResult): string {
  if (held !== null) return `${waiting} to send: waits for a gateway that takes them`;
  if (waiting > 0) return `${waiting} to send: waits for its turn, or until they are tried again`;
  return `waits for what becomes of ${open}`;
}

/** What the slices of a workflow share. */
class Group {
  private ended = false;

  /** The history has grown long: every slice stops where it is, and a new run goes on. */
  get isEnding(): boolean {
    this.ended ||= workflowInfo().continueAsNewSuggested;
    return this.ended;
  }
}

/** One slice of a send. */
class SendSlice {
  readonly id: string;
  private open = Number.POSITIVE_INFINITY;
  private refused = false;
  /** How often it was looked at. */
  looks = 0;
  private readonly advance: Activities['advance'];
  private readonly lookUps: LookUps;

  constructor(
    { sliceId, accountId }: Pick<SendInput, 'sliceId' | 'accountId'>,
    priority: number,
    private readonly group: Group,
  ) {
    this.id = sliceId;
    ({ advance: this.advance } = proxyActivities<Activities>({
      ...DISPATCH,
      retry: RETRY,
      taskQueue: priority >= BULK_PRIORITY ? TASK_QUEUES.bulk : TASK_QUEUES.transactional,
      // Of what waits, each account gets its share.
      priority: { priorityKey: priority, fairnessKey: accountId },
      summary: `slice ${sliceId}`,
    }));
    this.lookUps = new LookUps(accountId, () => {
      this.refused = true;
    });
  }

  /** Nothing of it is open. */
  get isOver(): boolean {
    return this.open <= 0;
  }

  /** Signals may overtake each other; `open` only falls once the slice is sealed. */
  hear({ open, refused }: ReceiptNews): void {
    this.open = Math.min(this.open, open);
    this.refused ||= refused > 0;
  }

  /** {@link FIRST_LOOK}; null when it failed. */
  lookFirst(): Promise<TimedLook<AdvanceResult> | null> {
    return timeLook(() => advanceFirst({ sliceId: this.id })).catch(() => null);
  }

  private lookAgain(): Promise<TimedLook<AdvanceResult>> {
    // What is heard from here on may not be in its answer.
    this.refused = false;
    return timeLook(() => this.advance({ sliceId: this.id }));
  }

  /** @param first its first look, had already; null = it is had as every later one: elsewhere, and again until it works. */
  async run(first: TimedLook<AdvanceResult> | null): Promise<void> {
    let look = first;
    while (!this.isOver) {
      const { result: outlook, nextMs } = look ?? (await this.lookAgain());
      look = null;
      this.looks++;
      this.open = Math.min(this.open, outlook.open);
      if (outlook.lookUp) this.lookUps.start({ sliceIds: [this.id] });
      if (this.isOver || this.refused) continue;
      if (this.group.isEnding) return;
      await condition(() => this.isOver || this.refused || this.group.isEnding, nextMs(), {
        summary: waitsFor(outlook),
      });
      if (this.group.isEnding && !this.refused) return;
    }
  }
}
