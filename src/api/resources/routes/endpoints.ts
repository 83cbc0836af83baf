/** `/api/v1/routes`: orders of gateways and sender IDs. */
import type { Problem } from '../../../errors';
import {
  deleteRoute,
  findRoute,
  insertRoute,
  listRoutes,
  updateRoute,
  type RouteRow,
} from '../../../store/gateways/routes';
import type { RouteLeg } from '../../../store/tables';
import type { ApiDeps } from '../../deps';
import { endpoint, type Endpoint } from '../../endpoint';
import { foreignGateways } from '../../http/account-gateways';
import { invalidFields } from '../../http/invalid';
import { pageOf, pageQuery, readCursor } from '../../http/page';
import { checkQuota } from '../../http/quotas';
import { pageFrom, resource } from '../../http/resource';
import { route, routeAnswer, routePatch, toRoute } from './schema';

const ROUTES = '/api/v1/routes';
const tag = 'Routes';
const one = { description: 'The route.', schema: routeAnswer };

const { found, change, remove } = resource<RouteRow>({
  noun: 'route',
  uniqueName: 'routes_account_id_name_key',
  inAccountContext: true,
});

/** @throws AppError invalid-request naming the legs whose gateway the account has not got. */
async function checkLegs({ database }: ApiDeps, accountId: string, legs: readonly RouteLeg[] = []): Promise<void> {
  const ids = legs.map(({ gatewayId }) => gatewayId);
  const foreign = await foreignGateways(database, accountId, ids);
  const problems = ids.flatMap((id, i): Problem[] =>
    foreign.has(id)
      ? [{ field: `legs.${i}.gatewayId`, message: `the account has no gateway ${id}: name one of its own` }]
      : [],
  );
  if (problems.length > 0) throw invalidFields(problems);
}

export const routes: Endpoint[] = [
  endpoint(
    {
      id: 'listRoutes',
      method: 'get',
      path: ROUTES,
      tag,
      summary: 'Routes of the account, by id.',
      scope: 'read',
      query: pageQuery,
      answers: { 200: { description: 'A page of routes.', schema: pageOf(routeAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor, query: { cursor, limit } }) => {
      const [after] = readCursor<[string]>(cursor, 1) ?? [];
      const rows = await listRoutes(deps.database.db, actor.accountId, { after, limit });
      return pageFrom(rows, limit, toRoute, ({ id }) => [id]);
    },
  ),
  endpoint(
    {
      id: 'createRoute',
      method: 'post',
      path: ROUTES,
      tag,
      summary: 'Makes a route: legs in the order in which they are tried.',
      description:
        'A leg without a sender sends with the message’s own sender ID, else with the gateway’s default. The default route takes the place of the gateways’ priorities.',
      scope: 'manage',
      body: { schema: route },
      answers: { 201: one },
      errors: ['invalid-request', 'malformed-body', 'name-taken', 'quota-reached'],
    },
    async (call) => {
      const { deps, actor, body: draft } = call;
      await checkLegs(deps, actor.accountId, draft.legs);
      const row = await change(
        call,
        async (tx) => {
          await checkQuota(tx, actor.accountId, 'routes', deps.limits);
          return insertRoute(tx, actor.accountId, draft);
        },
        ({ id, name, legs }) => ({ action: 'route.created', subject: id, detail: { name, legs: legs.length } }),
        draft.name,
      );
      return toRoute(row);
    },
  ),
  endpoint(
    {
      id: 'getRoute',
      method: 'get',
      path: `${ROUTES}/:id`,
      tag,
      summary: 'One route.',
      scope: 'read',
      answers: { 200: one },
      errors: ['not-found'],
    },
    async ({ deps, actor, params }) => toRoute(found(await findRoute(deps.database.db, actor.accountId, params.id))),
  ),
  endpoint(
    {
      id: 'updateRoute',
      method: 'patch',
      path: `${ROUTES}/:id`,
      tag,
      summary: 'Changes what the body names, for messages that dispatch has not begun with.',
      scope: 'manage',
      body: { schema: routePatch },
      answers: { 200: one },
      errors: ['invalid-request', 'malformed-body', 'not-found', 'name-taken'],
    },
    async (call) => {
      const { deps, actor, params, body: draft } = call;
      await checkLegs(deps, actor.accountId, draft.legs);
      const row = await change(
        call,
        async (tx) => found(await updateRoute(tx, actor.accountId, params.id, draft)),
        ({ id }) => ({ action: 'route.updated', subject: id, detail: { fields: Object.keys(draft) } }),
        draft.name,
      );
      return toRoute(row);
    },
  ),
  endpoint(
    {
      id: 'deleteRoute',
      method: 'delete',
      path: `${ROUTES}/:id`,
      tag,
      summary: 'Deletes a route; what was sent over it goes on over its legs.',
      scope: 'manage',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found'],
    },
    async (call) => {
      const { id } = call.params;
      await remove(
        call,
        (tx) => deleteRoute(tx, call.actor.accountId, id),
        () => ({ action: 'route.deleted', subject: id }),
      );
    },
  ),
];
