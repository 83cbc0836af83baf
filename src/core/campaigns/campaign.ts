/**
 * The life of a campaign, as a table. `docs/campaigns.md` draws it and a test holds the two together; every statement
 * that moves a campaign takes its source states from here.
 */
export const CAMPAIGN_STATES = [
  'draft', 'preparing', 'scheduled', 'running', 'paused', 'settling', 'finished', 'cancelled', 'failed',
] as const; // prettier-ignore
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

export const CAMPAIGN_TRANSITIONS: Record<CampaignState, readonly CampaignState[]> = {
  draft: ['preparing', 'scheduled', 'cancelled'],
  preparing: ['scheduled', 'paused', 'cancelled', 'failed'],
  scheduled: ['preparing', 'running', 'paused', 'cancelled', 'finished'],
  running: ['paused', 'settling', 'cancelled', 'finished'],
  paused: ['preparing', 'scheduled', 'running', 'cancelled', 'finished', 'failed'],
  settling: ['running', 'paused', 'cancelled', 'finished'],
  finished: [],
  cancelled: [],
  failed: [],
};

/** States in which messages may leave. */
export const DISPATCHING_STATES = ['running', 'settling'] as const satisfies readonly CampaignState[];
/** States that end a campaign's own life. A cancelled one still awaits the receipts of what has left. */
export const ENDED_STATES = ['finished', 'cancelled', 'failed'] as const satisfies readonly CampaignState[];

/**
 * Later than this after its time, a campaign is late: its lateness policy says what happens, and an occurrence of a
 * series is left out.
 */
export const LATE_MS = 15 * 60_000;

/** Whether messages of a campaign in this state may leave. */
export const mayDispatch = (state: CampaignState): boolean =>
  (DISPATCHING_STATES as readonly CampaignState[]).includes(state);

/** Whether a campaign in this state has ended its own life: see {@link ENDED_STATES}. */
export const hasEnded = (state: CampaignState): boolean => (ENDED_STATES as readonly CampaignState[]).includes(state);

/** A series: a campaign that starts others like itself. Its row is the truth, its schedule in Temporal follows. */
export interface SeriesSchedule {
  campaignId: string;
  accountId: string;
  /** Five fields, in the zone. */
  cron: string;
  timezone: string;
  overlap: 'skip' | 'buffer' | 'allow';
  state: 'scheduled' | 'paused' | 'cancelled';
}

/** What a person can ask of a campaign. */
export type CampaignAction = 'launch' | 'pause' | 'resume' | 'cancel' | 'reschedule' | 'setRate';

/** In which states each action makes sense. */
export const ACTION_STATES: Record<CampaignAction, readonly CampaignState[]> = {
  launch: ['draft'],
  pause: ['scheduled', 'running', 'settling', 'preparing'],
  resume: ['paused'],
  cancel: ['draft', 'preparing', 'scheduled', 'running', 'paused', 'settling'],
  reschedule: ['draft', 'scheduled', 'preparing'],
  setRate: ['draft', 'preparing', 'scheduled', 'running', 'paused', 'settling'],
};

/** What the audit says of an action that was carried out: `campaign.paused`. */
export const ACTION_DONE: Record<CampaignAction, string> = {
  launch: 'launched',
  pause: 'paused',
  resume: 'resumed',
  cancel: 'cancelled',
  reschedule: 'rescheduled',
  setRate: 'rate-set',
};

/** The states that may move to `next`. */
export function campaignStatesBefore(next: CampaignState): CampaignState[] {
  return CAMPAIGN_STATES.filter((state) => CAMPAIGN_TRANSITIONS[state].includes(next));
}

/** Why an action makes no sense now, naming both states; null when it does. */
export function actionProblem(action: CampaignAction, state: CampaignState): string | null {
  const allowed = ACTION_STATES[action];
  if (allowed.includes(state)) return null;
  return `The campaign is ${state}: ${action} needs one that is ${allowed.join(' or ')}`;
}

/** A command as far as it shows on the campaign. */
export interface AskedCommand {
  action: CampaignAction;
  dueAtMs?: number;
  timezone?: string;
  ratePerSecond?: number | null;
}

/** What is known of a campaign whom a command was given. */
export interface CommandedCampaign {
  state: CampaignState;
  resumed: boolean;
  due_at: Date | null;
  timezone: string;
  rate_per_second: number | null;
}

/**
 * Whether what is asked was carried out: by the same command before, whose answer was lost, or by somebody else's. Asked
 * again, such a command is answered as the first time, and changes nothing.
 */
export function isCarriedOut({ action, ...asked }: AskedCommand, campaign: CommandedCampaign): boolean {
  const { state } = campaign;
  switch (action) {
    case 'pause':
      return state === 'paused';
    case 'resume':
      return campaign.resumed && state !== 'paused' && state !== 'cancelled' && state !== 'failed';
    case 'cancel':
      return state === 'cancelled';
    case 'reschedule':
      return (
        state !== 'cancelled' &&
        campaign.due_at?.getTime() === asked.dueAtMs &&
        (asked.timezone === undefined || asked.timezone === campaign.timezone)
      );
    case 'setRate':
      return campaign.rate_per_second === asked.ratePerSecond;
    case 'launch':
      return false;
  }
}
