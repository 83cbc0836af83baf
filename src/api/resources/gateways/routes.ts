/** `/api/v1/gateways`: the provider accounts that messages go out through. */
import type { Router } from 'express';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import { hurryProbe } from '../../../store/gateways/breaker';
import { isUniqueViolation } from '../../../store/database';
import { releaseHeld } from '../../../store/dispatch/failover';
import {
  countOpenOfGateway,
  deleteGateway,
  findGateway,
  insertGateway,
  listGateways,
  updateGateway,
  type GatewayRow,
} from '../../../store/gateways/gateways';
import { routesOverGateway } from '../../../store/gateways/routes';
import { LOOK } from '../../../workflows/contract';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { healthOf } from './health';
import { checkFailover, gatewayRemoval, readGateway, readGatewayPatch, toGateway } from './schema';

export function gatewayRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;
  const answers = async (rows: readonly GatewayRow[]) => {
    const health = await healthOf(deps.database, rows);
    return rows.map((row) => toGateway(row, deps.sealer, deps.publicUrl, health.get(row.id)!));
  };
  const answer = async (row: GatewayRow) => (await answers([row]))[0];

  async function existing(accountId: string, id: string): Promise<GatewayRow> {
    const row = await findGateway(db, accountId, id);
    if (row === null) throw new AppError('not-found', 'The account has no gateway with this id');
    return row;
  }

  async function unlessTaken<T>(name: string | undefined, change: Promise<T>): Promise<T> {
    try {
      return await change;
    } catch (error) {
      if (!isUniqueViolation(error, 'gateways_account_id_name_key')) throw error;
      throw new AppError('name-taken', `The account has a gateway named ${JSON.stringify(name)}: choose another name`);
    }
  }

  /** What waits for the gateway is looked at now: it takes messages again, or they have to go elsewhere. */
  async function release(accountId: string, id: string): Promise<void> {
    const held = await releaseHeld(deps.database.pool, accountId, id);
    deps.wake(held.map((owner) => ({ ...owner, ...LOOK })));
  }

  router.get('/api/v1/gateways', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const rows = await listGateways(db, accountId);
    response.json({ items: await answers(rows), nextCursor: null });
  });

  router.post('/api/v1/gateways', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const draft = readGateway(readJson(request));
    checkFailover(draft.provider, draft);
    await deps.accounts.context(accountId);
    const change = audited(
      db,
      principal,
      (tx) => insertGateway(tx, deps.sealer, accountId, draft),
      ({ id, name, provider }) => ({ action: 'gateway.created', subject: id, detail: { name, provider } }),
    );
    const row = await unlessTaken(draft.name, change);
    deps.accounts.forget(accountId);
    response.status(201).json(await answer(row));
  });

  router.get('/api/v1/gateways/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    response.json(await answer(await existing(accountId, request.params.id)));
  });

  router.patch('/api/v1/gateways/:id', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const current = await existing(accountId, request.params.id);
    const { id, provider } = current;
    const draft = readGatewayPatch(readJson(request), provider);
    checkFailover(provider, {
      failoverAfterSeconds: current.failover_after_seconds,
      validitySeconds: current.validity_seconds,
      receiptDeadlineSeconds: current.receipt_deadline_seconds,
      ...draft,
    });
    const change = audited(
      db,
      principal,
      (tx) => updateGateway(tx, deps.sealer, accountId, id, draft),
      (changed) => changed && { action: 'gateway.updated', subject: id, detail: { fields: Object.keys(draft) } },
    );
    const row = await unlessTaken(draft.name, change);
    deps.accounts.forget(accountId);
    if (row?.status === 'active' && row.paused_reason === null) {
      await hurryProbe(deps.database.pool, id);
      await release(accountId, id);
    }
    response.json(await answer(row ?? (await existing(accountId, id))));
  });

  router.delete('/api/v1/gateways/:id', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const { drain } = validate(gatewayRemoval, fieldsOf(queryOf(request)));
    const { id } = await existing(accountId, request.params.id);
    const routes = await routesOverGateway(db, accountId, id);
    if (routes.length > 0) {
      const names = routes.map((name) => JSON.stringify(name)).join(', ');
      throw new AppError('gateway-in-route', `The gateway has a leg in ${names}: take it out there first`, {
        extra: { routes },
      });
    }
    const open = await countOpenOfGateway(db, accountId, id);
    if (open > 0 && drain !== 'true') {
      throw new AppError('gateway-in-use', `${open} messages are open on this gateway: wait, or add ?drain=true`, {
        extra: { open },
      });
    }
    await audited(
      db,
      principal,
      (tx) => deleteGateway(tx, accountId, id),
      () => ({ action: 'gateway.deleted', subject: id, detail: { open } }),
    );
    deps.accounts.forget(accountId);
    await release(accountId, id);
    response.status(204).end();
  });
}
