/** `GET /api/v1/find`: one box for all that somebody may look for. */
import { endpoint, type Endpoint } from '../../endpoint';
import type { Finder } from './finder';
import { messageById, messagesByMeta, messagesByNumber, messagesByPart, messagesByProviderId } from './messages';
import { campaignsByName, gatewaysByName, uploadsByName, uploadsByNumber } from './named';
import { leftOutOfCampaigns, refusedRecords, rowsOfUploads } from './refused';
import { findAnswer, findQuery, type Found, type Searched } from './schema';
import { readSought } from './sought';

/** Nearly everything has a single character. */
const LEAST_CHARACTERS = 2;

/** All places that are searched, in the order in which what they find is shown: the surest first. */
const FINDERS: readonly Finder[] = [
  messageById,
  messagesByProviderId,
  messagesByNumber,
  messagesByMeta,
  refusedRecords,
  rowsOfUploads,
  leftOutOfCampaigns,
  campaignsByName,
  gatewaysByName,
  uploadsByName,
  uploadsByNumber,
  messagesByPart,
];

export const find: Endpoint[] = [
  endpoint(
    {
      id: 'find',
      method: 'get',
      path: '/api/v1/find',
      tag: 'Messages',
      summary: 'Finds whatever is meant: messages, refused records, campaigns, uploads, gateways.',
      description: 'Up to ten of each kind of match; `GET /api/v1/messages` lists all of one.',
      scope: 'read',
      query: findQuery,
      answers: { 200: { description: 'What was found, and what was searched.', schema: findAnswer } },
    },
    async ({ deps, actor: { accountId, scopes }, query: { q } }) => {
      const { account } = await deps.accounts.context(accountId);
      const sought = { accountId, scopes, ...readSought(q, account.default_country) };
      const items = new Map<string, Found>();
      const searched: Searched[] = [];
      if (sought.text.length < LEAST_CHARACTERS) return { items: [], searched };
      // One after the other: a search holds one connection, whatever it finds.
      for (const finder of FINDERS) {
        const finding = await finder.find(deps, sought);
        if (finding === null) continue;
        const { since, skipped } = finding;
        for (const item of finding.items) {
          const key = `${item.kind} ${item.id}`;
          if (!items.has(key)) items.set(key, item);
        }
        searched.push({ what: finder.what, since: since?.toISOString(), skipped });
      }
      return { items: [...items.values()], searched };
    },
  ),
];
