/** `/api/v1/callbacks`: outcomes on their way to webhooks. */
import type { Router } from 'express';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import {
  findCallback,
  listCallbacks,
  replayCallback,
  type CallbackRow,
  type CallbackState,
} from '../../../store/webhooks/outbox';
import { findWebhookOf, type Webhook } from '../../../store/webhooks/webhooks';
import { fieldsOf, queryOf } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { readCursor, toCursor } from '../../http/page';
import { validate } from '../../http/validate';
import { CALLBACK_ID, callbackQuery, toCallback } from './schema';

/** CleverTap counts what it is told twice; a receiver of signed events knows a repeated one by its id. */
const REPLAYABLE: Record<Webhook['kind'], readonly CallbackState[]> = {
  clevertap: ['dead', 'skipped'],
  standard: ['dead', 'skipped', 'delivered'],
};

export function outboxRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  async function existing(accountId: string, id: string): Promise<CallbackRow> {
    const row = CALLBACK_ID.test(id) ? await findCallback(db, accountId, id) : null;
    if (row === null) throw new AppError('not-found', 'The account has no callback with this id');
    return row;
  }

  router.get('/api/v1/callbacks', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit, ...filter } = validate(callbackQuery, fieldsOf(queryOf(request)));
    const [after] = readCursor<[string]>(cursor, 1, CALLBACK_ID) ?? [];
    const rows = await listCallbacks(db, { ...filter, accountId, after, limit });
    const nextCursor = rows.length === limit ? toCursor([rows.at(-1)!.id]) : null;
    response.json({ items: rows.map(toCallback), nextCursor });
  });

  router.get('/api/v1/callbacks/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    response.json(toCallback(await existing(accountId, request.params.id)));
  });

  router.post('/api/v1/callbacks/:id/replay', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const row = await existing(accountId, request.params.id);
    const webhook = await findWebhookOf(db, deps.sealer, accountId, row.webhook_id);
    if (webhook === null) throw new AppError('wrong-state', 'The webhook of this callback was deleted');
    const from = REPLAYABLE[webhook.kind];
    const replayed = await audited(
      db,
      principal,
      (tx) => replayCallback(tx, row.id, from),
      (done) =>
        done
          ? {
              action: 'callback.replayed',
              subject: row.id,
              detail: { messageId: row.message_id, webhookId: row.webhook_id, state: row.state },
            }
          : null,
    );
    const now = await existing(accountId, row.id);
    if (!replayed) {
      throw new AppError('wrong-state', `The callback is ${now.state}; told again can be what is ${from.join(' or ')}`);
    }
    deps.wakeRelays([row.webhook_id]);
    response.json(toCallback(now));
  });
}
