/** `/api/v1/groups`: people who are sent to together. */
import type { Kysely } from 'kysely';
import {
  deleteGroup,
  findGroup,
  insertGroup,
  listGroups,
  lockGroup,
  updateGroup,
  type GroupDraft,
} from '../../../store/audience/groups';
import { lockTemplate } from '../../../store/audience/templates';
import { findGateway } from '../../../store/gateways/gateways';
import { findRoute } from '../../../store/gateways/routes';
import type { Schema } from '../../../store/tables';
import { endpoint, type Endpoint } from '../../endpoint';
import { invalidField } from '../../http/invalid';
import { pageOf, pageQuery, readCursor } from '../../http/page';
import { checkQuota } from '../../http/quotas';
import { pageFrom } from '../../http/resource';
import { refuseWhileRead } from '../campaigns/audience';
import { groupResource } from './group';
import { members } from './members';
import { group, groupAnswer, groupPatch, toGroup } from './schema';

const GROUPS = '/api/v1/groups';
const tag = 'Groups';
const { found, change, remove } = groupResource;

export const groups: Endpoint[] = [
  endpoint(
    {
      id: 'listGroups',
      method: 'get',
      path: GROUPS,
      tag,
      summary: 'The account’s groups, by name.',
      scope: 'read',
      query: pageQuery,
      answers: { 200: { description: 'A page of groups.', schema: pageOf(groupAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { cursor, limit } }) => {
      const key = readCursor<[string, string]>(cursor, 2);
      const after = key === undefined ? undefined : { name: key[0], id: key[1] };
      const rows = await listGroups(deps.database.db, { accountId, after, limit });
      return pageFrom(rows, limit, toGroup, ({ name, id }) => [name, id]);
    },
  ),
  endpoint(
    {
      id: 'createGroup',
      method: 'post',
      path: GROUPS,
      tag,
      summary: 'Makes a group.',
      scope: 'manage',
      body: { schema: group },
      answers: { 201: { description: 'The group, without members.', schema: groupAnswer } },
      errors: ['malformed-body', 'invalid-request', 'quota-reached'],
    },
    async (call) => {
      const { deps, actor, body: draft } = call;
      await deps.accounts.context(actor.accountId);
      const row = await change(
        call,
        async (tx) => {
          await checkParts(tx, actor.accountId, draft);
          await checkQuota(tx, actor.accountId, 'groups', deps.limits);
          return insertGroup(tx, actor.accountId, draft);
        },
        ({ id, name }) => ({ action: 'group.created', subject: id, detail: { name } }),
      );
      return toGroup(row);
    },
  ),
  endpoint(
    {
      id: 'getGroup',
      method: 'get',
      path: `${GROUPS}/:id`,
      tag,
      summary: 'One group.',
      scope: 'read',
      answers: { 200: { description: 'The group.', schema: groupAnswer } },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) => toGroup(found(await findGroup(deps.database.db, actor.accountId, params.id))),
  ),
  endpoint(
    {
      id: 'updateGroup',
      method: 'patch',
      path: `${GROUPS}/:id`,
      tag,
      summary: 'Changes what the body names.',
      scope: 'manage',
      body: { schema: groupPatch },
      answers: { 200: { description: 'The group as it is now.', schema: groupAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found'],
    },
    async (call) => {
      const { actor, params, body: draft } = call;
      const changed = Object.keys(draft);
      const row = await change(
        call,
        async (tx) => {
          const before = found(await lockGroup(tx, actor.accountId, params.id));
          if (changed.length === 0) return before;
          await checkParts(tx, actor.accountId, draft);
          return updateGroup(tx, actor.accountId, before.id, draft);
        },
        ({ id }) => (changed.length === 0 ? null : { action: 'group.updated', subject: id, detail: { changed } }),
      );
      return toGroup(row);
    },
  ),
  endpoint(
    {
      id: 'deleteGroup',
      method: 'delete',
      path: `${GROUPS}/:id`,
      tag,
      summary: 'Deletes a group with its members.',
      scope: 'manage',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found', 'group-in-use'],
    },
    async (call) => {
      const { accountId } = call.actor;
      await remove(
        call,
        async (tx) => {
          const row = found(await lockGroup(tx, accountId, call.params.id));
          await refuseWhileRead(tx, accountId, { kind: 'group', id: row.id });
          await deleteGroup(tx, accountId, row.id);
          return row;
        },
        ({ id, name, members: count }) => ({ action: 'group.deleted', subject: id, detail: { name, members: count } }),
      );
    },
  ),
  ...members,
];

/** What a group names must be the account's own. @throws AppError invalid-request */
async function checkParts(
  tx: Kysely<Schema>,
  accountId: string,
  { templateId, routeId, gatewayId }: Partial<GroupDraft>,
): Promise<void> {
  if (templateId != null && (await lockTemplate(tx, accountId, templateId)) === null) {
    throw invalidField('templateId', 'names no template of this account: see GET /api/v1/templates');
  }
  if (routeId != null && (await findRoute(tx, accountId, routeId)) === null) {
    throw invalidField('routeId', 'names no route of this account: see GET /api/v1/routes');
  }
  if (gatewayId != null && (await findGateway(tx, accountId, gatewayId)) === null) {
    throw invalidField('gatewayId', 'names no gateway of this account: see GET /api/v1/gateways');
  }
}
