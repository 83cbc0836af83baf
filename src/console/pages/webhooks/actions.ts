/** What can be done with webhooks and what waits for them. */
import { api } from '../../api';
import { ask, count, plural, toast, toastProblem } from '../../parts';
import { shortUrl, type Callback, type Webhook } from './state';

/** Switches it off, or on: what waits is then tried at once. */
export async function switchTo(webhook: Webhook, state: 'active' | 'disabled', done: () => void): Promise<void> {
  const result = await api.patch('/api/v1/webhooks/{id}', { params: { id: webhook.id }, body: { state } });
  if (!result.ok) return toastProblem(result.problem);
  const name = shortUrl(webhook.url);
  const back = webhook.state === 'disabled' ? 'disabled' : 'active';
  toast(state === 'active' ? `${name} is tried at once.` : `${name} gets nothing more; what comes for it waits.`, {
    undo: back === state ? undefined : () => switchTo({ ...webhook, state }, back, done),
  });
  done();
}

export async function remove({ id, url }: Webhook, done: () => void): Promise<void> {
  const wanted = await ask({
    title: `Delete the webhook to ${shortUrl(url)}?`,
    text: 'What waits for it is told to nobody. Outcomes stay with their messages.',
    action: 'Delete the webhook',
    danger: true,
  });
  if (!wanted) return;
  const result = await api.delete('/api/v1/webhooks/{id}', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast('The webhook is deleted.');
  done();
}

export async function replayOne({ id }: Callback, done: () => void): Promise<void> {
  const result = await api.post('/api/v1/callbacks/{id}/replay', { params: { id } });
  if (!result.ok) return toastProblem(result.problem);
  toast('It is told again.');
  done();
}

interface Selection {
  webhookId?: string;
  state: 'dead' | 'skipped' | 'delivered';
  /** ISO 8601; absent = from the beginning. */
  from?: string;
}

/** Tells all of these again, page by page, after a question. @param says what they are: `given up since 12:00`. */
export async function replayAll(selection: Selection, says: string, done: () => void): Promise<void> {
  const wanted = await ask({
    title: 'Tell them again?',
    text: `All that were ${says} are queued once more. CleverTap is told again only what it was not told before.`,
    action: 'Tell them again',
  });
  if (!wanted) return;
  let replayed = 0;
  let cursor: string | undefined;
  do {
    const result = await api.post('/api/v1/callbacks/replay', { body: { ...selection, cursor } });
    if (!result.ok) {
      toastProblem(result.problem);
      if (replayed > 0) toast(`${count(replayed)} were queued before that.`);
      return done();
    }
    replayed += result.data.replayed;
    cursor = result.data.nextCursor ?? undefined;
  } while (cursor !== undefined);
  toast(
    replayed === 0
      ? 'There was none to tell again.'
      : `${plural(replayed, 'callback is', 'callbacks are')} told again.`,
  );
  done();
}
