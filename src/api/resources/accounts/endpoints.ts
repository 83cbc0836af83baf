/** `/api/v1/accounts`: tenants and what each decides for itself. */
import { AppError } from '../../../errors';
import { openEncryption } from '../../../store/accounts/account-encryption';
import {
  complianceOf,
  findAccount,
  insertAccount,
  listAccounts,
  updateAccount,
  type Account,
} from '../../../store/accounts/accounts';
import { insertAudit } from '../../../store/accounts/audit';
import { holdDeploymentFloors, keepFloors } from '../../../store/accounts/floors';
import type { Floors } from '../../../core/accounts/floors';
import type { Kysely } from 'kysely';
import type { Schema } from '../../../store/tables';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import type { Principal } from '../../http/auth';
import { pageOf } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { deploymentFloors } from './floors';
import { account, accountAnswer, accountPatch, accountsQuery, readEncryption, toAccount } from './schema';

const ACCOUNTS = '/api/v1/accounts';
const tag = 'Accounts';

const { found, change } = resource<Account>({
  noun: 'account',
  missing: 'There is no account with this id, or it is not yours',
  inAccountContext: true,
});

/** The account of the path, if the key may see it: its own, or any to an admin. */
async function visible(deps: ApiDeps, actor: Principal, id: string): Promise<Account> {
  const maySee = id === actor.accountId || actor.scopes.includes('admin');
  return found(maySee ? await findAccount(deps.database.db, id) : null);
}

/** India, whose accounts are strict about it unless they say otherwise. */
const STRICT_COUNTRY = 'IN';

/**
 * Writes what floors make of an account that was made or changed.
 * @param named the settings that the request names.
 * @throws AppError below-floor
 */
async function keptAboveFloors(
  tx: Kysely<Schema>,
  row: Account,
  named: readonly string[],
  deployment: Floors,
): Promise<Account> {
  const kept = await keepFloors(tx, row, new Set(named), deployment);
  if (kept.ok) return kept.row;
  const { field, message } = kept;
  throw new AppError('below-floor', `${field} ${message}`, { problems: [{ field, message: `${field} ${message}` }] });
}

/** What the audit says of a change: the settings' names, and what those were that can have a floor. */
function changeOf(before: Account | null, after: Account, fields: readonly string[]) {
  const said = { ...(before === null ? {} : { from: shownOf(before, fields) }), to: shownOf(after, fields) };
  return { fields, ...(Object.keys(said.to).length === 0 ? {} : said) };
}

function shownOf(row: Account, fields: readonly string[]): Record<string, unknown> {
  const all = { ...complianceOf(row), promotionalServices: row.promotional_services, floors: row.floors };
  return Object.fromEntries(Object.entries(all).filter(([field]) => fields.includes(field)));
}

/**
 * Whoever shares opt-outs stops messages of others, and learns of theirs: that is for the operator to say.
 * @throws AppError forbidden
 */
function refuseOtherScope({ scopes }: Principal, { opt_out_scope: now }: Account, wanted = now): void {
  if (wanted === now || scopes.includes('admin')) return;
  throw new AppError(
    'forbidden',
    `optOut.scope is ${now}: only a key with the scope admin changes it, since it rules over other accounts too`,
  );
}

export const accounts: Endpoint[] = [
  ...deploymentFloors,
  endpoint(
    {
      id: 'listAccounts',
      method: 'get',
      path: ACCOUNTS,
      tag,
      summary: 'All accounts, by id.',
      scope: 'admin',
      query: accountsQuery,
      answers: { 200: { description: 'A page of accounts.', schema: pageOf(accountAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, query: { cursor, limit } }) => {
      const rows = await listAccounts(deps.database.db, { after: cursor, limit });
      return pageFrom(
        rows,
        limit,
        (row) => toAccount(row, deps.sealer),
        ({ id }) => id,
      );
    },
  ),
  endpoint(
    {
      id: 'createAccount',
      method: 'post',
      path: ACCOUNTS,
      tag,
      summary: 'Makes an account: a tenant with gateways, keys, webhooks and settings of its own.',
      scope: 'admin',
      body: { schema: account },
      answers: { 201: { description: 'The account.', schema: accountAnswer } },
      errors: ['malformed-body', 'invalid-request', 'below-floor'],
    },
    async ({ deps, actor: { keyId }, body }) => {
      const indiaStrict = body.indiaStrict ?? (body.defaultCountry ?? STRICT_COUNTRY) === STRICT_COUNTRY;
      const draft = { ...body, indiaStrict, encryption: readEncryption(body.encryption, null) };
      const made = await deps.database.db.transaction().execute(async (tx) => {
        const deployment = await holdDeploymentFloors(tx);
        const fields = Object.keys(body);
        const inserted = await insertAccount(tx, deps.sealer, draft);
        const row = await keptAboveFloors(tx, inserted, fields, deployment);
        const detail = changeOf(null, row, fields);
        // It opens the new account's own audit.
        await insertAudit(tx, { accountId: row.id, keyId }, { action: 'account.created', subject: row.id, detail });
        return row;
      });
      return toAccount(made, deps.sealer);
    },
  ),
  endpoint(
    {
      id: 'getAccount',
      method: 'get',
      path: `${ACCOUNTS}/:id`,
      tag,
      summary: 'One account: the key’s own; for an admin key any.',
      scope: 'read',
      answers: { 200: { description: 'The account.', schema: accountAnswer } },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) => toAccount(await visible(deps, actor, params.id), deps.sealer),
  ),
  endpoint(
    {
      id: 'updateAccount',
      method: 'patch',
      path: `${ACCOUNTS}/:id`,
      tag,
      summary: 'Changes what the body names: of the key’s own account; for an admin key of any.',
      scope: 'manage',
      body: { schema: accountPatch },
      answers: { 200: { description: 'The account as it is now.', schema: accountAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'below-floor'],
    },
    async ({ deps, actor, params, body }) => {
      const { sealer } = deps;
      if (body.floors !== undefined && !actor.scopes.includes('admin')) {
        throw new AppError('forbidden', 'floors are the operator’s: only a key with the scope admin sets them');
      }
      const before = await visible(deps, actor, params.id);
      const { id } = before;
      refuseOtherScope(actor, before, body.optOut?.scope);
      const draft = { ...body, encryption: readEncryption(body.encryption, openEncryption(sealer, before)) };
      const fields = Object.keys(body);
      const row = await change(
        { deps, actor: { accountId: id, keyId: actor.keyId } },
        async (tx) => {
          const deployment = await holdDeploymentFloors(tx);
          // With another country it has something else by default.
          const named = fields.includes('defaultCountry') ? [...fields, 'promotionalOutsideWindow'] : fields;
          return keptAboveFloors(tx, found(await updateAccount(tx, sealer, id, draft)), named, deployment);
        },
        (after) =>
          fields.length === 0
            ? null
            : { action: 'account.updated', subject: id, detail: changeOf(before, after, fields) },
      );
      return toAccount(row, sealer);
    },
  ),
];
