/** `/api/v1/messages`: what was accepted, and what became of it. */
import { z } from 'zod';
import { searchMessages, traceMessage, type MessageTrace } from '../../../store/messages/search';
import { endpoint, type Endpoint } from '../../endpoint';
import { readSoughtNumber } from '../../http/number';
import { pageOf } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { message, messageQuery, toMessage, toTrace, trace } from './schema';

const MESSAGES = '/api/v1/messages';
const tag = 'Messages';

const { existing } = resource<MessageTrace>({ noun: 'message', id: z.regexes.uuid() });

export const messages: Endpoint[] = [
  endpoint(
    {
      id: 'searchMessages',
      method: 'get',
      path: MESSAGES,
      tag,
      summary: 'Finds messages, newest first.',
      description:
        'With state or campaignId, and no to or meta, messages that were sent together stay together: those of the newest send first.',
      scope: 'read',
      query: messageQuery,
      answers: { 200: { description: 'A page of messages.', schema: pageOf(message) } },
    },
    async ({ deps, actor: { accountId, scopes }, query: { to, cursor, limit, ...filter } }) => {
      const { account } = await deps.accounts.context(accountId);
      const msisdn = to === undefined ? undefined : readSoughtNumber(to, account.default_country);
      const rows = await searchMessages(deps.database.db, { ...filter, accountId, msisdn, after: cursor, limit });
      return pageFrom(
        rows,
        limit,
        (row) => toMessage(row, scopes, deps.workflowLink),
        ({ id }) => id,
      );
    },
  ),
  endpoint(
    {
      id: 'getMessage',
      method: 'get',
      path: `${MESSAGES}/:id`,
      tag,
      summary: 'One message with its attempts, receipts and callbacks.',
      scope: 'read',
      answers: { 200: { description: 'The message.', schema: trace } },
    },
    async ({ deps, actor: { accountId, scopes }, params }) =>
      toTrace(
        await existing(params.id, (id) => traceMessage(deps.database.db, accountId, id)),
        scopes,
        deps.workflowLink,
      ),
  ),
];
