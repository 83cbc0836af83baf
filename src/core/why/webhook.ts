/** Why a webhook was not told, of a webhook and of one message. Pure. */
import type { CallbackFacts, Tell, Verdict, WebhookFacts } from './facts';

const receiver = ({ kind }: Pick<WebhookFacts, 'kind'>): string => (kind === 'clevertap' ? 'CleverTap' : 'The webhook');
const whoOf = ({ kind }: WebhookFacts): Verdict['who'] => (kind === 'clevertap' ? 'clevertap' : 'you');
const answered = (status: number | null, message: string | null): string =>
  status !== null
    ? `it answered ${status}`
    : message === null
      ? 'it does not answer'
      : `it does not answer: ${message}`;

/** Why nothing reaches it; null = it is told. */
function stopOf(webhook: WebhookFacts): Pick<Verdict, 'code' | 'sentence' | 'since'> | null {
  if (!webhook.isActive) {
    const why = webhook.disabledReason === null ? '' : `: ${webhook.disabledReason}`;
    return {
      code: 'webhook-disabled',
      sentence: `${receiver(webhook)} is not told any more, since the webhook is disabled${why}.`,
    };
  }
  if (webhook.pausedAt !== null) {
    const why = webhook.pausedReason === null ? '' : ` (${webhook.pausedReason})`;
    return {
      code: 'webhook-paused',
      sentence: `${receiver(webhook)} refuses everything${why}: the webhook rests and is probed.`,
      since: webhook.pausedAt,
    };
  }
  return null;
}

const remedyOf = ({ id }: WebhookFacts): Verdict['remedy'] => ({
  sentence: 'Mend the endpoint, then set the webhook active: what waits for it is sent at once.',
  action: { method: 'PATCH', path: `/api/v1/webhooks/${id}`, body: { state: 'active' } },
  link: `/console/webhooks/${id}`,
});

export function verdictOfWebhook(webhook: WebhookFacts, tell: Tell): Verdict {
  const stop = stopOf(webhook);
  const waiting = webhook.waiting ?? 0;
  if (stop !== null) return { ...stop, who: whoOf(webhook), remedy: remedyOf(webhook) };
  if (waiting > 0 && webhook.lastError !== null) {
    const { status, message } = webhook.lastError;
    return {
      code: 'webhook-failing',
      sentence: `${receiver(webhook)} was not told of ${waiting === 1 ? 'an outcome' : 'outcomes'}, because ${answered(status, message)}.`,
      who: whoOf(webhook),
      ...(webhook.oldestAt === null ? {} : { since: webhook.oldestAt }),
      remedy: remedyOf(webhook),
    };
  }
  return {
    code: waiting > 0 ? 'webhook-catching-up' : 'webhook-ok',
    sentence:
      waiting > 0 && webhook.oldestAt !== null
        ? `Outcomes are on their way to the webhook, the oldest since ${tell(webhook.oldestAt)}.`
        : 'The webhook is told of everything; nothing waits.',
    who: 'nobody',
    remedy: { sentence: 'Nothing has to be done.', link: `/console/webhooks/${webhook.id}` },
  };
}

/** Why the outcome of a message did not reach its webhook; null = it did, it was just queued, or nobody wants it. */
export function untoldOf(callbacks: readonly CallbackFacts[]): Verdict | null {
  const outcome = [...callbacks].reverse().find(({ state }) => state !== 'delivered' && state !== 'skipped');
  if (outcome === undefined || outcome.webhook === null) return null;
  const { webhook, tries, lastStatus, lastError } = outcome;
  const stop = stopOf(webhook);
  const replay: Verdict['remedy'] = {
    sentence: 'Mend the endpoint, then replay the callback.',
    action: { method: 'POST', path: `/api/v1/callbacks/${outcome.id}/replay` },
    command: `heliograph callback replay ${outcome.id}`,
    link: `/console/webhooks/${webhook.id}`,
  };
  if (outcome.state === 'dead') {
    return {
      code: 'not-told',
      sentence: `${receiver(webhook)} was not told, and no further try is made: ${answered(lastStatus, lastError)}.`,
      who: whoOf(webhook),
      since: outcome.createdAt,
      remedy: replay,
    };
  }
  // One that is on its way has no answer yet, which is not the same as no answer.
  if (stop === null && (tries === 0 || (lastStatus === null && lastError === null))) return null;
  const why =
    stop?.sentence ?? `${receiver(webhook)} was not told yet: ${answered(lastStatus, lastError)}; it is tried again.`;
  return { code: 'not-told', sentence: why, who: whoOf(webhook), since: outcome.createdAt, remedy: remedyOf(webhook) };
}
