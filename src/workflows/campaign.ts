import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { CampaignAgenda } from '../activities/campaigns/survey';
import { actionProblem, hasEnded, type CampaignState } from '../core/campaigns/campaign';
import {
  BULK_PRIORITY,
  COMMAND_UPDATE,
  RECEIPT_SIGNAL,
  TASK_QUEUES,
  WRONG_STATE,
  type CampaignCommand,
  type CampaignInput,
  type CampaignNews,
} from './contract';

/** Receipts settled slices of this campaign, or refused messages that want another leg. */
export const campaignNewsSignal = defineSignal<[CampaignNews]>(RECEIPT_SIGNAL);
/** Pause, resume, cancel, reschedule, set the rate. Answered once it holds. */
export const commandUpdate = defineUpdate<CampaignState, [CampaignCommand]>(COMMAND_UPDATE);

const RETRY = { initialInterval: '1 second', maximumInterval: '30 seconds' } as const;
/** Steering is one look at Postgres; it must fail fast to be tried elsewhere. */
const control = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});

/** While no gateway takes messages, one slice asks again after this, then after twice as long, up to a minute. */
const HELD_MS = 5_000;
const MAX_HELD_MS = 60_000;
/** News beyond this count begins a fresh history, long before the server asks for it. */
const MAX_NEWS = 2_000;

/**
 * One campaign from its launch to its last outcome.
 *
 * It prepares the audience, and then asks the `survey` activity again and again: which slices want to be advanced now,
 * and when to ask next. All that is known about messages is in Postgres; this workflow keeps a bounded number of
 * slices going, carries out what people ask for, and sleeps durably in between.
 */
export async function campaignWorkflow(input: CampaignInput): Promise<void> {
  const priority = input.priority ?? BULK_PRIORITY;
  const urgent = priority < BULK_PRIORITY;
  const dispatch = {
    taskQueue: urgent ? TASK_QUEUES.transactional : TASK_QUEUES.bulk,
    heartbeatTimeout: '10 seconds',
    retry: RETRY,
    priority: { priorityKey: priority, fairnessKey: input.accountId },
  } as const;
  const { prepareCampaign } = proxyActivities<Activities>({
    ...dispatch,
    // What is urgent is small, and must not wait for lists of millions.
    taskQueue: urgent ? TASK_QUEUES.transactional : TASK_QUEUES.audience,
    startToCloseTimeout: '12 hours',
  });
  const { advanceCampaignSlices } = proxyActivities<Activities>({ ...dispatch, startToCloseTimeout: '1 hour' });
  const { campaignId } = input;

  /** Last known; the row decides, this lets validators refuse at once. */
  let state: CampaignState | null = null;
  let openSlices = 0;
  /** There is something that the last survey did not know. */
  let news = false;
  let newsCount = 0;
  /** Slices that were told to be done, ever. */
  let doneSlices = 0;

  setHandler(campaignNewsSignal, ({ done, refused }) => {
    newsCount++;
    doneSlices += done;
    openSlices -= done;
    if (refused > 0 || openSlices <= 0) news = true;
  });
  setHandler(
    commandUpdate,
    async (command) => {
      const { problem, state: next } = await control.commandCampaign({ campaignId, command });
      state = next;
      news = true;
      if (problem !== null) throw ApplicationFailure.nonRetryable(problem, WRONG_STATE);
      return next;
    },
    {
      validator({ action }) {
        // The row may be ahead of us, but not of an end; all else is decided there.
        const problem = state === null || !hasEnded(state) ? null : actionProblem(action, state);
        if (problem !== null) throw ApplicationFailure.nonRetryable(problem, WRONG_STATE);
      },
    },
  );

  if (input.prepared === undefined) {
    state = 'preparing';
    state = await prepareCampaign({ campaignId });
  }

  /** Numbers of the slices in hand. */
  const busy = new Set<number>();
  let runs = 0;
  /** Runs that came back, ever. */
  let returned = 0;
  let heldMs = HELD_MS;
  let held = false;

  function start(nos: number[], agenda: CampaignAgenda): void {
    runs++;
    for (const no of nos) busy.add(no);
    const over = (): void => {
      runs--;
      returned++;
      for (const no of nos) busy.delete(no);
    };
    void advanceCampaignSlices({ campaignId, nos, untilMs: agenda.untilMs, sinceMs: agenda.sinceMs }).then(
      (result) => {
        over();
        held ||= result.held;
        if (!result.held) heldMs = HELD_MS;
      },
      () => {
        over();
        news = true;
      },
    );
  }

  for (;;) {
    news = false;
    const known = { returned, doneSlices };
    const agenda: CampaignAgenda = await control.surveyCampaign({ campaignId, busy: [...busy] });
    // A command that came while it was read knows better.
    if (!news) state = agenda.state;
    // What was told meanwhile may be in it or not: too few only means to look once more.
    const doneSince = doneSlices - known.doneSlices;
    openSlices = agenda.openSlices - doneSince;
    if (doneSince > 0 && openSlices <= 0) news = true;
    setCurrentDetails(agenda.details);
    if (agenda.done && runs === 0) break;

    const queue = [...agenda.due];
    while (queue.length > 0 && !news && !held) {
      await condition(() => news || held || runs < agenda.width);
      while (queue.length > 0 && !news && !held && runs < agenda.width) {
        // Long runs first, short ones last: few activities, and all of them end at about the same time.
        start(queue.splice(0, Math.ceil(queue.length / agenda.width)), agenda);
      }
    }
    if (workflowInfo().continueAsNewSuggested || newsCount > MAX_NEWS) {
      await condition(() => runs === 0 && allHandlersFinished());
      await continueAsNew<typeof campaignWorkflow>({ ...input, prepared: true });
    }
    if (held && !news) {
      await condition(() => news, heldMs);
      heldMs = Math.min(MAX_HELD_MS, heldMs * 2);
    }
    // The news may be a gateway that takes messages again.
    if (news || held) {
      held = false;
      continue;
    }
    // A run that came back, be it while the survey was made, wants something that the survey knew nothing of.
    await condition(() => news || held || returned > known.returned, agenda.waitMs);
  }
  await condition(allHandlersFinished);
}
