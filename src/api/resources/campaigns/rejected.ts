/** `GET /api/v1/campaigns/{id}/rejected`: whom a campaign leaves out, and why. */
import { maskMsisdn, normaliseMsisdn } from '../../../core/messages/msisdn';
import { placeOf } from '../../../store/campaigns/audience';
import { listRejected } from '../../../store/campaigns/rejected';
import { endpoint, type Endpoint } from '../../endpoint';
import { pageOf, readCursor } from '../../http/page';
import { pageFrom } from '../../http/resource';
import { campaignOf } from './campaign';
import { rejectedAnswer, rejectedQuery } from './schema';

const PLACE = /^\d{1,9}$/;

export const rejected: Endpoint[] = [
  endpoint(
    {
      id: 'listRejectedRecipients',
      method: 'get',
      path: '/api/v1/campaigns/:id/rejected',
      tag: 'Campaigns',
      summary: 'Recipients that the campaign leaves out, in the order of its audience.',
      description:
        'Those whom the request or its upload rejected, and those whose text could not be made: of either kind the first ' +
        'ten thousand. `audience.rejected` of the campaign counts all. With `to` or `meta`, only those.',
      scope: 'read',
      query: rejectedQuery,
      answers: { 200: { description: 'A page of them.', schema: pageOf(rejectedAnswer) } },
      errors: ['invalid-request', 'not-found'],
    },
    async (call) => {
      const { deps, actor, query } = call;
      const { to, meta, cursor, limit } = query;
      const campaign = await campaignOf(call);
      const { account } = await deps.accounts.context(actor.accountId);
      const number = to === undefined ? null : normaliseMsisdn(to, account.default_country);
      const rows = await listRejected(deps.database.pool, campaign.id, {
        ...(to === undefined ? {} : { msisdns: [to, ...(number?.ok === true ? [number.e164] : [])] }),
        meta,
        after: Number(readCursor<[string]>(cursor, 1, PLACE)?.[0] ?? -1),
        limit,
      });
      const isWhole = actor.scopes.includes('manage') || actor.scopes.includes('admin');
      const shown = (msisdn: string): string | null => (msisdn === '' ? null : isWhole ? msisdn : maskMsisdn(msisdn));
      return pageFrom(
        rows,
        limit,
        (row) => ({
          position: placeOf(campaign, row),
          to: shown(row.msisdn),
          meta: row.meta,
          code: row.code,
          message: row.message,
        }),
        (row) => [String(row.position)],
      );
    },
  ),
];
