/** Signals to workflows: merged per workflow, and bounded in their rate whatever the rate of the news. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { Coalescer } from '../../core/concurrency/coalescer';
import {
  campaignWorkflowId,
  OUTBOX_SIGNAL,
  RECEIPT_SIGNAL,
  RESUME_SIGNAL,
  relayWorkflowId,
  sendWorkflowId,
  TASK_QUEUES,
  WORKFLOW_TYPES,
  type CampaignInput,
  type CampaignNews,
  type ReceiptNews,
  type RelayInput,
  type SendInput,
} from '../contract';
import type { Descriptions } from './description';
import type { WorkflowStarts } from './start';

/**
 * At most two signals per second and workflow, so many at a time over all workflows of a kind. One that Temporal does not
 * take, within the client's own tries, is given again for about a minute; then maintenance finds what it was about.
 */
const LIMITS = { intervalMs: 500, concurrency: 16, maxKeys: 50_000, maxPauseMs: 8_000, maxFailures: 10 };
/** How long a delivered wake may wait to be written down with others. */
const WOKEN_FLUSH_MS = 500;

/** What is left to do of work whose workflow is not there: it was ended from outside, or went with Temporal's data. */
export interface OpenWork {
  /** What its group is started with. Null: nothing of the slice is open. */
  slice(id: string): Promise<SendInput | null>;
  /** Null: the campaign has nothing to do any more. */
  campaign(id: string): Promise<CampaignInput | null>;
}

/** News of a slice, which belongs to a campaign, to a group of sends, or is by itself. */
export interface SliceNews extends ReceiptNews {
  sliceId: string;
  campaignId: string | null;
  groupId: string | null;
  /** The number of these news among the slice's; absent = it is flagged for none. */
  wakeSeq?: number;
}

/** All news of a slice up to this one are known to its workflow. */
export interface HeardNews {
  sliceId: string;
  wakeSeq: number;
}

export interface WorkflowSignals {
  /**
   * Wakes the workflows of slices that have news (or of their campaigns), at most twice a second each. One that is not
   * there, although there is something to do for it, is started.
   */
  wake(news: readonly SliceNews[]): void;
  /** Wakes (or starts) the relays of these webhooks, at most twice a second each. */
  wakeRelays(webhookIds: readonly string[]): void;
  /** Has them look at once on a person's word, though they wait for a probe. */
  resumeRelays(webhookIds: readonly string[]): void;
  /** Forgets the signals that still wait, after those that were delivered have been told to `onWoken`. */
  stop(): Promise<void>;
}

export interface WorkflowSignalsOptions {
  client: Client;
  starts: WorkflowStarts;
  openWork: OpenWork;
  descriptions: Descriptions;
  /** Called with news that the workflows of slices heard (or that are over), some hundred milliseconds after the fact. */
  onWoken(heard: HeardNews[]): Promise<void>;
  /** A signal was not delivered. */
  onError(error: unknown): void;
}

export function createWorkflowSignals(options: WorkflowSignalsOptions): WorkflowSignals {
  const { onWoken, onError } = options;
  const woken = createWokenSlices(onWoken, onError);
  const slices = sliceSignals(options, woken.add);
  const campaigns = campaignSignals(options);
  const relays = relaySignals(options);
  return {
    wake(news) {
      for (const { sliceId, campaignId, groupId, open, refused, wakeSeq = 0 } of news) {
        if (open > 0 && refused === 0) continue;
        if (campaignId === null) slices.add(sliceId, { groupId, open, refused, wakeSeq });
        else campaigns.add(campaignId, { done: open === 0 ? 1 : 0, refused });
      }
    },

    wakeRelays(webhookIds) {
      for (const id of webhookIds) relays.add(id, OUTBOX_SIGNAL);
    },

    resumeRelays(webhookIds) {
      for (const id of webhookIds) relays.add(id, RESUME_SIGNAL);
    },

    async stop() {
      slices.stop();
      campaigns.stop();
      relays.stop();
      await woken.flush();
    },
  };
}

