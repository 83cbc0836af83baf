/** What the relay asks of each kind of webhook. */
import { publicText } from '../../outbound/errors';
import type { CallbackKey, CallbackResultDraft, ClaimedCallback, SendableCallback } from '../../store/webhooks/relays';
import type { Webhook } from '../../store/webhooks/webhooks';

/** How callbacks get to one kind of webhook, and what their answers mean. */
export interface Transport {
  /** Callbacks of one claim, and the most of one post. */
  batch: number;
  /** Posts to one endpoint at the same time. */
  maxPosts: number;
  /** After so many posts in a row of which nothing arrived, the endpoint counts as away. */
  patience: number;
  /** What an endpoint that is away does to its webhook: a pause that people see and probes end, or a moment's rest. */
  whenAway: 'pause' | 'rest';
  /** What a callback whose answer was lost with its worker waits before it is tried again. */
  abandonedMs: number;
  /** Why this one can't be sent; null when it can. */
  unsendable(callback: SendableCallback): string | null;
  /** Parts callbacks into posts. */
  share(callbacks: SendableCallback[]): SendableCallback[][];
  /** @param stopping aborted when the worker stops: what is under way then counts as a lost answer. */
  post(webhook: Webhook, callbacks: SendableCallback[], stopping: AbortSignal): Promise<PostOutcome>;
  /** One more try after the pause that its tries ask for, or the end of its tries. */
  again(callback: ClaimedCallback, status: number | null, reason: string): CallbackResultDraft;
}

/** What became of a post. */
export type PostOutcome =
  /** It was taken, or some of it. @property note what an operator should know of it. */
  | { kind: 'answered'; results: CallbackResultDraft[]; note?: string | undefined }
  /** Nothing of it was taken, as far as can be known. @property waitMs what the endpoint asked for. */
  | { kind: 'failed'; results: CallbackResultDraft[]; reason: string; waitMs: number }
  /** Some of it was taken, and nobody knows which: none is posted again. A person has to look. */
  | { kind: 'unclear'; results: CallbackResultDraft[]; reason: string }
  /** Something in it keeps all of it from being taken. */
  | { kind: 'refused'; status: number | null; reason: string }
  /** Nothing of it was taken, and nothing else would be now. */
  | { kind: 'closed'; reason: string }
  /** It did not leave, because the worker stops. */
  | { kind: 'unsent' }
  /** The endpoint wants nothing any more. */
  | { kind: 'gone'; results: CallbackResultDraft[]; reason: string };

/** What is said of a callback that can't be put into words: it must not keep the others from being sent. */
export const unwritable = (error: unknown): string =>
  `it can’t be written: ${publicText(error instanceof Error ? error.message : String(error))}`;

/** A callback that is not sent, and why. */
export const skip = (callback: CallbackKey, reason: string): CallbackResultDraft => ({
  callback,
  state: 'skipped',
  delayMs: null,
  status: null,
  error: reason,
});

export const delivered = (callback: CallbackKey, status: number): CallbackResultDraft => ({
  callback,
  state: 'delivered',
  delayMs: null,
  status,
  error: null,
});

export const dead = (callback: CallbackKey, status: number | null, reason: string): CallbackResultDraft => ({
  callback,
  state: 'dead',
  delayMs: null,
  status,
  error: reason,
});
