/** `/api/v1/gateways`: the provider accounts that messages go out through. */
import { AppError } from '../../../errors';
import { releaseHeld } from '../../../store/dispatch/failover';
import { hurryProbe } from '../../../store/gateways/breaker';
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
import { UNCOUNTED_NEWS } from '../../../workflows/contract';
import type { ApiDeps } from '../../deps';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { pageOf } from '../../http/page';
import { resource } from '../../http/resource';
import { healthOf } from './health';
import { checkFailover, checkProvider, gateway, gatewayPatch, gatewayRemoval, toGateway } from './schema';
import { gatewayAnswer, gatewayBody, gatewayExample } from './shown';
import { gatewayTests } from './test';

const GATEWAYS = '/api/v1/gateways';
const tag = 'Gateways';

const { found, change } = resource<GatewayRow>({
  noun: 'gateway',
  uniqueName: 'gateways_account_id_name_key',
  inAccountContext: true,
});

const gatewayOf = async ({ deps, actor, params }: Call<'id'>): Promise<GatewayRow> =>
  found(await findGateway(deps.database.db, actor.accountId, params.id));

async function shown({ database, sealer, publicUrl }: ApiDeps, rows: readonly GatewayRow[]): Promise<object[]> {
  const health = await healthOf(database, rows);
  return rows.map((row) => toGateway(row, sealer, publicUrl, health.get(row.id)!));
}

const shownOne = async (deps: ApiDeps, row: GatewayRow): Promise<object> => (await shown(deps, [row]))[0]!;

/** What waits for the gateway is looked at now: it takes messages again, or they have to go elsewhere. */
async function release({ database, wake }: ApiDeps, accountId: string, id: string): Promise<void> {
  const held = await releaseHeld(database.pool, accountId, id);
  wake(held.map((owner) => ({ ...owner, ...UNCOUNTED_NEWS })));
}

export const gateways: Endpoint[] = [
  endpoint(
    {
      id: 'listGateways',
      method: 'get',
      path: GATEWAYS,
      tag,
      summary: 'The account’s gateways.',
      scope: 'read',
      answers: { 200: { description: 'All gateways.', schema: pageOf(gatewayAnswer) } },
    },
    async ({ deps, actor }) => {
      const rows = await listGateways(deps.database.db, actor.accountId);
      return { items: await shown(deps, rows), nextCursor: null };
    },
  ),
  endpoint(
    {
      id: 'createGateway',
      method: 'post',
      path: GATEWAYS,
      tag,
      summary: 'Makes a gateway: one account at a provider.',
      scope: 'manage',
      body: { schema: gateway, shown: gatewayBody, examples: { Infobip: gatewayExample } },
      answers: { 201: { description: 'The gateway.', schema: gatewayAnswer } },
      errors: ['name-taken'],
    },
    async (call) => {
      const { deps, actor, body: draft } = call;
      checkProvider(draft.provider, draft);
      checkFailover(draft.provider, draft);
      await deps.accounts.context(actor.accountId);
      const row = await change(
        call,
        (tx) => insertGateway(tx, deps.sealer, actor.accountId, draft),
        ({ id, name, provider }) => ({ action: 'gateway.created', subject: id, detail: { name, provider } }),
        draft.name,
      );
      return shownOne(deps, row);
    },
  ),
  endpoint(
    {
      id: 'getGateway',
      method: 'get',
      path: `${GATEWAYS}/:id`,
      tag,
      summary: 'One gateway, with its callback URL and health.',
      scope: 'read',
      answers: { 200: { description: 'The gateway.', schema: gatewayAnswer } },
    },
    async (call) => shownOne(call.deps, await gatewayOf(call)),
  ),
  endpoint(
    {
      id: 'changeGateway',
      method: 'patch',
      path: `${GATEWAYS}/:id`,
      tag,
      summary: 'Changes what the body names. `{"status":"active"}` ends an automatic pause.',
      scope: 'manage',
      body: { schema: gatewayPatch, examples: { 'Switch it off': { status: 'inactive' } } },
      answers: { 200: { description: 'The gateway.', schema: gatewayAnswer } },
      errors: ['name-taken'],
    },
    async (call) => {
      const { deps, actor, body: draft } = call;
      const { accountId } = actor;
      const current = await gatewayOf(call);
      const { id, provider } = current;
      checkProvider(provider, draft);
      checkFailover(provider, {
        failoverAfterSeconds: current.failover_after_seconds,
        validitySeconds: current.validity_seconds,
        receiptDeadlineSeconds: current.receipt_deadline_seconds,
        ...draft,
      });
      const row = await change(
        call,
        (tx) => updateGateway(tx, deps.sealer, accountId, id, draft),
        (changed) => changed && { action: 'gateway.updated', subject: id, detail: { fields: Object.keys(draft) } },
        draft.name,
      );
      if (row?.status === 'active' && row.paused_reason === null) {
        await hurryProbe(deps.database.pool, id);
        await release(deps, accountId, id);
      }
      return shownOne(deps, row ?? (await gatewayOf(call)));
    },
  ),
  endpoint(
    {
      id: 'deleteGateway',
      method: 'delete',
      path: `${GATEWAYS}/:id`,
      tag,
      summary: 'Deletes a gateway.',
      scope: 'manage',
      query: gatewayRemoval,
      answers: { 204: { description: 'It is gone.' } },
      errors: ['gateway-in-use', 'gateway-in-route'],
    },
    async (call) => {
      const { deps, actor, query } = call;
      const { accountId } = actor;
      const { id } = await gatewayOf(call);
      const open = await refuseWhileUsed(call, id, query.drain === 'true');
      await change(
        call,
        (tx) => deleteGateway(tx, accountId, id),
        () => ({ action: 'gateway.deleted', subject: id, detail: { open } }),
      );
      await release(deps, accountId, id);
    },
  ),
  ...gatewayTests,
];

/** Counts the messages that are open on a gateway that may go. @throws AppError gateway-in-route, gateway-in-use */
async function refuseWhileUsed(
  { deps, actor: { accountId } }: Pick<Call, 'deps' | 'actor'>,
  id: string,
  drain: boolean,
): Promise<number> {
  const { db } = deps.database;
  const routes = await routesOverGateway(db, accountId, id);
  if (routes.length > 0) {
    const names = routes.map((name) => JSON.stringify(name)).join(', ');
    throw new AppError('gateway-in-route', `The gateway has a leg in ${names}: take it out there first`, {
      extra: { routes },
    });
  }
  const open = await countOpenOfGateway(db, accountId, id);
  if (open > 0 && !drain) {
    throw new AppError('gateway-in-use', `${open} messages are open on this gateway: wait, or add ?drain=true`, {
      extra: { open },
    });
  }
  return open;
}