type NumberedNews = Pick<SliceNews, 'groupId' | 'open' | 'refused'> & { wakeSeq: number };

/** News of slices of sends, by slice. */
function sliceSignals(
  { client, starts, openWork, onError }: WorkflowSignalsOptions,
  onDelivered: (heard: HeardNews) => void,
): Coalescer<NumberedNews> {
  const restart = async (sliceId: string): Promise<void> => {
    const input = await openWork.slice(sliceId);
    if (input !== null) await starts.startSend(input);
  };
  const signal = async (sliceId: string, { wakeSeq, groupId, open, refused }: NumberedNews): Promise<void> => {
    const handle = client.workflow.getHandle(sendWorkflowId(groupId ?? sliceId));
    const news: ReceiptNews = { ...(groupId === null ? {} : { sliceId }), open, refused };
    await signalOrStart(
      () => handle.signal(RECEIPT_SIGNAL, news),
      () => restart(sliceId),
    );
    onDelivered({ sliceId, wakeSeq });
  };
  return new Coalescer(signal, {
    ...LIMITS,
    onError,
    merge: (a, b) => ({
      groupId: b.groupId,
      open: Math.min(a.open, b.open),
      refused: a.refused + b.refused,
      wakeSeq: Math.max(a.wakeSeq, b.wakeSeq),
    }),
  });
}

/** Signals a workflow; where it does not run, starts it, which has it look at its rows. */
async function signalOrStart(signal: () => Promise<void>, restart: () => Promise<void>): Promise<void> {
  try {
    await signal();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    await restart();
  }
}

/** News of slices of campaigns, by campaign. */
function campaignSignals({ client, starts, openWork, onError }: WorkflowSignalsOptions): Coalescer<CampaignNews> {
  const restart = async (campaignId: string): Promise<void> => {
    const input = await openWork.campaign(campaignId);
    if (input !== null) await starts.startCampaign(input);
  };
  const signal = async (campaignId: string, news: CampaignNews): Promise<void> => {
    const handle = client.workflow.getHandle(campaignWorkflowId(campaignId));
    // Where it is not told the flags of its slices stay, until it has looked at them.
    await signalOrStart(
      () => handle.signal(RECEIPT_SIGNAL, news),
      () => restart(campaignId),
    );
  };
  return new Coalescer(signal, {
    ...LIMITS,
    onError,
    merge: (a, b) => ({ done: a.done + b.done, refused: a.refused + b.refused }),
  });
}

/** New outcomes in outboxes, by webhook. Starts the relay where none runs. */
type RelaySignal = typeof OUTBOX_SIGNAL | typeof RESUME_SIGNAL;

function relaySignals({ client, descriptions, onError }: WorkflowSignalsOptions): Coalescer<RelaySignal> {
  const send = async (webhookId: string, signal: RelaySignal): Promise<void> => {
    await client.workflow.signalWithStart(WORKFLOW_TYPES.relay, {
      workflowId: relayWorkflowId(webhookId),
      taskQueue: TASK_QUEUES.workflows,
      args: [{ webhookId } satisfies RelayInput],
      ...descriptions.relay({ webhookId }).texts,
      signal,
    });
  };
  return new Coalescer(send, { ...LIMITS, onError, merge: (a, b) => (a === RESUME_SIGNAL ? a : b) });
}

/** Collects the news that were delivered, and reports them together. */
function createWokenSlices(onWoken: WorkflowSignalsOptions['onWoken'], onError: WorkflowSignalsOptions['onError']) {
  const newest = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const heard = [...newest].map(([sliceId, wakeSeq]) => ({ sliceId, wakeSeq }));
    newest.clear();
    if (heard.length > 0) await onWoken(heard).catch(onError);
  }

  return {
    add({ sliceId, wakeSeq }: HeardNews): void {
      newest.set(sliceId, Math.max(newest.get(sliceId) ?? 0, wakeSeq));
      timer ??= setTimeout(() => void flush(), WOKEN_FLUSH_MS);
    },
    flush,
  };
}
