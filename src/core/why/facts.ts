/** What is known of a thing when somebody asks why: facts in, verdicts out. Words of vendors come as they may be shown. */
import type { CampaignState } from '../campaigns/campaign';
import type { FailureClass } from '../messages/outcome';
import type { Shape } from '../messages/send-id';
import type { MessageState } from '../messages/status';

/** Who can mend it. */
export const WHO = ['you', 'provider', 'recipient', 'clevertap', 'nobody'] as const;
export type Who = (typeof WHO)[number];

export const SUBJECTS = ['message', 'request', 'campaign', 'gateway', 'webhook', 'upload', 'number', 'meta'] as const;
export interface Subject {
  kind: (typeof SUBJECTS)[number];
  id: string;
}

export interface Remedy {
  sentence: string;
  /** The call that mends it. */
  action?: { method: 'POST' | 'PATCH' | 'DELETE'; path: string; body?: Record<string, unknown> };
  /** The same on the command line. */
  command?: string;
  /** The console's page where it is mended. */
  link?: string;
}

export interface Verdict {
  code: string;
  /** One sentence, in plain words. */
  sentence: string;
  who: Who;
  /** Since when it is so. */
  since?: Date;
  remedy: Remedy;
}

export interface GatewayFacts {
  id: string;
  name: string;
  provider: string;
  isDemo: boolean;
  isActive: boolean;
  /** Why its provider refuses everything, such as a lack of credit; null = it does not. */
  pausedReason: string | null;
  breaker: 'closed' | 'open' | 'probing';
  /** Why its requests fail. */
  failure: string | null;
  changedAt: Date | null;
  /** The provider asked for a pause until then. */
  heldUntil: Date | null;
  holdReason: string | null;
  /** Messages a second; null = no limit. */
  ratePerSecond: number | null;
  receiptDeadlineSeconds: number;
}

export interface AttemptFacts {
  no: number;
  gatewayName: string;
  sender: string | null;
  state: string;
  class: FailureClass | null;
  code: string | null;
  reason: string | null;
  createdAt: Date;
  answeredAt: Date | null;
  settledAt: Date | null;
}

export interface CallbackFacts {
  id: string;
  event: string;
  state: 'pending' | 'sending' | 'delivered' | 'dead' | 'skipped';
  tries: number;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: Date;
  webhook: WebhookFacts | null;
}

export interface WebhookFacts {
  id: string;
  kind: 'clevertap' | 'standard';
  isActive: boolean;
  disabledReason: string | null;
  pausedReason: string | null;
  pausedAt: Date | null;
  /** Callbacks that wait; null = it was not counted. */
  waiting: number | null;
  oldestAt: Date | null;
  lastError: { at: Date; status: number | null; message: string | null } | null;
}

export interface CampaignFacts {
  id: string;
  name: string;
  state: CampaignState;
  reason: string | null;
  dueAt: Date | null;
  ratePerSecond: number | null;
  launchedAt: Date | null;
  finishedAt: Date | null;
  /** Its messages wait for a gateway until then. */
  holdUntil: Date | null;
  /** When the window opens that it waits for; null = it is open, or there is none. */
  opensAt: Date | null;
  /** Nothing has looked after it since then, although something should have; null = it is looked after. */
  lateSince: Date | null;
  /** It runs and might send, and nothing of it has left since then; null = it moves. */
  stillSince: Date | null;
  total: number;
  settled: number;
  rejected: number;
  /** Over which its messages go. */
  gateways: GatewayFacts[];
}

/** Why a number is not sent to. */
export interface SuppressionFacts {
  id: string;
  source: 'inbound' | 'provider' | 'person' | 'import';
  reason: string | null;
  at: Date;
  /** The name of the key under which a person asked for it; null = the admin key of the environment, or nobody. */
  keyName: string | null;
  /** The word of the text, or the code of the provider. */
  word: string | null;
  /** Another account of the deployment has it, and both share their opt-outs. */
  isShared: boolean;
  promotionalOnly: boolean;
}

/** The request that a message came by. */
export interface OriginFacts {
  shape: Shape;
  /** Null = the key is none of the account's. */
  keyName: string | null;
}

export interface MessageFacts {
  id: string;
  /** Null = it came by no request, or by one of before this was kept. */
  origin: OriginFacts | null;
  state: MessageState;
  code: string | null;
  reason: string | null;
  sender: string | null;
  acceptedAt: Date;
  dueAt: Date | null;
  heldUntil: Date | null;
  notBefore: Date | null;
  validUntil: Date | null;
  submittedAt: Date | null;
  settledAt: Date | null;
  /** Messages of its slice that have not left. */
  attempts: AttemptFacts[];
  callbacks: CallbackFacts[];
  campaign: CampaignFacts | null;
  suppression: SuppressionFacts | null;
  /** Of its legs in their order, each once; of a message that was not planned yet all of the account's. */
  gateways: GatewayFacts[];
}

/** A record or a request that was refused on the way in. */
export interface RefusalFacts {
  requestId: string;
  at: Date;
  shape: string;
  keyName: string | null;
  status: number;
  /** Of the request as a whole; null = the record alone was refused. */
  code: string | null;
  problem: { code: string; field: string | null; message: string };
}

export interface LeftOutFacts {
  campaignId: string;
  campaignName: string;
  at: Date;
  code: string;
  message: string;
}

export interface NobodysRowFacts {
  uploadId: string;
  uploadName: string | null;
  at: Date;
  row: number;
  message: string;
}

/** What is known of a number or a meta, each list newest first. */
export interface SoughtFacts {
  kind: 'number' | 'meta';
  message: MessageFacts | null;
  refusals: RefusalFacts[];
  leftOut: LeftOutFacts[];
  rows: NobodysRowFacts[];
  suppression: SuppressionFacts | null;
  /** How far back each was searched. */
  searched: { messagesSince: Date | null; requestsSince: Date };
  /** The latest request that came through, and the latest that was refused as a whole; null = none. */
  latestTaken: Date | null;
  unreadable: { requestId: string; at: Date; code: string; message: string; shape: string } | null;
}

/** Tells a moment as people read it. */
export type Tell = (at: Date) => string;
