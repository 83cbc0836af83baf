/** `/api/v1/suppressions`: numbers that nothing is sent to. */
import { z } from 'zod';
import { maskMsisdn, normaliseMsisdn } from '../../../core/messages/msisdn';
import {
  deleteSuppression,
  insertSuppression,
  listSuppressions,
  type Suppression,
} from '../../../store/messages/opt-outs';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { invalidField } from '../../http/invalid';
import { readNumber } from '../../http/number';
import { pageOf, pageQuery, sealedCursors } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { suppression, suppressionAnswer, toSuppression } from './schema';

const SUPPRESSIONS = '/api/v1/suppressions';
const tag = 'Suppressions';

const { change, remove } = resource<Suppression>({
  noun: 'suppression',
  missing: 'The account has no suppression with this id',
});

export const suppressions: Endpoint[] = [
  endpoint(
    {
      id: 'listSuppressions',
      method: 'get',
      path: SUPPRESSIONS,
      tag,
      summary: 'Numbers that nothing is sent to.',
      scope: 'manage',
      query: pageQuery,
      answers: { 200: { description: 'A page of numbers.', schema: pageOf(suppressionAnswer) } },
    },
    async ({ deps, actor: { accountId }, query: { cursor, limit } }) => {
      const cursors = sealedCursors(deps.sealer, `suppressions of ${accountId}`);
      const rows = await listSuppressions(deps.database.db, { accountId, after: cursors.read(cursor), limit });
      return pageFrom(rows, limit, toSuppression, ({ msisdn }) => cursors.make(msisdn));
    },
  ),
  endpoint(
    {
      id: 'createSuppression',
      method: 'post',
      path: SUPPRESSIONS,
      tag,
      summary: 'Suppresses a number, up to the moment of sending.',
      scope: 'manage',
      body: { schema: suppression, examples: { 'One number': { to: '+919800000001', reason: 'asked by phone' } } },
      answers: { 201: { description: 'The suppression.', schema: suppressionAnswer } },
    },
    async (call) => {
      const { to, reason } = call.body;
      const { accountId } = call.actor;
      const { account } = await call.deps.accounts.context(accountId);
      const msisdn = readNumber(to, account.default_country);
      const row = await change(
        call,
        (tx) => insertSuppression(tx, { accountId, msisdn, reason }),
        () => ({ action: 'suppression.created', subject: maskMsisdn(msisdn) }),
      );
      return toSuppression(row);
    },
  ),
  endpoint(
    {
      id: 'deleteSuppression',
      method: 'delete',
      path: `${SUPPRESSIONS}/:id`,
      tag,
      summary: 'Lets a number be sent to again.',
      scope: 'manage',
      params: {
        id: z
          .string()
          .describe(
            'Of the suppression. The number itself is still taken, with country code, `+` written `%2B` or left out; it then stands in the logs of everything in between.',
          ),
      },
      answers: { 204: { description: 'It is gone.' } },
    },
    async (call) => {
      const { accountId } = call.actor;
      const which = await whichOf(call);
      await remove(
        call,
        (tx) => deleteSuppression(tx, accountId, which),
        ({ msisdn }) => ({ action: 'suppression.deleted', subject: maskMsisdn(msisdn) }),
      );
    },
  ),
];

/** What a path names: an id, or a number as earlier versions had it. @throws AppError invalid-request */
async function whichOf({ deps, actor, params: { id } }: Call<'id'>): Promise<{ id: string } | { msisdn: string }> {
  if (z.uuid().safeParse(id).success) return { id };
  const { account } = await deps.accounts.context(actor.accountId);
  const number = normaliseMsisdn(id, account.default_country);
  if (number.ok) return { msisdn: number.e164 };
  throw invalidField('id', 'is neither the id of a suppression nor a number: see GET /api/v1/suppressions');
}
