/** `/api/v1/requests`: what was refused on the way in, and the latest that was not. */
import { z } from 'zod';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import {
  countDropped,
  findRefused,
  listLatest,
  listRefused,
  type ShownRequest,
} from '../../../store/accounts/requests';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { pageFrom, resource } from '../../http/resource';
import { latestAnswer, requestAnswer, requestsPage, requestsQuery, takenOf, toLatest, toRequest } from './schema';

const REQUESTS = '/api/v1/requests';
const tag = 'Requests';

const { existing } = resource<ShownRequest>({ noun: 'request', id: z.regexes.uuid() });

/** The latest of each key and contract of which something was taken, the newest first. */
async function listTaken({ deps, actor: { accountId } }: Pick<Call, 'deps' | 'actor'>): Promise<ShownRequest[]> {
  const rows = await listLatest(deps.database.pool, accountId);
  return rows.flatMap((row) => takenOf(row) ?? []).sort((one, other) => other.at.getTime() - one.at.getTime());
}

export const requests: Endpoint[] = [
  endpoint(
    {
      id: 'listRequests',
      method: 'get',
      path: REQUESTS,
      tag,
      summary: 'Requests that were refused, in whole or in part, newest first.',
      description:
        'Those by which messages come in, CleverTap’s and our own, that show a key or name one: kept 7 days. With `to` or ' +
        '`meta`, those in which such a record was refused, with that record’s problems alone.',
      scope: 'read',
      query: requestsQuery,
      answers: { 200: { description: 'A page of requests.', schema: requestsPage } },
      errors: ['invalid-request'],
    },
    async (call) => {
      const { deps, actor, query } = call;
      const { to, meta, outcome, from, until, cursor, limit } = query;
      await deps.requests.flushBriefly();
      const show = (row: ShownRequest) => toRequest(row, actor.scopes);
      if (outcome === 'taken') {
        const taken = to !== undefined || meta !== undefined || cursor !== undefined ? [] : await listTaken(call);
        const within = taken.filter(
          ({ at }) => (from === undefined || at >= from) && (until === undefined || at < until),
        );
        return { items: within.slice(0, limit).map(show), nextCursor: null, dropped: 0 };
      }
      const { account } = await deps.accounts.context(actor.accountId);
      const number = to === undefined ? null : normaliseMsisdn(to, account.default_country);
      const rows = await listRefused(deps.database.pool, {
        accountId: actor.accountId,
        ...(to === undefined ? {} : { msisdns: [to.trim(), ...(number?.ok === true ? [number.e164] : [])] }),
        meta, outcome, from, until, after: cursor, limit,
      }); // prettier-ignore
      const dropped = await countDropped(deps.database.pool, actor.accountId);
      return { ...pageFrom(rows, limit, show, ({ id }) => id), dropped };
    },
  ),
  endpoint(
    {
      id: 'listLatestRequests',
      method: 'get',
      path: `${REQUESTS}/latest`,
      tag,
      summary: 'The latest request of each key and contract, and what became of it.',
      description: 'Whether CleverTap comes through, and with which key.',
      scope: 'read',
      answers: { 200: { description: 'The newest first.', schema: z.object({ items: z.array(latestAnswer) }) } },
    },
    async ({ deps, actor }) => {
      await deps.requests.flushBriefly();
      return { items: (await listLatest(deps.database.pool, actor.accountId)).map(toLatest) };
    },
  ),
  endpoint(
    {
      id: 'getRequest',
      method: 'get',
      path: `${REQUESTS}/:id`,
      tag,
      summary: 'One request with what was wrong with each of its records.',
      scope: 'read',
      answers: { 200: { description: 'The request.', schema: requestAnswer } },
    },
    async (call) => {
      const { deps, actor, params } = call;
      await deps.requests.flushBriefly();
      const row = await existing(params.id, async (id) => {
        const refused = await findRefused(deps.database.pool, actor.accountId, id);
        return refused ?? (await listTaken(call)).find((taken) => taken.id === id) ?? null;
      });
      return toRequest(row, actor.scopes);
    },
  ),
];
