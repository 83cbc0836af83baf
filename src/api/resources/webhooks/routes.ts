/** `/api/v1/webhooks`: where outcomes go. */
import type { Request, Router } from 'express';
import type { z } from 'zod';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import {
  deleteWebhook,
  ensureWebhookIn,
  findWebhookOf,
  listWebhooks,
  rotateSecret,
  updateWebhook,
} from '../../../store/webhooks/webhooks';
import { newSecret } from '../../../webhooks/signature';
import { checkStandardUrl } from '../../../webhooks/target';
import { readJson, readOptionalJson } from '../../http/body';
import { checkCallbackUrl } from '../../ingress/webhook-targets';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { rotation, toWebhookAnswer, WEBHOOK_ID, webhookBody, webhookPatch } from './schema';

const NO_SUCH_WEBHOOK = 'The account has no webhook with this id';

export function webhookRoutes(router: Router, deps: ApiDeps): void {
  const { sealer } = deps;
  const { db } = deps.database;
  const allowed = new Set(deps.outboundAllow);

  async function checkUrl(accountId: string, { kind, url }: z.output<typeof webhookBody>): Promise<void> {
    const { account } = await deps.accounts.context(accountId);
    const problem =
      kind === 'standard' ? checkStandardUrl(url, allowed) : checkCallbackUrl(url, account.callback_hosts, allowed);
    if (problem === null) return;
    throw new AppError('invalid-request', `url ${problem}`, { problems: [{ field: 'url', message: problem }] });
  }

  router.get('/api/v1/webhooks', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const webhooks = await listWebhooks(db, sealer, accountId);
    response.json({ items: webhooks.map(toWebhookAnswer), nextCursor: null });
  });

  router.post('/api/v1/webhooks', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const draft = validate(webhookBody, readJson(request));
    await checkUrl(accountId, draft);
    const secret = draft.kind === 'standard' ? newSecret() : undefined;
    const { webhook, made } = await audited(
      db,
      principal,
      (tx) => ensureWebhookIn(tx, sealer, { ...draft, accountId, secret }),
      (result) => ({
        action: result.made ? 'webhook.created' : 'webhook.updated',
        subject: result.webhook.id,
        detail: { kind: draft.kind, isDefault: result.webhook.isDefault },
      }),
    );
    deps.accounts.forget(accountId);
    response.status(made ? 201 : 200).json({ ...toWebhookAnswer(webhook), ...(made ? { secret } : {}) });
  });

  router.get('/api/v1/webhooks/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const webhook = await findWebhookOf(db, sealer, accountId, webhookIdOf(request));
    if (webhook === null) throw new AppError('not-found', NO_SUCH_WEBHOOK);
    response.json(toWebhookAnswer(webhook));
  });

  router.patch('/api/v1/webhooks/:id', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const id = webhookIdOf(request);
    const change = validate(webhookPatch, readJson(request));
    const webhook = await audited(
      db,
      principal,
      async (tx) => {
        const old = await findWebhookOf(tx, sealer, accountId, id);
        if (old === null) throw new AppError('not-found', NO_SUCH_WEBHOOK);
        if (old.kind === 'clevertap' && change.events != null) {
          const message = 'is for webhooks of kind "standard": CleverTap gets every event';
          throw new AppError('invalid-request', `events ${message}`, { problems: [{ field: 'events', message }] });
        }
        return updateWebhook(tx, sealer, accountId, id, change);
      },
      (changed) => (changed === null ? null : { action: 'webhook.updated', subject: id, detail: { ...change } }),
    );
    if (webhook === null) throw new AppError('not-found', NO_SUCH_WEBHOOK);
    deps.accounts.forget(accountId);
    if (webhook.state === 'active') deps.wakeRelays([id]);
    response.json(toWebhookAnswer(webhook));
  });

  router.delete('/api/v1/webhooks/:id', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const id = webhookIdOf(request);
    const deleted = await audited(
      db,
      principal,
      (tx) => deleteWebhook(tx, principal.accountId, id),
      (gone) => (gone ? { action: 'webhook.deleted', subject: id } : null),
    );
    if (!deleted) throw new AppError('not-found', NO_SUCH_WEBHOOK);
    deps.accounts.forget(principal.accountId);
    // Its relay skips what waits.
    deps.wakeRelays([id]);
    response.status(204).end();
  });

  router.post('/api/v1/webhooks/:id/rotate-secret', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const id = webhookIdOf(request);
    const { graceSeconds } = validate(rotation, readOptionalJson(request));
    const webhook = await findWebhookOf(db, sealer, accountId, id);
    if (webhook === null) throw new AppError('not-found', NO_SUCH_WEBHOOK);
    if (webhook.kind !== 'standard') {
      throw new AppError('wrong-state', 'Only webhooks of kind "standard" have a secret; this one is CleverTap’s');
    }
    const secret = newSecret();
    const expiresAt = await audited(
      db,
      principal,
      (tx) => rotateSecret(tx, sealer, accountId, id, { secret, graceSeconds }),
      (at) => (at === null ? null : { action: 'webhook.secret-rotated', subject: id, detail: { graceSeconds } }),
    );
    if (expiresAt === null) throw new AppError('not-found', NO_SUCH_WEBHOOK);
    response.status(201).json({ id, secret, previousSecretExpiresAt: expiresAt.toISOString() });
  });
}

function webhookIdOf({ params: { id } }: Request<{ id: string }>): string {
  if (!WEBHOOK_ID.test(id)) throw new AppError('not-found', NO_SUCH_WEBHOOK);
  return id;
}
