/** `/api/v1/routes`: orders of gateways and sender IDs. */
import type { Router } from 'express';
import { AppError, type Problem } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import { isUniqueViolation } from '../../../store/database';
import { listGateways } from '../../../store/gateways/gateways';
import {
  deleteRoute,
  findRoute,
  insertRoute,
  listRoutes,
  updateRoute,
  type RouteRow,
} from '../../../store/gateways/routes';
import type { RouteLeg } from '../../../store/tables';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { pageQuery, readCursor, toCursor } from '../../http/page';
import { validate } from '../../http/validate';
import { readRoute, readRoutePatch, toRoute } from './schema';

export function routeRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  /** @throws AppError invalid-request naming the legs whose gateway the account has not got. */
  async function checkLegs(accountId: string, legs: readonly RouteLeg[] | undefined): Promise<void> {
    if (legs === undefined) return;
    const known = new Set((await listGateways(db, accountId)).map(({ id }) => id));
    const problems = legs.flatMap(({ gatewayId }, i): Problem[] =>
      known.has(gatewayId)
        ? []
        : [{ field: `legs.${i}.gatewayId`, message: `the account has no gateway ${gatewayId}: name one of its own` }],
    );
    if (problems.length === 0) return;
    const said = problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
    throw new AppError('invalid-request', said, { problems });
  }

  async function unlessTaken<T>(name: string | undefined, change: Promise<T>): Promise<T> {
    try {
      return await change;
    } catch (error) {
      if (!isUniqueViolation(error, 'routes_account_id_name_key')) throw error;
      throw new AppError('name-taken', `The account has a route named ${JSON.stringify(name)}: choose another name`);
    }
  }

  const found = (row: RouteRow | null): RouteRow => {
    if (row === null) throw new AppError('not-found', 'The account has no route with this id');
    return row;
  };

  router.get('/api/v1/routes', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit } = validate(pageQuery, fieldsOf(queryOf(request)));
    const [after] = readCursor<[string]>(cursor, 1) ?? [];
    const rows = await listRoutes(db, accountId, { after, limit });
    const nextCursor = rows.length === limit ? toCursor([rows.at(-1)!.id]) : null;
    response.json({ items: rows.map(toRoute), nextCursor });
  });

  router.post('/api/v1/routes', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { accountId } = actor;
    const draft = readRoute(readJson(request));
    await checkLegs(accountId, draft.legs);
    const row = await unlessTaken(
      draft.name,
      audited(
        db,
        actor,
        (tx) => insertRoute(tx, accountId, draft),
        ({ id, name, legs }) => ({ action: 'route.created', subject: id, detail: { name, legs: legs.length } }),
      ),
    );
    deps.accounts.forget(accountId);
    response.status(201).json(toRoute(row));
  });

  router.get('/api/v1/routes/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    response.json(toRoute(found(await findRoute(db, accountId, request.params.id))));
  });

  router.patch('/api/v1/routes/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { accountId } = actor;
    const draft = readRoutePatch(readJson(request));
    await checkLegs(accountId, draft.legs);
    const row = await unlessTaken(
      draft.name,
      audited(
        db,
        actor,
        async (tx) => found(await updateRoute(tx, accountId, request.params.id, draft)),
        ({ id }) => ({ action: 'route.updated', subject: id, detail: { fields: Object.keys(draft) } }),
      ),
    );
    deps.accounts.forget(accountId);
    response.json(toRoute(row));
  });

  router.delete('/api/v1/routes/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { id } = request.params;
    const removed = await audited(
      db,
      actor,
      (tx) => deleteRoute(tx, actor.accountId, id),
      (done) => (done ? { action: 'route.deleted', subject: id } : null),
    );
    if (!removed) found(null);
    deps.accounts.forget(actor.accountId);
    response.status(204).end();
  });
}
