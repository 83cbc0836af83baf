/** `/api/v1/callbacks`: outcomes on their way to webhooks. */
import type { z } from 'zod';
import { AppError } from '../../../errors';
import {
  findCallback,
  listCallbacks,
  replayCallback,
  replayCallbacks,
  type CallbackRow,
  type CallbackState,
} from '../../../store/webhooks/callbacks';
import { findWebhookOf, resumeWebhooks, type Webhook } from '../../../store/webhooks/webhooks';
import type { ApiDeps } from '../../deps';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { pageOf, readCursor, toCursor } from '../../http/page';
import { resource } from '../../http/resource';
import { callback, CALLBACK_ID, callbackQuery, replayAnswer, replayBody, toCallback } from './schema';

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

/** A request replays in so many steps at most, each in a transaction with its audit row. */
const MAX_STEPS = 25;

type ReplayCall = Call<never, unknown, z.output<typeof replayBody>>;

/** @throws AppError when the account lacks the webhook, or it must not be told again what it was told. */
async function checkReplay({ deps, actor: { accountId }, body: { webhookId, state } }: ReplayCall): Promise<void> {
  if (webhookId === undefined) return;
  const webhook = await findWebhookOf(deps.database.db, deps.sealer, accountId, webhookId);
  if (webhook === null) throw new AppError('not-found', 'The account has no webhook with this id');
  const from = REPLAYABLE[webhook.kind];
  if (!from.includes(state)) {
    throw new AppError('wrong-state', `To this webhook can be told again what is ${from.join(' or ')}`);
  }
}

/** Replays what fits, step by step; what it is paused for is tried at once. */
async function replayAll(call: ReplayCall): Promise<z.output<typeof replayAnswer>> {
  const { deps, actor, body } = call;
  const { cursor, ...filter } = body;
  let [next = null]: (string | null | undefined)[] = readCursor<[string]>(cursor, 1, CALLBACK_ID) ?? [];
  let replayed = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    const done = await change(
      call,
      async (tx) => {
        const result = await replayCallbacks(tx, { ...filter, accountId: actor.accountId, after: next });
        if (result.webhookIds.length > 0) await resumeWebhooks(tx, result.webhookIds);
        return result;
      },
      (result) =>
        result.replayed === 0
          ? null
          : {
              action: 'callbacks.replayed',
              subject: filter.webhookId ?? actor.accountId,
              detail: { ...filter, replayed: result.replayed },
            },
    );
    replayed += done.replayed;
    next = done.next;
    deps.resumeRelays(done.webhookIds);
    if (next === null) break;
  }
  return { replayed, nextCursor: next === null ? null : toCursor([next]) };
}

export const callbacks: Endpoint[] = [
  endpoint(
    {
      id: 'listCallbacks',
      method: 'get',
      path: CALLBACKS,
      tag,
      summary: 'What was told to webhooks, newest first',
      description: 'A page may be short, or empty, and not be the last: the last one has no nextCursor.',
      scope: 'read',
      query: callbackQuery,
      answers: { 200: { description: 'A page of callbacks', schema: pageOf(callback) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId, scopes }, query: { cursor, limit, ...filter } }) => {
      const [after] = readCursor<[string]>(cursor, 1, CALLBACK_ID) ?? [];
      const { rows, next } = await listCallbacks(deps.database.db, { ...filter, accountId, after, limit });
      return { items: rows.map((row) => toCallback(row, scopes)), nextCursor: next === null ? null : toCursor([next]) };
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
    async ({ deps, actor, params }) => toCallback(await callbackOf(deps, actor.accountId, params.id), actor.scopes),
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
          // In this order, as many are queued again: the counts of callbacks before the webhooks.
          const done = await replayCallback(tx, row, from);
          await resumeWebhooks(tx, [row.webhook_id]);
          return done;
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
      return toCallback(now, actor.scopes);
    },
  ),
  endpoint(
    {
      id: 'replayCallbacks',
      method: 'post',
      path: `${CALLBACKS}/replay`,
      tag,
      summary: 'Tell all of these again',
      description:
        'Those of the webhook, state (dead unless given), campaign and time that are named, oldest first; without any, all dead ones. Delivered ones are told again to standard webhooks only. A request looks at up to 50,000 callbacks.',
      scope: 'manage',
      body: { schema: replayBody, optional: true },
      answers: { 200: { description: 'How many wait to be sent', schema: replayAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'wrong-state'],
    },
    async (call) => {
      await checkReplay(call);
      return replayAll(call);
    },
  ),
];
