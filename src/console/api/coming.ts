/**
 * Routes that the console asks and docs/openapi.json does not have yet. What the document says wins: an entry has no effect
 * once its path is there, and is then to be removed.
 */

import type { ComingSetUp } from './coming-set-up';

/** A route with query and answer; `Params` where the path has some. */
interface Reads<Query, Answer, Params = never> {
  get: {
    parameters: { query?: Query } & ([Params] extends [never] ? unknown : { path: Params });
    responses: { 200: { content: { 'application/json': Answer } } };
  };
}

interface Acts<Params, Body, Answer = undefined> {
  post: {
    parameters: { path: Params };
    requestBody?: { content: { 'application/json': Body } };
    responses: { 200: { content: { 'application/json': Answer } } };
  };
}

/** A thing that an answer speaks of: its page is found by `kind`. */
export interface Subject {
  kind: string;
  id: string;
}

/** One verdict on a message, a number, a campaign, a gateway, a webhook, an upload or a request. */
export interface WhyAnswer {
  verdict: {
    code: string;
    sentence: string;
    /** Who can mend it. */
    who: 'you' | 'provider' | 'recipient' | 'clevertap' | 'nobody';
    since?: string;
    remedy: {
      sentence: string;
      action?: { method: string; path: string; body?: unknown };
      command?: string;
      /** A path of the console. */
      link?: string;
    };
  };
  subject: Subject;
  evidence: { at: string; kind: string; sentence: string; subject?: Subject; data?: Record<string, unknown> }[];
  others: { kind: string; id: string; sentence: string; at: string }[];
}

export interface FoundItem {
  kind: string;
  id: string;
  title: string;
  sentence: string;
  at: string;
  state?: string;
  /** A path of the console. */
  link: string;
}

/** Parts that add up to `accepted`. */
export type OverviewLedger = Record<
  'accepted' | 'delivered' | 'failed' | 'expired' | 'suppressed' | 'cancelled' | 'unknown' | 'open',
  number
>;

interface PerSecond {
  accepted: number;
  settled: number;
}

/** The page Now in one answer; also each event of its stream. */
export interface Overview {
  /** `All well.`, or how many things need somebody and what they are. */
  sentence: string;
  needs: { sentence: string; link: string; kind: string }[];
  ledger: OverviewLedger;
  /** `series`: the last 60 seconds, the newest last. */
  perSecond: PerSecond & { series: PerSecond[] };
  gateways: { id: string; name: string; provider: string; state: string; reason: string | null; waiting: number }[];
  campaigns: {
    id: string;
    name: string;
    state: string;
    reason: string | null;
    ledger: OverviewLedger;
    ratePerSecond: number;
    eta: string | null;
  }[];
  webhooks: {
    id: string;
    url: string;
    waiting: number;
    /** More wait than are counted. */
    isMore: boolean;
    oldestWaitingAt: string | null;
    state: string;
  }[];
  /** Empty without the scope `manage`. */
  changes: { id: string; at: string; action: string; subject: string; keyId: string | null }[];
  at: string;
}

/** Where was searched, so that an empty answer says something. */
export interface Searched {
  what: string;
  /** Only back to then. */
  since?: string;
  /** Why it was not searched. */
  skipped?: string;
}

export interface Coming extends ComingSetUp {
  '/api/v1/overview': Reads<never, Overview>;
  '/api/v1/why': Reads<{ to?: string; id?: string; meta?: string }, WhyAnswer>;
  '/api/v1/find': Reads<{ q: string }, { items: FoundItem[]; searched: Searched[] }>;
  '/api/v1/messages/{id}/cancel': Acts<{ id: string }, undefined>;
  '/api/v1/messages/{id}/resend': Acts<{ id: string }, { confirm?: boolean }, { id: string }>;
  '/api/v1/messages/{id}/move': Acts<{ id: string }, { gatewayId: string }>;
}

/** Filters that known routes will take. */
export interface ComingQuery {
  '/api/v1/messages': {
    toContains?: string;
    providerMessageId?: string;
    gatewayId?: string;
    sender?: string;
    code?: string;
  };
}
