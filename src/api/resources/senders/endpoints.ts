/** `/api/v1/senders`: sender IDs, from the request to the approval. */
import {
  decideSender,
  deleteSender,
  findSender,
  insertSender,
  listSenders,
  updateSender,
  type SenderRow,
} from '../../../store/gateways/senders';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import { foreignGateways } from '../../http/account-gateways';
import { invalidField } from '../../http/invalid';
import { pageOf, readCursor } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { checkName, decision, sender, senderAnswer, senderPatch, senderQuery, toSender } from './schema';

const SENDERS = '/api/v1/senders';
const tag = 'Senders';
const one = { description: 'The sender ID.', schema: senderAnswer };

const { found, change, remove } = resource<SenderRow>({
  noun: 'sender ID',
  uniqueName: 'senders_account_id_sender_class_key',
  taken: 'The account has this sender ID in this class: change that one',
  inAccountContext: true,
});

/** ISO 3166 alpha-2. */
const countryOf = async ({ accounts }: ApiDeps, accountId: string): Promise<string> =>
  (await accounts.context(accountId)).account.default_country;

/** @throws AppError invalid-request naming the gateways that the account has not got. */
async function checkGateways({ database }: ApiDeps, accountId: string, ids: readonly string[] = []): Promise<void> {
  const foreign = await foreignGateways(database, accountId, ids);
  if (foreign.size > 0) throw invalidField('gatewayIds', `the account has no gateway ${[...foreign].join(', ')}`);
}

export const senders: Endpoint[] = [
  endpoint(
    {
      id: 'listSenders',
      method: 'get',
      path: SENDERS,
      tag,
      summary: 'Sender IDs of the account, by id.',
      scope: 'read',
      query: senderQuery,
      answers: { 200: { description: 'A page of sender IDs.', schema: pageOf(senderAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { cursor, ...filter } }) => {
      const [after] = readCursor<[string]>(cursor, 1) ?? [];
      const rows = await listSenders(deps.database.db, { accountId, after, ...filter });
      return pageFrom(rows, filter.limit, toSender, ({ id }) => [id]);
    },
  ),
  endpoint(
    {
      id: 'requestSender',
      method: 'post',
      path: SENDERS,
      tag,
      summary: 'Asks for a sender ID; it waits as `requested` until it is approved or rejected.',
      description:
        'In India (by the account’s country) a transactional or service sender ID has six letters, a promotional one six digits. DLT ids are strings of 19 digits.',
      scope: 'manage',
      body: { schema: sender },
      answers: { 201: one },
      errors: ['invalid-request', 'malformed-body', 'name-taken'],
    },
    async (call) => {
      const { deps, actor, body: draft } = call;
      const { accountId } = actor;
      checkName(draft.sender, draft.class, await countryOf(deps, accountId));
      await checkGateways(deps, accountId, draft.gatewayIds);
      const row = await change(
        call,
        (tx) => insertSender(tx, accountId, draft),
        ({ id, sender: name, class: of }) => ({
          action: 'sender.requested',
          subject: id,
          detail: { sender: name, class: of },
        }),
      );
      return toSender(row);
    },
  ),
  endpoint(
    {
      id: 'getSender',
      method: 'get',
      path: `${SENDERS}/:id`,
      tag,
      summary: 'One sender ID.',
      scope: 'read',
      answers: { 200: one },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) => toSender(found(await findSender(deps.database.db, actor.accountId, params.id))),
  ),
  endpoint(
    {
      id: 'updateSender',
      method: 'patch',
      path: `${SENDERS}/:id`,
      tag,
      summary: 'Changes what the body names. Another class has to be approved again.',
      scope: 'manage',
      body: { schema: senderPatch },
      answers: { 200: one },
      errors: ['invalid-request', 'malformed-body', 'not-found', 'name-taken'],
    },
    async (call) => {
      const { deps, actor, params, body: draft } = call;
      const { accountId } = actor;
      const country = await countryOf(deps, accountId);
      await checkGateways(deps, accountId, draft.gatewayIds);
      const row = await change(
        call,
        async (tx) => {
          const before = found(await findSender(tx, accountId, params.id, { lock: true }));
          checkName(before.sender, draft.class ?? before.class, country);
          return updateSender(tx, before, draft);
        },
        ({ id }) => ({ action: 'sender.updated', subject: id, detail: { fields: Object.keys(draft) } }),
      );
      return toSender(row);
    },
  ),
  endpoint(
    {
      id: 'deleteSender',
      method: 'delete',
      path: `${SENDERS}/:id`,
      tag,
      summary: 'Forgets a sender ID: it is unregistered from now on.',
      scope: 'manage',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found'],
    },
    async (call) => {
      const { id } = call.params;
      await remove(
        call,
        (tx) => deleteSender(tx, call.actor.accountId, id),
        () => ({ action: 'sender.deleted', subject: id }),
      );
    },
  ),
  deciding('approve', 'approved', 'Approves a sender ID.'),
  deciding('reject', 'rejected', 'Rejects a sender ID.'),
];

function deciding(verb: 'approve' | 'reject', status: 'approved' | 'rejected', summary: string): Endpoint {
  return endpoint(
    {
      id: `${verb}Sender`,
      method: 'post',
      path: `${SENDERS}/:id/${verb}`,
      tag,
      summary,
      scope: 'manage',
      body: { schema: decision, optional: true },
      answers: { 200: one },
      errors: ['invalid-request', 'malformed-body', 'not-found'],
    },
    async (call) => {
      const { reason } = call.body;
      const row = await change(
        call,
        (tx) => decideSender(tx, call.actor.accountId, call.params.id, { status, reason }),
        (done) => (done === null ? null : { action: `sender.${status}`, subject: done.id, detail: { reason } }),
      );
      return toSender(found(row));
    },
  );
}
