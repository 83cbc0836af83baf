/** `/api/v1/webhooks`: where outcomes go. */
import type { z } from 'zod';
import { AppError } from '../../../errors';
import { readWebhookHealth } from '../../../store/webhooks/health';
import { listOldestDue } from '../../../store/webhooks/outbox';
import {
  deleteWebhook,
  ensureWebhookIn,
  findWebhookId,
  findWebhookOf,
  listWebhooks,
  rotateSecret,
  updateWebhook,
  type Webhook,
} from '../../../store/webhooks/webhooks';
import { newSecret } from '../../../webhooks/signature';
import { checkStandardUrl } from '../../../webhooks/target';
import type { ApiDeps } from '../../deps';
import { endpoint, reply, type Endpoint } from '../../endpoint';
import type { Principal } from '../../http/auth';
import { pageOf } from '../../http/page';
import { invalidField } from '../../http/invalid';
import { checkQuota } from '../../http/quotas';
import { resource } from '../../http/resource';
import { checkCallbackUrl } from '../../ingress/webhook-targets';
import {
  checkEvents,
  madeWebhook,
  rotatedSecret,
  rotation,
  toWebhook,
  WEBHOOK_ID,
  webhookAnswer,
  webhookBody,
  webhookPatch,
} from './schema';

const WEBHOOKS = '/api/v1/webhooks';
const tag = 'Webhooks';

const { existing, found, change, remove } = resource<object>({
  noun: 'webhook',
  id: WEBHOOK_ID,
  inAccountContext: true,
});

/** @throws AppError invalid-request when nothing may be sent there. */
async function checkUrl(deps: ApiDeps, accountId: string, { kind, url }: z.output<typeof webhookBody>): Promise<void> {
  const { account } = await deps.accounts.context(accountId);
  const allowed = new Set(deps.outboundAllow);
  const problem =
    kind === 'standard' ? checkStandardUrl(url, allowed) : checkCallbackUrl(url, account.callback_hosts, allowed);
  if (problem !== null) throw invalidField('url', problem);
}

/** Webhooks as answered, each with how it is now. */
async function shownAll({ database: { pool } }: ApiDeps, { scopes }: Principal, rows: readonly Webhook[]) {
  const ids = rows.map(({ id }) => id);
  const [due, readings] = await Promise.all([listOldestDue(pool, ids), readWebhookHealth(pool, ids)]);
  const health = new Map(readings.map((reading) => [reading.webhookId, reading]));
  return rows.map((row) => toWebhook(row, scopes, health.get(row.id), due.get(row.id)));
}

