/** Rows of campaigns and of recipients that came with them. */
import type { Generated, JSONColumnType } from 'kysely';
import type { CampaignState } from '../../core/campaigns/campaign';
import type { SendWindow } from '../../core/time/window';
import type { CreatedAt, JsonWithDefault } from './columns';
import type { MessageOptions } from './messages';

/** Where a campaign's recipients come from; those of the request itself are in `campaign_recipients`. */
export type Audience = { kind: 'recipients' } | { kind: 'group' | 'upload'; id: string } | FailedAudience;

/** Those of another campaign whose messages failed. */
export interface FailedAudience {
  kind: 'campaign';
  id: string;
  /** Of these classes and codes alone; absent = whatever they are. */
  classes?: string[];
  codes?: string[];
  /** Each gets the text that it was to get. */
  asSent: boolean;
}

/** A campaign's own window; without a zone it is judged in the recipient's, where the number tells it. */
export type CampaignWindow = Omit<SendWindow, 'timezone'> & { timezone: string | null };

export interface Recurrence {
  /** Five fields: minute, hour, day of month, month, day of week. */
  cron: string;
  /** When the time comes and the last one still runs: not started, started after it, or started beside it. */
  overlap: 'skip' | 'buffer' | 'allow';
}

/** A recipient that a campaign leaves out, and why. */
export interface CampaignProblem {
  /** Place in the audience: a row of the file, a member's id, an index of the request (from 0). */
  position: number;
  code: string;
  message: string;
}

/** What a campaign will be, told from its audience before it is launched. Money is in the currency of the gateway's price. */
export interface CampaignForecast {
  /** Recipients that will get a message, the suppressed ones among them not. */
  recipients: number;
  /** Left out because their number has opted out. */
  suppressed: number;
  /** Left out because the number came before in the audience. */
  duplicates: number;
  /** Left out because their text could not be made; `problems` shows the first hundred. */
  rejected: number;
  problems: CampaignProblem[];
  segments: {
    total: number;
    /** Messages by their number of parts. */
    byParts: Record<string, number>;
  };
  encodings: { gsm7: number; ucs2: number };
  /** Characters that make messages UCS-2 and so more than twice as long, with how many messages each is in. */
  surprises: { character: string; messages: number }[];
  /** Messages that it makes GSM-7, and the parts that are saved; absent in forecasts of before. */
  smartEncoding?: { on: boolean; messages: number; segments: number };
  /** Null when the gateway has no price. */
  cost: { amount: number; currency: string | null } | null;
  /** When the last message leaves, were it launched when this was made; null = its windows don't open. */
  finishesAt: string | null;
  /** Seconds of sending, without closed windows. */
  sendingSeconds: number;
  /** What a person should look at before launching. */
  warnings: string[];
  madeAt: string;
}

export interface CampaignsTable {
  id: string;
  account_id: string;
  name: string;
  state: CampaignState;
  reason: string | null;
  body: string;
  template_id: string | null;
  dlt_text: string | null;
  variables: JSONColumnType<Record<string, string>>;
  sender: string | null;
  route_id: string | null;
  service: string;
  options: JSONColumnType<MessageOptions> | null;
  webhook_id: string | null;
  audience: JSONColumnType<Audience>;
  due_at: Date | null;
  timezone: string;
  send_window: JSONColumnType<CampaignWindow> | null;
  lateness: 'send' | 'skip' | 'next-window';
  rate_per_second: number | null;
  finish_within_seconds: number | null;
  send_id: string;
  /** bigint, read as a string. */
  position: Generated<string>;
  recipients: Generated<number>;
  rejected: Generated<number>;
  duplicates: Generated<number>;
  slices: Generated<number>;
  problems: JsonWithDefault<CampaignProblem[]>;
  forecast: JSONColumnType<CampaignForecast> | null;
  recurrence: JSONColumnType<Recurrence> | null;
  series_id: string | null;
  occurrence: Generated<string | null>;
  gateway_id: Generated<string | null>;
  priority: Generated<number>;
  created_at: CreatedAt;
  launched_at: Date | null;
  workflow_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  /** When what waits to be sent is given up; null = the clock stands, or something left since. */
  hold_until: Generated<Date | null>;
  /** What is left of that time while the clock stands. */
  hold_left_seconds: Generated<number | null>;
  /** Its messages don't leave so long after its time, nor after `valid_until`; null = no matter. */
  max_age_seconds: number | null;
  valid_until: Date | null;
  /** When its workflow looks again, at the latest; null = nothing is left to look at. */
  look_at: Generated<Date | null>;
  self_pausing: Generated<boolean>;
  /** Paused or cancelled while its audience was being prepared, which goes on. */
  unprepared: Generated<boolean>;
  /** Commands that were carried out, and other moves. */
  commands: Generated<number>;
  /** Of pause and resume, resume was the last. */
  resumed: Generated<boolean>;
  /** Of the rejected recipients, those that the request or its upload rejected. */
  refused: Generated<number>;
  /** The campaign to whose failed ones it goes again. */
  again_of: Generated<string | null>;
  /** Its text was corrected when it had slices up to here: those below are of the text before, and are taken back. */
  first_slice: Generated<number>;
  start_failures: Generated<number>;
  start_after: Date | null;
  /** When retention blanked its text and values. */
  blanked_at: Generated<Date | null>;
}

export interface CampaignRecipientsTable {
  campaign_id: string;
  position: number;
  msisdn: string;
  meta: string | null;
  variables: JSONColumnType<Record<string, string>> | null;
  /** Why it is left out; null = it is not. */
  code: Generated<string | null>;
  message: Generated<string | null>;
  /** Of one that is left out. */
  account_id: Generated<string | null>;
}
