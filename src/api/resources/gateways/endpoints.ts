/** `/api/v1/gateways`: the provider accounts that messages go out through. */
import { AppError } from '../../../errors';
import { freshCallbackAuth } from '../../../providers/open';
import { providerNamed } from '../../../providers/registry';
import { lookAtOnce } from '../../../store/campaigns/slices';
import { releaseHeld } from '../../../store/dispatch/failover';
import { hurryProbe } from '../../../store/gateways/breaker';
import {
  countOpenOfGateway,
  deleteGateway,
  findGateway,
  insertGateway,
  listGateways,
  lockGateway,
  updateGateway,
  type GatewayRow,
} from '../../../store/gateways/gateways';
import { routesOverGateway } from '../../../store/gateways/routes';
import { UNCOUNTED_NEWS } from '../../../workflows/contract';
import type { ApiDeps } from '../../deps';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { pageOf } from '../../http/page';
import { resource } from '../../http/resource';
import { checkQuota } from '../../http/quotas';
import { checkBaseUrl, checkMove, type Move } from './base-url';
import { healthOf } from './health';
import { callbackRotation } from './rotation';
import {
  checkFailover,
  checkProvider,
  gateway,
  gatewayPatch,
  gatewayRemoval,
  isAuthenticated,
  toGateway,
} from './schema';
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

async function shown(
  { deps, actor }: Pick<Call, 'deps' | 'actor'>,
  rows: readonly GatewayRow[],
  madeAuth?: object | null,
): Promise<object[]> {
  const health = await healthOf(deps.database, rows);
  return rows.map((row) => toGateway(row, deps, health.get(row.id)!, actor.scopes, madeAuth));
}

const shownOne = async (
  call: Pick<Call, 'deps' | 'actor'>,
  row: GatewayRow,
  madeAuth?: object | null,
): Promise<object> => (await shown(call, [row], madeAuth))[0]!;

/** What waits for the gateway is looked at now: it takes messages again, or they have to go elsewhere. */
async function release({ database, wake }: ApiDeps, accountId: string, id: string): Promise<void> {
  const held = await releaseHeld(database.pool, accountId, id);
  await lookAtOnce(
    database.pool,
    held.flatMap(({ campaignId }) => campaignId ?? []),
  );
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
    async (call) => {
      const rows = await listGateways(call.deps.database.db, call.actor.accountId);
      return { items: await shown(call, rows), nextCursor: null };
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
      errors: ['name-taken', 'quota-reached'],
    },
    async (call) => {
      const { deps, actor, body } = call;
      const { accountId } = actor;
      const provider = checkProvider(body.provider, body);
      checkBaseUrl(body.baseUrl, deps.outboundAllow);
      checkFailover(body.provider, body);
      await deps.accounts.context(accountId);
      const madeAuth = body.callbackAuth === undefined ? freshCallbackAuth(provider) : null;
      const callbackAuth = body.callbackAuth ?? madeAuth;
      const callbackAuthenticated = isAuthenticated(provider, callbackAuth, body.callbackAllow);
      const row = await change(
        call,
        async (tx) => {
          await checkQuota(tx, accountId, 'gateways', deps.limits);
          return insertGateway(tx, deps.sealer, accountId, { ...body, callbackAuth });
        },
        ({ id, name, provider: made }) => ({
          action: 'gateway.created',
          subject: id,
          detail: { name, provider: made, callbackAuthenticated },
        }),
        body.name,
      );
      return shownOne(call, row, madeAuth);
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
    async (call) => shownOne(call, await gatewayOf(call)),
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
      errors: ['name-taken', 'credentials-required'],
    },
    async (call) => {
      const { deps, actor, body: draft } = call;
      const { accountId } = actor;
      const current = await gatewayOf(call);
      const { id, provider } = current;
      checkProvider(provider, draft);
      checkBaseUrl(draft.baseUrl, deps.outboundAllow);
      checkFailover(provider, {
        failoverAfterSeconds: current.failover_after_seconds,
        validitySeconds: current.validity_seconds,
        receiptDeadlineSeconds: current.receipt_deadline_seconds,
        ...draft,
      });
      let move: Move | null = null;
      const row = await change(
        call,
        async (tx) => {
          // Under a lock: what is stored must not change between this look and the change.
          move = checkMove(found(await lockGateway(tx, accountId, id)), draft);
          return updateGateway(tx, deps.sealer, accountId, id, draft);
        },
        (changed) => changed && { action: 'gateway.updated', subject: id, detail: detailOf(changed, draft, move) },
        draft.name,
      );
      if (row?.status === 'active' && row.paused_reason === null) {
        await hurryProbe(deps.database.pool, id);
        await release(deps, accountId, id);
      }
      return shownOne(call, row ?? (await gatewayOf(call)));
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
  ...callbackRotation,
];

/** What is written down of a change: names of fields, where credentials went and go, whether callbacks still prove anything. */
function detailOf(row: GatewayRow, draft: object, move: Move | null): Record<string, unknown> {
  const ofCallbacks = 'callbackAuth' in draft || 'callbackAllow' in draft;
  const { callbackScheme = 'nothing' as const } = providerNamed(row.provider) ?? {};
  const { callback_auth: auth, callback_allow: allow } = row;
  return {
    fields: Object.keys(draft),
    ...(move === null ? {} : { origin: move }),
    ...(ofCallbacks && {
      callbackAuthenticated: isAuthenticated({ callbackScheme }, auth === null ? null : {}, allow),
    }),
  };
}

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
