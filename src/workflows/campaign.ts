import type { UpdateDefinition } from '@temporalio/common';
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { CampaignCounts, CampaignSurvey } from '../activities/campaigns/survey';
import { actionProblem, hasEnded, type CampaignState } from '../core/campaigns/campaign';
import { STATE } from './attributes';
import {
  BULK_PRIORITY,
  COMMAND_UPDATE,
  RECEIPT_SIGNAL,
  TASK_QUEUES,
  WRONG_STATE,
  type CampaignCommand,
  type CampaignInput,
  type CampaignNews,
  type Order,
  type RateOrder,
  type RescheduleOrder,
} from './contract';
import { timeLook } from './look';
import { LookUps } from './look-ups';

/** News of the slices of this campaign: receipts have settled some, or refused messages that want another leg. */
export const campaignNewsSignal = defineSignal<[CampaignNews]>(RECEIPT_SIGNAL);
/** What people ask of a campaign, each answered once it holds. */
export const pauseUpdate = defineUpdate<CampaignState, [Order]>('pause');
export const resumeUpdate = defineUpdate<CampaignState, [Order]>('resume');
export const cancelUpdate = defineUpdate<CampaignState, [Order]>('cancel');
export const rescheduleUpdate = defineUpdate<CampaignState, [RescheduleOrder]>('reschedule');
export const setRateUpdate = defineUpdate<CampaignState, [RateOrder]>('setRate');
/** Any of them, from an api of an earlier release. */
export const commandUpdate = defineUpdate<CampaignState, [CampaignCommand]>(COMMAND_UPDATE);

const RETRY = { initialInterval: '1 second', maximumInterval: '30 seconds' } as const;
/** Steering is one look at Postgres; it must fail fast to be tried elsewhere. */
const control = proxyActivities<Activities>({
  taskQueue: TASK_QUEUES.control,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
});
/**
 * A survey is a few short reads, made where the workflow runs: the way over another queue would be half of what a campaign
 * is late by. What waits for a place, or fails, is asked over the queue.
 */
const { surveyCampaign: surveyHere } = proxyLocalActivities<Activities>({
  scheduleToStartTimeout: '1 second',
  startToCloseTimeout: '30 seconds',
  retry: { maximumAttempts: 1 },
});
/** Marks workflows that began with {@link surveyHere}; those of an earlier release go on without. */
const SURVEY_IS_LOCAL = 'survey-is-local';
/** Marks where a workflow prepares anew; what an earlier release has recorded of such a survey is gone on with as it did. */
const PREPARES_ANEW = 'prepares-anew';

/** While no gateway takes messages, one slice asks again after this, then after twice as long, up to a minute. */
const HELD_MS = 5_000;
const MAX_HELD_MS = 60_000;
/** Of slices that are named together; a summary takes 400 bytes. */
const MAX_SPANS = 20;
/** News beyond this count begins a fresh history, long before the server asks for it. */
const MAX_NEWS = 2_000;

/**
 * One campaign from its launch to its last outcome.
 *
 * It prepares the audience, and then asks the `survey` activity again and again: which slices want to be advanced now,
 * when to ask next, and whether the audience is to be prepared anew, because the text was corrected before it left. All that is known about messages is in Postgres; this workflow keeps a bounded number of
 * slices going, carries out what people ask for, and sleeps durably in between.
 *
 * @returns its ledger; undefined when its row is gone.
 */
