/** `/api/v1/erasures`: a person, or one record, that is to be forgotten. */
import { AppError } from '../../../errors';
import { listAccountIds } from '../../../store/accounts/accounts';
import { insertAudit } from '../../../store/accounts/audit';
import {
  findErasure,
  listErasures,
  requestErasure,
  type ErasureSubject,
  type ShownErasure,
} from '../../../store/accounts/erasures';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import type { Principal } from '../../http/auth';
import { readSoughtNumber } from '../../http/number';
import { pageOf } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { erasure, erasureAnswer, erasureQuery, toErasure } from './schema';

const ERASURES = '/api/v1/erasures';
const tag = 'Erasures';

const { existing, found } = resource<ShownErasure>({
  noun: 'erasure',
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
});

export const erasures: Endpoint[] = [
  endpoint(
    {
      id: 'createErasure',
      method: 'post',
      path: ERASURES,
      tag,
      summary: 'Forgets a person by number, or a record by its meta.',
      description:
        'Everything that came before is meant, and nothing that comes later. What has not left is cancelled; what has is blanked once its outcome was told. An opt-out goes on to be obeyed, by a keyed hash. The same again, while it is pending, is the same erasure. With `accounts: "all"`, for admins, in all accounts.',
      scope: 'manage',
      body: {
        schema: erasure,
        examples: { 'A person': { to: '+919800000001' }, 'A record': { meta: 'order-4711' } },
      },
      answers: { 202: { description: 'It is asked for; maintenance carries it out.', schema: erasureAnswer } },
      errors: ['malformed-body', 'invalid-request'],
    },
    async ({ deps, actor, body: { to, meta, accounts } }) => {
      const subject: ErasureSubject =
        meta === undefined
          ? { kind: 'number', value: readSoughtNumber(to!, await countryOf(deps, actor)) }
          : { kind: 'meta', value: meta };
      const { sealer, database } = deps;
      const pseudonyms = await deps.loadPseudonyms();
      const others = await otherAccounts(deps, actor, accounts);
      const id = await database.db.transaction().execute(async (tx) => {
        const all = [actor.accountId, ...others] as const;
        const { row, isNew } = await requestErasure(tx, { sealer, pseudonyms }, subject, all);
        const detail = { kind: row.kind, hash: row.subject_hash, ...(accounts === undefined ? {} : { accounts }) };
        const note = { action: isNew ? 'erasure.requested' : 'erasure.repeated', subject: row.id, detail };
        for (const accountId of all) await insertAudit(tx, { accountId, keyId: actor.keyId }, note);
        return row.id;
      });
      for (const accountId of [actor.accountId, ...others]) deps.accounts.forget(accountId);
      return toErasure(found(await findErasure(database.db, actor.accountId, id)));
    },
  ),
  endpoint(
    {
      id: 'listErasures',
      method: 'get',
      path: ERASURES,
      tag,
      summary: 'Erasures, the newest first.',
      scope: 'manage',
      query: erasureQuery,
      answers: { 200: { description: 'A page of erasures.', schema: pageOf(erasureAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { cursor, limit } }) => {
      const rows = await listErasures(deps.database.db, { accountId, after: cursor, limit });
      return pageFrom(rows, limit, toErasure, ({ id }) => id);
    },
  ),
  endpoint(
    {
      id: 'getErasure',
      method: 'get',
      path: `${ERASURES}/:id`,
      tag,
      summary: 'One erasure: how far it is, and what it has erased.',
      scope: 'manage',
      answers: { 200: { description: 'The erasure.', schema: erasureAnswer } },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) =>
      toErasure(await existing(params.id, (id) => findErasure(deps.database.db, actor.accountId, id))),
  ),
];

async function countryOf({ accounts }: ApiDeps, { accountId }: Principal): Promise<string> {
  return (await accounts.context(accountId)).account.default_country;
}

/** @throws AppError forbidden to whoever is no admin. */
async function otherAccounts({ database }: ApiDeps, actor: Principal, accounts: 'all' | undefined): Promise<string[]> {
  if (accounts === undefined) return [];
  if (!actor.scopes.includes('admin')) {
    throw new AppError(
      'forbidden',
      'accounts: "all" needs a key with the scope "admin"; leave it out for your own account',
    );
  }
  return (await listAccountIds(database.db)).filter((id) => id !== actor.accountId);
}
