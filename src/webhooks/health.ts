/** How a webhook is, by what became of its last tries. Pure. */

export const WEBHOOK_HEALTH = ['ok', 'failing', 'paused', 'idle'] as const;
export type WebhookHealthState = (typeof WEBHOOK_HEALTH)[number];

/** Tries to tell a callback. */
export interface Tries {
  delivered: number;
  failed: number;
}

/** From this share of tries that were taken on, one that was failing works again: between the two it stays what it was. */
const WELL_SHARE = 0.8;
/** Below this share it is failing. */
const FAILING_SHARE = 0.5;

export const shareOf = ({ delivered, failed }: Tries): number | null =>
  delivered + failed === 0 ? null : delivered / (delivered + failed);

/** What is known of a webhook. */
export interface WebhookCondition {
  /** It is paused or disabled: nothing is tried. */
  rests: boolean;
  /** What was said of it last. */
  before: WebhookHealthState;
  /** Of the last five minutes. */
  recent: Tries;
  /** Of the last hour. */
  hour: Tries;
  /** Something waits to be told. */
  waits: boolean;
}

/**
 * The state of a webhook. One that fails between long pauses is failing all the same: what it was stays while something
 * waits and nothing is tried.
 */
export function webhookHealth({ rests, before, recent, hour, waits }: WebhookCondition): WebhookHealthState {
  if (rests) return 'paused';
  const share = shareOf(recent);
  if (share !== null) {
    if (share < FAILING_SHARE) return 'failing';
    return before === 'failing' && share < WELL_SHARE ? 'failing' : 'ok';
  }
  if (waits && before === 'failing') return 'failing';
  return waits || shareOf(hour) !== null ? 'ok' : 'idle';
}