export const webhooks: Endpoint[] = [
  endpoint(
    {
      id: 'listWebhooks',
      method: 'get',
      path: WEBHOOKS,
      tag,
      summary: 'Where outcomes go',
      scope: 'read',
      answers: { 200: { description: 'The account’s webhooks, oldest first', schema: pageOf(webhookAnswer) } },
    },
    async ({ deps, actor }) => {
      const rows = await listWebhooks(deps.database.db, deps.sealer, actor.accountId);
      return { items: await shownAll(deps, actor, rows), nextCursor: null };
    },
  ),
  endpoint(
    {
      id: 'createWebhook',
      method: 'post',
      path: WEBHOOKS,
      tag,
      summary: 'Make a webhook, or find the same one',
      description:
        'The same kind and URL again is answered 200 with the webhook that is there. The secret of a new standard webhook is shown this once.',
      scope: 'manage',
      body: { schema: webhookBody },
      answers: {
        200: { description: 'The account has it already', schema: webhookAnswer },
        201: { description: 'Made', schema: madeWebhook },
      },
      errors: ['malformed-body', 'invalid-request', 'quota-reached'],
    },
    async (call) => {
      const { deps, body } = call;
      const { accountId } = call.actor;
      await checkUrl(deps, accountId, body);
      const secret = body.kind === 'standard' ? newSecret() : undefined;
      const { webhook, made } = await change(
        call,
        async (tx) => {
          // The same one again is answered whatever the account has.
          if ((await findWebhookId(tx, accountId, body.kind, body.url)) === null)
            await checkQuota(tx, accountId, 'webhooks', deps.limits);
          return ensureWebhookIn(tx, deps.sealer, { ...body, accountId, secret });
        },
        (result) => ({
          action: result.made ? 'webhook.created' : 'webhook.updated',
          subject: result.webhook.id,
          detail: { kind: body.kind, isDefault: result.webhook.isDefault },
        }),
      );
      const [shown] = await shownAll(deps, call.actor, [webhook]);
      return made ? reply(201, { ...shown!, secret }) : shown!;
    },
  ),
  endpoint(
    {
      id: 'getWebhook',
      method: 'get',
      path: `${WEBHOOKS}/:id`,
      tag,
      summary: 'One webhook',
      scope: 'read',
      answers: { 200: { description: 'The webhook', schema: webhookAnswer } },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) => {
      const { database, sealer } = deps;
      const webhook = await existing(params.id, (id) => findWebhookOf(database.db, sealer, actor.accountId, id));
      return (await shownAll(deps, actor, [webhook]))[0]!;
    },
  ),
  endpoint(
    {
      id: 'updateWebhook',
      method: 'patch',
      path: `${WEBHOOKS}/:id`,
      tag,
      summary: 'Change a webhook',
      description: 'Activating one, disabled or paused, sends what has waited for it meanwhile.',
      scope: 'manage',
      body: { schema: webhookPatch },
      answers: { 200: { description: 'The webhook as it is now', schema: webhookAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found'],
    },
    async (call) => {
      const { deps, body: patch } = call;
      const { accountId } = call.actor;
      const webhook = await change(
        call,
        async (tx) => {
          const old = await existing(call.params.id, (id) => findWebhookOf(tx, deps.sealer, accountId, id));
          checkEvents(old.kind, patch.events);
          return found(await updateWebhook(tx, deps.sealer, accountId, old.id, patch));
        },
        ({ id }) => ({ action: 'webhook.updated', subject: id, detail: { ...patch } }),
      );
      if (webhook.state === 'active') deps.resumeRelays([webhook.id]);
      return (await shownAll(deps, call.actor, [webhook]))[0]!;
    },
  ),
  endpoint(
    {
      id: 'deleteWebhook',
      method: 'delete',
      path: `${WEBHOOKS}/:id`,
      tag,
      summary: 'Delete a webhook',
      description: 'What waits for it is skipped.',
      scope: 'manage',
      answers: { 204: { description: 'Deleted' } },
      errors: ['not-found'],
    },
    async (call) => {
      const { id } = call.params;
      await remove(
        call,
        (tx) => deleteWebhook(tx, call.actor.accountId, id),
        () => ({ action: 'webhook.deleted', subject: id }),
      );
      // Its relay skips what waits.
      call.deps.wakeRelays([id]);
    },
  ),
  endpoint(
    {
      id: 'rotateWebhookSecret',
      method: 'post',
      path: `${WEBHOOKS}/:id/rotate-secret`,
      tag,
      summary: 'Give a standard webhook a new secret',
      description: 'For graceSeconds every request carries two signatures, by the new and by the old secret.',
      scope: 'manage',
      body: { schema: rotation, optional: true },
      answers: { 201: { description: 'The new secret, shown this once', schema: rotatedSecret } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'wrong-state'],
    },
    async (call) => {
      const { sealer, database } = call.deps;
      const { accountId } = call.actor;
      const { graceSeconds } = call.body;
      const { id, kind } = await existing(call.params.id, (known) =>
        findWebhookOf(database.db, sealer, accountId, known),
      );
      if (kind !== 'standard') {
        throw new AppError('wrong-state', 'Only webhooks of kind "standard" have a secret; this one is CleverTap’s');
      }
      const secret = newSecret();
      const expiresAt = await change(
        call,
        async (tx) => found(await rotateSecret(tx, sealer, accountId, id, { secret, graceSeconds })),
        () => ({ action: 'webhook.secret-rotated', subject: id, detail: { graceSeconds } }),
      );
      return { id, secret, previousSecretExpiresAt: expiresAt.toISOString() };
    },
  ),
];
