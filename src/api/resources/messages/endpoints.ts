/** `/api/v1/messages`: what was accepted, and what became of it. */
import { z } from 'zod';
import { hasScope } from '../../../core/accounts/api-key';
import { uuidv7Ms } from '../../../core/messages/ids';
import { AppError } from '../../../errors';
import { SEARCH_BOUNDS, searchMessages } from '../../../store/messages/search';
import { listKeyNames } from '../../../store/accounts/api-keys';
import { traceMessage, type MessageTrace } from '../../../store/messages/trace';
import { endpoint, type Endpoint } from '../../endpoint';
import { readSoughtNumber } from '../../http/number';
import { resource } from '../../http/resource';
import { soughtProviderId } from '../../http/vendors-id';
import { actions } from './actions';
import { exchangesOf } from './exchange';
import { resends } from './resend';
import { messagePage, messageQuery, toMessage, toTrace, trace } from './schema';

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
        'Filters may be combined. With state or campaignId, and no to, meta or providerMessageId, messages that were sent together stay ' +
        `together: those of the newest send first. Of parts of numbers ${SEARCH_BOUNDS.numbers.toLocaleString('en')} messages are looked ` +
        `through for a page, of gatewayId, sender and code ${SEARCH_BOUNDS.messages.toLocaleString('en')}: a page may then have fewer ` +
        'items than there are, and its cursor leads on.',
      scope: 'read',
      query: messageQuery,
      answers: { 200: { description: 'A page of messages.', schema: messagePage } },
    },
    async ({ deps, actor: { accountId, scopes }, query }) => {
      const { to, toContains, providerMessageId, cursor, ...filter } = query;
      if (toContains !== undefined && !hasScope(scopes, 'manage')) throw partNeedsManage();
      const { account } = await deps.accounts.context(accountId);
      const { rows, next, isCutOff } = await searchMessages(deps.database.db, {
        ...filter,
        accountId,
        msisdn: to === undefined ? undefined : readSoughtNumber(to, account.default_country),
        msisdnPart: toContains,
        provider: providerMessageId === undefined ? undefined : soughtProviderId(providerMessageId),
        after: cursor,
      });
      return {
        items: rows.map((row) => toMessage(row, scopes, deps.workflowLink)),
        nextCursor: next,
        ...(isCutOff ? { searchedSince: new Date(uuidv7Ms(next!)).toISOString() } : {}),
      };
    },
  ),
  endpoint(
    {
      id: 'getMessage',
      method: 'get',
      path: `${MESSAGES}/:id`,
      tag,
      summary: 'One message with its attempts, what was asked and answered in each, its receipts and callbacks.',
      scope: 'read',
      answers: { 200: { description: 'The message.', schema: trace } },
    },
    async ({ deps, actor: { accountId, scopes }, params }) => {
      const found = await existing(params.id, (id) => traceMessage(deps.database.db, accountId, id));
      const keys = await listKeyNames(deps.database.db, accountId);
      return toTrace(found, await exchangesOf(deps, found, scopes), keys, scopes, deps.workflowLink);
    },
  ),
  ...actions,
  ...resends,
];

/** Part by part a number could be spelled out that the key is shown masked. */
const partNeedsManage = (): AppError =>
  new AppError('forbidden', 'toContains needs a key with the scope manage: others are shown numbers masked');
