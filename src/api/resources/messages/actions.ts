/** What people ask of one message that waits: to be dropped, or to take another gateway. */
import { z } from 'zod';
import { CLAIMABLE_STATES, type MessageState } from '../../../core/messages/status';
import { AppError } from '../../../errors';
import { audited, type AuditNote } from '../../../store/accounts/audit';
import { lookAtOnce } from '../../../store/campaigns/slices';
import { findGateway } from '../../../store/gateways/gateways';
import type { Settlement } from '../../../store/messages/settlement';
import type { MessageRow } from '../../../store/messages/shown';
import { endWaiting, moveWaiting, readRoute } from '../../../store/messages/take-over';
import { findMessage } from '../../../store/messages/trace';
import type { ApiDeps } from '../../deps';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { invalid } from '../../http/invalid';
import { resource } from '../../http/resource';
import { message, move, toMessage } from './schema';

const MESSAGE = '/api/v1/messages/:id';
const tag = 'Messages';
/** CleverTap's "force expired", which is also for messages that the client asked to drop. */
const DROPPED = { state: 'cancelled', code: '917', reason: 'cancelled: somebody asked for it' } as const;

const { existing } = resource<MessageRow>({ noun: 'message', id: z.regexes.uuid() });

type Tx = Parameters<Parameters<typeof audited<Settlement>>[2]>[0];

/** The message of the path. @throws AppError not-found */
export const messageOf = ({
  deps,
  actor,
  params,
}: Pick<Call<'id'>, 'deps' | 'actor' | 'params'>): Promise<MessageRow> =>
  existing(params.id, (id) => findMessage(deps.database.db, actor.accountId, id));

const answers = { 200: { description: 'The message as it is now.', schema: message } };

export const actions: Endpoint[] = [
  endpoint(
    {
      id: 'cancelMessage',
      method: 'post',
      path: `${MESSAGE}/cancel`,
      tag,
      summary: 'Drops a message that has not left.',
      description: 'CleverTap is told 917. Asked again, it is answered 200 and changes nothing.',
      scope: 'send',
      answers,
      errors: ['not-found', 'already-left'],
    },
    async (call) => {
      const row = await messageOf(call);
      if (row.state !== 'cancelled') {
        await change(call, row, (tx) => endWaiting(tx, [row], DROPPED), {
          action: 'message.cancelled',
          subject: row.id,
        });
      }
      return shown(call);
    },
  ),
  endpoint(
    {
      id: 'moveMessage',
      method: 'post',
      path: `${MESSAGE}/move`,
      tag,
      summary: 'Has a message that waits take another gateway of its route at once.',
      scope: 'send',
      body: { schema: move },
      answers,
      errors: [
        'malformed-body', 'invalid-request', 'not-found', 'wrong-state', 'already-left', 'gateway-not-in-route',
        'gateway-unusable',
      ], // prettier-ignore
    },
    async (call) => {
      const row = await messageOf(call);
      const { gatewayId } = call.body;
      const index = await legOver(call, row, gatewayId);
      const detail = { from: row.gateway_id, to: gatewayId, leg: index };
      const note = { action: 'message.moved', subject: row.id, detail };
      await change(call, row, (tx) => moveWaiting(tx, row, { index, gatewayId }), note);
      return shown(call);
    },
  ),
];

async function shown(call: Pick<Call<'id'>, 'deps' | 'actor' | 'params'>): Promise<object> {
  return toMessage(await messageOf(call), call.actor.scopes, call.deps.workflowLink);
}

/**
 * Runs a change of a message that waits, and has its workflow and relays hear of it.
 * @param work whose settlement names no slice when the message is on its way meanwhile: then nothing is changed.
 * @throws AppError already-left
 */
async function change(
  { deps, actor }: Pick<Call<'id'>, 'deps' | 'actor'>,
  row: MessageRow,
  work: (tx: Tx) => Promise<Settlement>,
  note: AuditNote,
): Promise<void> {
  if (!isWaiting(row.state)) throw alreadyLeft(row);
  const settlement = await audited(
    deps.database.db,
    actor,
    async (tx) => {
      const done = await work(tx);
      // Thrown within the transaction: whoever dispatches the slice keeps it then.
      if (done.slices.length === 0) throw alreadyLeft(row);
      return done;
    },
    () => note,
  );
  await tell(deps, row, settlement);
}

const WAITING: readonly MessageState[] = [...CLAIMABLE_STATES, 'refused'];
const isWaiting = (state: MessageState): boolean => WAITING.includes(state);

async function tell(
  { database, wake, wakeRelays }: ApiDeps,
  { campaign_id: campaignId }: MessageRow,
  { slices, webhookIds }: Settlement,
): Promise<void> {
  // What a run of the slice has found out holds no longer: it was taken over.
  if (campaignId !== null) await lookAtOnce(database.pool, [campaignId]);
  // Who dispatches it has to look at the slice at once, and not only to hear that less of it is open.
  wake(slices.map((slice) => ({ ...slice, refused: Math.max(1, slice.refused) })));
  wakeRelays(webhookIds);
}

const alreadyLeft = ({ state }: Pick<MessageRow, 'state'>): AppError =>
  new AppError(
    'already-left',
    isWaiting(state)
      ? 'The message is on its way to its provider by now: look at it again'
      : `The message is ${state}: only one that waits to be sent can be cancelled or moved`,
  );

/** The leg of the message's route that leads over a gateway. @throws AppError */
async function legOver({ deps, actor }: Call<'id'>, row: MessageRow, gatewayId: string): Promise<number> {
  const { db } = deps.database;
  const gateway = await findGateway(db, actor.accountId, gatewayId);
  if (gateway === null) throw invalid('gatewayId', 'names no gateway of this account');
  if (!isWaiting(row.state)) throw alreadyLeft(row);
  const route = await readRoute(db, row);
  if (route === null) {
    const due = row.due_at === null ? 'dispatch has not looked at it' : `it is due at ${row.due_at.toISOString()}`;
    throw new AppError('wrong-state', `The message has no route yet: ${due}`);
  }
  const legs = route.legs.flatMap((leg, index) => (leg.gatewayId === gatewayId ? [index] : []));
  if (legs.length === 0) {
    const gateways = [...new Set(route.legs.map((leg) => leg.gatewayId))];
    const message = `The message’s route leads over ${gateways.join(', ') || 'no gateway'}, and not over ${gatewayId}`;
    throw new AppError('gateway-not-in-route', message, { extra: { gateways } });
  }
  if (gateway.status !== 'active' || gateway.paused_reason !== null) {
    const why = gateway.paused_reason === null ? 'inactive' : `paused: ${gateway.paused_reason}`;
    throw new AppError('gateway-unusable', `${gateway.name} is ${why}`);
  }
  // A sender ID that was refused there would be refused again.
  return legs.find((index) => !route.refused.includes(index)) ?? legs[0]!;
}
