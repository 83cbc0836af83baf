/** `/api/v1/api-keys`: who may do what. */
import { z } from 'zod';
import { hasScope } from '../../../core/accounts/api-key';
import { AppError } from '../../../errors';
import {
  findKey,
  insertKey,
  listKeys,
  revokeKey,
  rotateKey,
  type KeyDraft,
  type Rotation,
} from '../../../store/accounts/api-keys';
import { endpoint, type Endpoint } from '../../endpoint';
import type { Principal } from '../../http/auth';
import { checkQuota } from '../../http/quotas';
import { resource } from '../../http/resource';
import { keyBody, listedKey, madeKey, rotatedKey, rotationBody, toMadeKey } from './schema';

const API_KEYS = '/api/v1/api-keys';
const tag = 'API keys';

const { found, change, remove } = resource<Rotation>({ noun: 'valid key' });

/** What a new key may ask a second, unless it says otherwise: requests, however many records each brings. */
const DEFAULT_RATE = 100;

/** Nobody gives, replaces or ends what he has not got himself. @throws AppError forbidden */
function checkGiven(given: Pick<KeyDraft, 'scopes' | 'ratePerSecond'>, own: Principal): void {
  if (own.scopes.includes('admin')) return;
  const beyond = given.scopes.find((scope) => !hasScope(own.scopes, scope));
  if (beyond !== undefined) {
    throw new AppError('forbidden', `Your key may not give or end the scope "${beyond}": it has not got it`);
  }
  if (own.ratePerSecond !== null && (given.ratePerSecond ?? Infinity) > own.ratePerSecond) {
    const rate = given.ratePerSecond === null ? 'without a rate' : `of ${given.ratePerSecond} requests a second`;
    throw new AppError('forbidden', `Your key may not give or end a key ${rate}: it has ${own.ratePerSecond}`);
  }
}

/** A new key is no faster than who makes it. */
const defaultRate = ({ scopes, ratePerSecond }: Principal): number =>
  scopes.includes('admin') ? DEFAULT_RATE : Math.min(DEFAULT_RATE, ratePerSecond ?? DEFAULT_RATE);

export const apiKeys: Endpoint[] = [
  endpoint(
    {
      id: 'listApiKeys',
      method: 'get',
      path: API_KEYS,
      tag,
      summary: 'The account’s keys, without their secrets.',
      scope: 'manage',
      answers: {
        200: {
          description: 'All keys, also those that ended.',
          schema: z.object({ items: z.array(listedKey), nextCursor: z.null() }),
        },
      },
    },
    async ({ deps, actor }) => ({ items: await listKeys(deps.database.db, actor.accountId), nextCursor: null }),
  ),
  endpoint(
    {
      id: 'createApiKey',
      method: 'post',
      path: API_KEYS,
      tag,
      summary: 'Makes a key; it is shown once.',
      description:
        '`accountId` (admin only) makes it for another account. Nobody gives a scope or a rate that they have not got. All keys of an account together may send as many requests a second as its fastest one.',
      scope: 'manage',
      body: { schema: keyBody },
      answers: { 201: { description: 'The key.', schema: madeKey } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'quota-reached'],
    },
    async ({ deps, actor, body }) => {
      const { accountId = actor.accountId, name, scopes, expiresAt = null } = body;
      const { ratePerSecond = defaultRate(actor) } = body;
      checkGiven({ scopes, ratePerSecond }, actor);
      if (accountId !== actor.accountId && !actor.scopes.includes('admin')) {
        throw new AppError('forbidden', 'Only an admin key makes keys for another account');
      }
      await deps.accounts.context(accountId);
      const draft: KeyDraft = { accountId, name, scopes, expiresAt, ratePerSecond };
      const made = await change(
        { deps, actor: { accountId, keyId: actor.keyId } },
        async (tx) => {
          await checkQuota(tx, accountId, 'apiKeys', deps.limits);
          return insertKey(tx, draft);
        },
        ({ id }) => ({ action: 'api-key.created', subject: id, detail: { name, scopes } }),
      );
      return toMadeKey({ ...draft, ...made });
    },
  ),
  endpoint(
    {
      id: 'rotateApiKey',
      method: 'post',
      path: `${API_KEYS}/:id/rotate`,
      tag,
      summary: 'Makes a key like this one, which ends after the grace.',
      scope: 'manage',
      body: { schema: rotationBody, optional: true },
      answers: { 201: { description: 'The new key, and when the old one ends.', schema: rotatedKey } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'quota-reached'],
    },
    async (call) => {
      const { deps, actor, body } = call;
      const { id } = call.params;
      const old = await findKey(deps.database.db, id);
      // The new key can do what the old one can, so whoever gets it must be allowed that already.
      if (old?.accountId === actor.accountId) checkGiven(old, actor);
      const { made, oldExpiresAt } = await change(
        call,
        async (tx) => {
          await checkQuota(tx, actor.accountId, 'apiKeys', deps.limits);
          return found(await rotateKey(tx, actor.accountId, id, body));
        },
        (rotated) => ({ action: 'api-key.rotated', subject: id, detail: { replacedBy: rotated.made.id } }),
      );
      deps.keys.forget(id);
      return { ...toMadeKey(made), replaces: { id, expiresAt: oldExpiresAt.toISOString() } };
    },
  ),
  endpoint(
    {
      id: 'revokeApiKey',
      method: 'delete',
      path: `${API_KEYS}/:id`,
      tag,
      summary: 'Revokes a key at once.',
      description: 'A key that can do more than the one that asks is not its to end.',
      scope: 'manage',
      answers: { 204: { description: 'It is revoked.' } },
      errors: ['not-found'],
    },
    async (call) => {
      const { id } = call.params;
      const old = await findKey(call.deps.database.db, id);
      if (old?.accountId === call.actor.accountId) checkGiven(old, call.actor);
      await remove(
        call,
        (tx) => revokeKey(tx, call.actor.accountId, id),
        () => ({ action: 'api-key.revoked', subject: id }),
      );
      call.deps.keys.forget(id);
    },
  ),
];
