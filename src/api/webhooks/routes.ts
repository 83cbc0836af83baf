/** `/api/v1/webhooks`: where outcomes go. */
import type { Router } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors';
import { audited } from '../../store/audit';
import { ensureWebhook, listWebhooks, type Webhook } from '../../store/webhooks';
import { readJson } from '../body';
import { checkCallbackUrl } from '../clevertap/webhook-targets';
import type { ApiDeps } from '../deps';
import { validate } from '../validate';

const webhook = z.strictObject({
  kind: z.literal('clevertap', 'must be "clevertap"'),
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  isDefault: z.boolean().default(false),
});

export function webhookRoutes(router: Router, deps: ApiDeps): void {
  router.get('/api/v1/webhooks', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const webhooks = await listWebhooks(deps.database.db, deps.sealer, accountId);
    response.json({ items: webhooks.map(toAnswer), nextCursor: null });
  });

  router.post('/api/v1/webhooks', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const draft = validate(webhook, readJson(request));
    const { account } = await deps.accounts.context(accountId);
    const problem = checkCallbackUrl(draft.url, account.callback_hosts, new Set(deps.outboundAllow));
    if (problem !== null) {
      throw new AppError('invalid-request', `url ${problem}`, { problems: [{ field: 'url', message: problem }] });
    }
    const made = await audited(
      deps.database.db,
      principal,
      (tx) => ensureWebhook(tx, deps.sealer, { ...draft, accountId }),
      ({ id, kind }) => ({ action: 'webhook.created', subject: id, detail: { kind, isDefault: draft.isDefault } }),
    );
    deps.accounts.forget(accountId);
    response.status(201).json(toAnswer(made));
  });
}

/** The query of a callback URL is its credential: it is shown by name, not by value. */
function toAnswer({ id, kind, url, isDefault, state, createdAt }: Webhook) {
  const shown = new URL(url);
  for (const name of new Set(shown.searchParams.keys())) shown.searchParams.set(name, '••••');
  return { id, kind, url: decodeURI(shown.href), isDefault, state, createdAt: createdAt.toISOString() };
}
