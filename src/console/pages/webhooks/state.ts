/** How a webhook does, in a word and a sentence. */
import type { Schemas, WebhookHealth } from '../../api';
import { percent, plural } from '../../parts';

export type Webhook = Schemas['Webhook'] & {
  /** Of servers that tell it. */
  health?: WebhookHealth;
};
export type Callback = Schemas['Callback'];

/** What stands at it: switched off, at rest, or how it does. */
export function stateOf({ state, health }: Webhook): string {
  if (state !== 'active') return state;
  return health === undefined || health.state === 'paused' ? 'active' : health.state;
}

/** Where it goes, without the query: long addresses say it in their first part. */
export const shortUrl = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\?.*$/, '');

export function sentenceOf(webhook: Webhook): string {
  const { health, pausedReason, disabledReason } = webhook;
  const waiting = health === undefined || health.waiting === 0 ? '' : ` ${plural(health.waiting, 'callback waits', 'callbacks wait')}.`; // prettier-ignore
  if (webhook.state === 'disabled') return `It is disabled${because(disabledReason)}: what comes for it waits.${waiting}`;
  if (webhook.state === 'paused') return `It rests${because(pausedReason)}. Nothing is lost: it is tried again by itself.${waiting}`;
  if (health === undefined) return 'It is active.';
  switch (health.state) {
    case 'failing':
      return `Its endpoint fails${because(health.lastError?.message)}.${waiting}`;
    case 'idle':
      return `Nothing was sent to it in the last hour.${waiting}`;
    default:
      return `It takes ${health.successShare === null ? 'what is sent' : percent(health.successShare)}${health.successShare === null ? '' : ' of what is sent'}.${waiting}`;
  }
} // prettier-ignore

const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);

/** The first line of the list. */
export function sayingOf(webhooks: readonly Webhook[]): string {
  if (webhooks.length === 0) return 'Outcomes are told to nobody yet; they can be looked up.';
  const bad = webhooks.filter((webhook) => ['failing', 'paused', 'disabled'].includes(stateOf(webhook)));
  const waiting = webhooks.reduce((sum, { health }) => sum + (health?.waiting ?? 0), 0);
  const waits = waiting === 0 ? '' : ` ${plural(waiting, 'callback waits', 'callbacks wait')}.`;
  if (bad.length === 0) {
    const isTold = webhooks.some(({ health }) => health !== undefined);
    const [one, many] = isTold ? ['takes its callbacks', 'take their callbacks'] : ['is active', 'are active'];
    return webhooks.length === 1 ? `The webhook ${one}.${waits}` : `All ${webhooks.length} webhooks ${many}.${waits}`;
  }
  return `${bad.length} of ${plural(webhooks.length, 'webhook')} ${bad.length === 1 ? 'takes' : 'take'} nothing: ${bad.map(({ url }) => shortUrl(url)).join(', ')}.${waits}`;
}
