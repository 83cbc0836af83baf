/** `POST /api/v1/messages/{id}/resend`: the same text to the same number, as a new message. */
import { uuidv7 } from '../../../core/messages/ids';
import { isPseudonym } from '../../../core/accounts/pseudonyms';
import { isPromotional } from '../../../core/messages/service';
import { isFinal } from '../../../core/messages/status';
import { AppError } from '../../../errors';
import type { AccountContext } from '../../../store/accounts/accounts';
import { insertAudit } from '../../../store/accounts/audit';
import { isDatabaseAway } from '../../../store/database';
import { leaveResend, takeResend } from '../../../store/messages/resends';
import type { MessageRow } from '../../../store/messages/shown';
import { isSuppressed } from '../../../store/messages/suppressions';
import { findMessage } from '../../../store/messages/trace';
import { TRANSACTIONAL_PRIORITY } from '../../../workflows/contract';
import type { ApiDeps } from '../../deps';
import type { Principal } from '../../http/auth';
import { endpoint, type Endpoint } from '../../endpoint';
import { invalid } from '../../http/invalid';
import { createAdmission } from '../../ingress/admission';
import { judgeAlone } from '../../ingress/alone';
import type { IncomingMessage } from '../../ingress/ingress';
import { plainMessage } from '../../ingress/plain-message';
import { messageOf } from './actions';
import { resend, resent } from './schema';

export const resends: Endpoint[] = [
  endpoint(
    {
      id: 'resendMessage',
      method: 'post',
      path: '/api/v1/messages/:id/resend',
      tag: 'Messages',
      summary: 'Sends the text of a message that has ended to its number again, as a new message.',
      description:
        'Once for each message. It takes the route, the rules and the windows of today, and has the meta of the first one; CleverTap, ' +
        'which was told an outcome of that, is told no second one. Webhooks of kind `standard` are told of both.',
      scope: 'send',
      body: { schema: resend, optional: true },
      answers: { 201: { description: 'The new message.', schema: resent } },
      errors: [
        'malformed-body', 'invalid-request', 'not-found', 'wrong-state', 'confirm-needed', 'text-gone', 'recipient-suppressed',
        'already-resent', 'no-gateway', 'unavailable',
      ], // prettier-ignore
    },
    async (call) => {
      const { deps, actor, body } = call;
      const row = await messageOf(call);
      refuseState(row, body.confirm === true);
      const context = await deps.accounts.context(actor.accountId);
      await refuseSuppressed(deps, context, row);
      const { heldUntil, ...again } = await repetitionOf(deps, context, row);
      await place(deps, row, again.id);
      await accept(deps, actor, context, row, again);
      deps.metrics.messages('accepted', 1);
      const note = { action: 'message.resent', subject: row.id, detail: { resentAs: again.id, state: row.state } };
      await insertAudit(deps.database.db, actor, note);
      return { id: again.id, resendOf: row.id, ...(heldUntil === null ? {} : { heldUntil: heldUntil.toISOString() }) };
    },
  ),
];

/** States in which nothing has reached the person, as far as anybody knows. */
const NOT_ARRIVED: readonly string[] = ['failed', 'expired', 'cancelled', 'suppressed'];

/** @throws AppError wrong-state, confirm-needed, text-gone */
function refuseState({ state, body, options }: MessageRow, isConfirmed: boolean): void {
  if (!isFinal(state)) {
    throw new AppError('wrong-state', `The message is ${state}: one that has no outcome yet can’t be sent again`);
  }
  if (body === '') {
    const why = options?.sensitive === true ? 'it was sensitive' : 'it is older than texts are kept, or was erased';
    throw new AppError('text-gone', `The message’s text is deleted, because ${why}: send a new message`);
  }
  if (!isConfirmed && !NOT_ARRIVED.includes(state)) {
    const what = state === 'delivered' ? 'was delivered' : 'may have been delivered';
    throw new AppError('confirm-needed', `The message ${what}: send {"confirm": true} to send it once more`);
  }
}

/** @throws AppError recipient-suppressed */
async function refuseSuppressed(deps: ApiDeps, { account }: AccountContext, row: MessageRow): Promise<void> {
  const promotional = isPromotional(row.service, account.promotional_services);
  const { db } = deps.database;
  if (
    isPseudonym(row.msisdn) ||
    (await isSuppressed(db, await deps.loadPseudonyms(), account.id, row.msisdn, promotional))
  ) {
    throw new AppError('recipient-suppressed', 'The number has opted out of such messages, or is suppressed');
  }
}

type Repetition = IncomingMessage & { id: string; heldUntil: Date | null };

/** The new message, as far as today's rules allow it. @throws AppError no-gateway, invalid-request */
async function repetitionOf(deps: ApiDeps, context: AccountContext, row: MessageRow): Promise<Repetition> {
  if (context.gateways === 0) {
    const remedy = 'create one with POST /api/v1/gateways';
    throw new AppError('no-gateway', `The account has no gateway to send through: ${remedy}`);
  }
  const { msisdn, body: text, sender, service, options, segments, encoding } = row;
  const admitted = createAdmission(context)({ sender, service, options, segments, text, recipients: [msisdn] });
  if (!admitted.ok) throw invalid(admitted.field, admitted.message);
  const message = { msisdn, text, service, sender: admitted.sender, options: admitted.options };
  const judged = await judgeAlone(deps, context, message, { findTemplate: false });
  if (!judged.ok) throw invalid(judged.field, judged.message);
  const own = { ...message, sender: judged.sender, options: judged.options };
  return {
    ...plainMessage(own, { encoding, parts: segments }),
    id: uuidv7(),
    meta: row.meta,
    dueAt: judged.dueAt,
    windows: judged.windows,
    heldUntil: judged.heldUntil,
  };
}

/** @throws AppError already-resent, wrong-state */
async function place(
  { database: { db } }: ApiDeps,
  { id, account_id: accountId }: MessageRow,
  as: string,
): Promise<void> {
  const before = await takeResend(db, accountId, id, as);
  if (before === null) return;
  if ((await findMessage(db, accountId, before)) === null) {
    throw new AppError('wrong-state', 'The message is being sent again at this moment: look at it in a minute');
  }
  const message = `The message was sent again as ${before}: look at that one, and send it again if it failed too`;
  throw new AppError('already-resent', message, { extra: { resentAs: before } });
}

async function accept(
  deps: ApiDeps,
  { keyId }: Principal,
  { account, hasErasures }: AccountContext,
  row: MessageRow,
  message: IncomingMessage & { id: string },
): Promise<void> {
  try {
    await deps.ingress.accept({
      accountId: account.id,
      origin: { shape: 'api', keyId },
      hasErasures,
      priority: TRANSACTIONAL_PRIORITY,
      // Its record is the first one's: this one is asked for by a person, and repeats that on purpose.
      duplicateWindowMinutes: 0,
      messages: [message],
    });
  } catch (error) {
    // Whether it was committed is not known then; if not, the place is free again in a minute.
    if (!isDatabaseAway(error)) await leaveResend(deps.database.db, row.id, message.id);
    throw error;
  }
}