export async function campaignWorkflow(input: CampaignInput): Promise<CampaignCounts | undefined> {
  const { campaignId } = input;
  const { prepareCampaign, advanceCampaignSlices } = activitiesFor(input);
  const steering = new Steering(campaignId, advanceCampaignSlices, input.accountId);
  const shown = new ShownState();
  setHandler(campaignNewsSignal, (news) => steering.hear(news));
  takeOrders(steering);
  let ledger: CampaignCounts | undefined;

  if (input.prepared === undefined) {
    steering.state = 'preparing';
    steering.state = await prepareCampaign({ campaignId });
  }
  for (;;) {
    const before = steering.beforeSurvey();
    const { result: survey, nextMs } = await timeLook(() => surveyOf({ campaignId, busy: [...steering.busy] }));
    steering.takeOver(survey, before);
    setCurrentDetails(survey.details);
    shown.show(survey.state);
    ledger = survey.ledger;
    if (survey.unprepared === true && patched(PREPARES_ANEW)) {
      steering.state = await prepareCampaign({ campaignId });
      continue;
    }
    if (survey.done && steering.runs === 0) break;

    const queue = [...survey.due];
    while (queue.length > 0 && !steering.interrupted) {
      await condition(() => steering.interrupted || steering.runs < survey.width);
      steering.startRuns(queue, survey);
    }
    if (workflowInfo().continueAsNewSuggested || steering.newsCount > MAX_NEWS) {
      await condition(() => steering.runs === 0 && allHandlersFinished());
      await continueAsNew<typeof campaignWorkflow>({ ...input, prepared: true });
    }
    if (steering.held && !steering.news) {
      await condition(() => steering.news, steering.heldMs, { summary: 'no gateway takes its messages: asks again' });
      steering.heldMs = Math.min(MAX_HELD_MS, steering.heldMs * 2);
    }
    // The news may be a gateway that takes messages again.
    if (steering.interrupted) steering.held = false;
    // A run that came back, be it while the survey was made, wants something that the survey knew nothing of.
    else {
      const isAwaited = (): boolean => steering.interrupted || steering.returned > before.returned;
      await condition(isAwaited, nextMs(), { summary: survey.waitsFor });
    }
  }
  await condition(allHandlersFinished);
  return ledger;
}

const surveyOf: Activities['surveyCampaign'] = (campaign) =>
  patched(SURVEY_IS_LOCAL)
    ? surveyHere(campaign).catch(() => control.surveyCampaign(campaign))
    : control.surveyCampaign(campaign);

/** Every command under the name that people know it by. */
function takeOrders(steering: Steering): void {
  const take = <A extends unknown[]>(
    update: UpdateDefinition<CampaignState, A, string>,
    toCommand: (...order: A) => CampaignCommand,
  ): void =>
    setHandler(update, (...order: A) => steering.carryOut(toCommand(...order)), {
      validator: (...order: A) => steering.checkEnded(toCommand(...order).action),
    });
  take(pauseUpdate, (order) => ({ action: 'pause', ...by(order) }));
  take(resumeUpdate, (order) => ({ action: 'resume', ...by(order) }));
  take(cancelUpdate, (order) => ({ action: 'cancel', ...by(order) }));
  take(rescheduleUpdate, (order) => ({ action: 'reschedule', ...order, ...by(order) }));
  take(setRateUpdate, (order) => ({ action: 'setRate', ...order, ...by(order) }));
  take(commandUpdate, (command) => command);
}

/** Somebody in the Temporal UI gives no key, or nothing at all. */
const by = (order: Order | undefined): Required<Pick<Order, 'keyId'>> & Order => ({
  keyId: order?.keyId ?? null,
  ...(order?.untilMs === undefined ? {} : { untilMs: order.untilMs }),
});

/** The campaign's state among its search attributes, where it was started with them. */
class ShownState {
  private shown = workflowInfo().typedSearchAttributes.get(STATE);

  show(state: CampaignState): void {
    // Where none was set the namespace may not know it, and would refuse it for ever; nor have earlier releases set it.
    if (this.shown === undefined || this.shown === state) return;
    this.shown = state;
    upsertSearchAttributes([{ key: STATE, value: state }]);
  }
}

/** The activities of a campaign. An urgent one goes before bulk with its slices, and with the preparation of its audience. */
function activitiesFor({ accountId, priority = BULK_PRIORITY }: CampaignInput) {
  const urgent = priority < BULK_PRIORITY;
  const dispatch = {
    taskQueue: urgent ? TASK_QUEUES.transactional : TASK_QUEUES.bulk,
    // A restart of Temporal must not be taken for the death of all workers.
    heartbeatTimeout: '1 minute',
    retry: RETRY,
    priority: { priorityKey: priority, fairnessKey: accountId },
  } as const;
  const { prepareCampaign } = proxyActivities<Activities>({
    ...dispatch,
    // An urgent campaign is small, and must not wait for lists of millions.
    taskQueue: urgent ? TASK_QUEUES.transactional : TASK_QUEUES.audience,
    startToCloseTimeout: '12 hours',
  });
  const { advanceCampaignSlices } = proxyActivities<Activities>({ ...dispatch, startToCloseTimeout: '1 hour' });
  return { prepareCampaign, advanceCampaignSlices };
}

type Advance = ActivityInterfaceFor<Activities>['advanceCampaignSlices'];

/** Runs that came back, and slices that were told to be done, ever. */
interface Counts {
  returned: number;
  doneSlices: number;
}

/**
 * What this run of the workflow knows of its campaign, and the slices that it has in hand. The rows decide what is done;
 * this decides when they are looked at again.
 */
