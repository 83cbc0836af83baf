/** `/api/v1/callbacks`: outcomes on their way to webhooks. */
import { AppError } from '../../../errors';
import {
  findCallback,
  listCallbacks,
  replayCallback,
  type CallbackRow,
  type CallbackState,
} from '../../../store/webhooks/callbacks';
import { findWebhookOf, resumeWebhooks, type Webhook } from '../../../store/webhooks/webhooks';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import { pageOf, readCursor } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { callback, CALLBACK_ID, callbackQuery, toCallback } from './schema';

const CALLBACKS = '/api/v1/callbacks';
const tag = 'Callbacks';

/** CleverTap counts what it is told twice; a receiver of signed events knows a repeated one by its id. */
const REPLAYABLE: Record<Webhook['kind'], readonly CallbackState[]> = {
  clevertap: ['dead', 'skipped'],
  standard: ['dead', 'skipped', 'delivered'],
};

const { existing, change } = resource<CallbackRow>({ noun: 'callback', id: CALLBACK_ID });

const callbackOf = (deps: ApiDeps, accountId: string, id: string): Promise<CallbackRow> =>
  existing(id, (known) => findCallback(deps.database.db, accountId, known));

export const callbacks: Endpoint[] = [
  endpoint(
    {
      id: 'listCallbacks',
      method: 'get',
      path: CALLBACKS,
      tag,
      summary: 'What was told to webhooks, newest first',
      scope: 'read',
      query: callbackQuery,
      answers: { 200: { description: 'A page of callbacks', schema: pageOf(callback) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { cursor, limit, ...filter } }) => {
      const [after] = readCursor<[string]>(cursor, 1, CALLBACK_ID) ?? [];
      const rows = await listCallbacks(deps.database.db, { ...filter, accountId, after, limit });
      return pageFrom(rows, limit, toCallback, ({ id }) => [id]);
    },
  ),
  endpoint(
    {
      id: 'getCallback',
      method: 'get',
      path: `${CALLBACKS}/:id`,
      tag,
      summary: 'One callback',
      scope: 'read',
      answers: { 200: { description: 'The callback', schema: callback } },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) => toCallback(await callbackOf(deps, actor.accountId, params.id)),
  ),
  endpoint(
    {
      id: 'replayCallback',
      method: 'post',
      path: `${CALLBACKS}/:id/replay`,
      tag,
      summary: 'Tell it again',
      description:
        'Dead and skipped callbacks can be told again, delivered ones to standard webhooks only: CleverTap would count them twice.',
      scope: 'manage',
      answers: { 200: { description: 'It waits to be sent', schema: callback } },
      errors: ['not-found', 'wrong-state'],
    },
    async (call) => {
      const { deps, actor } = call;
      const row = await callbackOf(deps, actor.accountId, call.params.id);
      const webhook = await findWebhookOf(deps.database.db, deps.sealer, actor.accountId, row.webhook_id);
      if (webhook === null) throw new AppError('wrong-state', 'The webhook of this callback was deleted');
      const from = REPLAYABLE[webhook.kind];
      const detail = { messageId: row.message_id, webhookId: row.webhook_id, state: row.state };
      const replayed = await change(
        call,
        async (tx) => {
          await resumeWebhooks(tx, [row.webhook_id]);
          return replayCallback(tx, row.id, from);
        },
        (done) => (done ? { action: 'callback.replayed', subject: row.id, detail } : null),
      );
      const now = await callbackOf(deps, actor.accountId, row.id);
      if (!replayed) {
        throw new AppError(
          'wrong-state',
          `The callback is ${now.state}; told again can be what is ${from.join(' or ')}`,
        );
      }
      deps.resumeRelays([row.webhook_id]);
      return toCallback(now);
    },
  ),
];
