/** `/api/v1/suppressions`: numbers that nothing is sent to. */
import { z } from 'zod';
import { maskMsisdn } from '../../../core/messages/msisdn';
import {
  deleteSuppression,
  insertSuppression,
  listSuppressions,
  type Suppression,
} from '../../../store/messages/opt-outs';
import { endpoint, type Endpoint } from '../../endpoint';
import { readNumber } from '../../http/number';
import { pageOf } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { suppression, suppressionAnswer, suppressionQuery, toSuppression } from './schema';

const SUPPRESSIONS = '/api/v1/suppressions';
const tag = 'Suppressions';

const { change, remove } = resource<Suppression>({
  noun: 'suppression',
  missing: 'The account has not suppressed this number',
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
      query: suppressionQuery,
      answers: { 200: { description: 'A page of numbers.', schema: pageOf(suppressionAnswer) } },
    },
    async ({ deps, actor: { accountId }, query: { cursor, limit } }) => {
      const rows = await listSuppressions(deps.database.db, { accountId, after: cursor, limit });
      return pageFrom(rows, limit, toSuppression, ({ msisdn }) => msisdn);
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
      path: `${SUPPRESSIONS}/:to`,
      tag,
      summary: 'Lets a number be sent to again.',
      scope: 'manage',
      params: { to: z.string().describe('The number, with country code; `+` is written `%2B` or left out.') },
      answers: { 204: { description: 'It is gone.' } },
    },
    async (call) => {
      const { accountId } = call.actor;
      const { account } = await call.deps.accounts.context(accountId);
      const msisdn = readNumber(call.params.to, account.default_country);
      await remove(
        call,
        (tx) => deleteSuppression(tx, call.deps.pseudonyms, accountId, msisdn),
        () => ({ action: 'suppression.deleted', subject: maskMsisdn(msisdn) }),
      );
    },
  ),
];