class Steering {
  /** Last known; the row decides, this lets validators refuse at once. */
  state: CampaignState | null = null;
  /** There is something that the last survey did not know. */
  news = false;
  newsCount = 0;
  /** Numbers of the slices in hand. */
  readonly busy = new Set<number>();
  /** Runs of slices that are under way. */
  runs = 0;
  /** Runs that came back, ever. */
  returned = 0;
  /** A run found no gateway that takes its messages. */
  held = false;
  heldMs = HELD_MS;
  private openSlices = 0;
  /** Slices that were told to be done, ever. */
  private doneSlices = 0;
  private readonly lookUps: LookUps;

  constructor(
    private readonly campaignId: string,
    private readonly advance: Advance,
    accountId: string,
  ) {
    this.lookUps = new LookUps(accountId, () => {
      this.news = true;
    });
  }

  /** No further slice is started before the next survey. */
  get interrupted(): boolean {
    return this.news || this.held;
  }

  hear({ done, refused }: CampaignNews): void {
    this.newsCount++;
    this.doneSlices += done;
    this.openSlices -= done;
    if (refused > 0 || this.openSlices <= 0) this.news = true;
  }

  /** @throws ApplicationFailure of type {@link WRONG_STATE} when the campaign's state does not allow it. */
  async carryOut(command: CampaignCommand): Promise<CampaignState> {
    const { problem, state } = await control.commandCampaign({ campaignId: this.campaignId, command });
    this.state = state;
    this.news = true;
    if (problem !== null) throw ApplicationFailure.nonRetryable(problem, WRONG_STATE);
    return state;
  }

  /**
   * Refuses what an ended campaign can't do. The row may be ahead of us, but not of an end; all else is decided there.
   * @throws ApplicationFailure of type {@link WRONG_STATE}
   */
  checkEnded(action: CampaignCommand['action']): void {
    const problem = this.state === null || !hasEnded(this.state) ? null : actionProblem(action, this.state);
    if (problem !== null) throw ApplicationFailure.nonRetryable(problem, WRONG_STATE);
  }

  /** Counts to compare with once the survey is there; news from here on may not be in it. */
  beforeSurvey(): Counts {
    this.news = false;
    return { returned: this.returned, doneSlices: this.doneSlices };
  }

  takeOver(survey: CampaignSurvey, before: Counts): void {
    // A command that was carried out while the survey was made knows the state better.
    if (!this.news) this.state = survey.state;
    // News that came meanwhile may be in the survey or not: a count that is too low only leads to one more survey.
    const doneSince = this.doneSlices - before.doneSlices;
    this.openSlices = survey.openSlices - doneSince;
    if (doneSince > 0 && this.openSlices <= 0) this.news = true;
  }

  /** Takes slices from the queue until all runs that are allowed at a time are under way. */
  startRuns(queue: number[], survey: CampaignSurvey): void {
    while (queue.length > 0 && !this.interrupted && this.runs < survey.width) {
      // Long runs first, short ones last: few activities, and all of them end at about the same time.
      this.startRun(queue.splice(0, Math.ceil(queue.length / survey.width)), survey);
    }
  }

  private startRun(nos: number[], { untilMs }: CampaignSurvey): void {
    this.runs++;
    for (const no of nos) this.busy.add(no);
    const run = { campaignId: this.campaignId, nos, untilMs };
    void this.advance.executeWithOptions({ summary: slicesIn(nos) }, [run]).then(
      ({ held, lookUp }) => {
        this.endRun(nos);
        // Absent in what was recorded before there was one.
        if (lookUp !== undefined && lookUp.length > 0) this.lookUps.start({ sliceIds: lookUp });
        this.held ||= held;
        if (!held) this.heldMs = HELD_MS;
      },
      () => {
        this.endRun(nos);
        this.news = true;
      },
    );
  }

  private endRun(nos: number[]): void {
    this.runs--;
    this.returned++;
    for (const no of nos) this.busy.delete(no);
  }
}

/** Their numbers in words: "slices 0–5, 9". */
function slicesIn(nos: readonly number[]): string {
  const spans: [from: number, to: number][] = [];
  for (const no of nos) {
    const last = spans.at(-1);
    if (last?.[1] === no - 1) last[1] = no;
    else spans.push([no, no]);
  }
  const shown = spans.slice(0, MAX_SPANS).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return `slices ${shown.join(', ')}${spans.length > MAX_SPANS ? ' …' : ''}`;
}
