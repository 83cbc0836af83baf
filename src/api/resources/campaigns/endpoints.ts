/** `/api/v1/campaigns`: one text to an audience, under control. */
import { AppError } from '../../../errors';
import { lockAudience } from '../../../store/campaigns/audience';
import { listAgain, listCampaigns, moveCampaign } from '../../../store/campaigns/campaigns';
import { deleteDraft, insertCampaign } from '../../../store/campaigns/drafts';
import { endpoint, type Endpoint } from '../../endpoint';
import { readJson } from '../../http/fields';
import { invalid } from '../../http/invalid';
import { pageOf, readCursor } from '../../http/page';
import { pageFrom } from '../../http/resource';
import { validate } from '../../http/validate';
import { again } from './again';
import { campaignOf, campaignResource } from './campaign';
import { commands, counted, now, wrongState } from './commands';
import { shownCampaign, shownCampaigns } from './counts';
import { checkCampaign } from './create';
import { forecast } from './forecast';
import { ledger } from './ledger';
import { rejected } from './rejected';
import { campaign, campaignAnswer, createdAnswer, listQuery } from './schema';
import { startCampaign } from './start';
import { testSends } from './test-send';

const CAMPAIGNS = '/api/v1/campaigns';
const CAMPAIGN = `${CAMPAIGNS}/:id`;
const tag = 'Campaigns';
const { change } = campaignResource;

const collection: Endpoint[] = [
  endpoint(
    {
      id: 'listCampaigns',
      method: 'get',
      path: CAMPAIGNS,
      tag,
      summary: 'The account’s campaigns, newest first.',
      scope: 'read',
      query: listQuery,
      answers: { 200: { description: 'A page of campaigns.', schema: pageOf(campaignAnswer) } },
      errors: ['invalid-request'],
    },
    async ({ deps, actor: { accountId }, query: { cursor, limit, ...filter } }) => {
      const key = readCursor<[string, string]>(cursor, 2);
      const after = key === undefined ? undefined : { createdAt: new Date(key[0]), id: key[1] };
      const rows = await listCampaigns(deps.database.db, { ...filter, accountId, after, limit });
      const shown = new Map((await shownCampaigns(deps, rows)).map((one) => [one.id, one]));
      return pageFrom(
        rows,
        limit,
        (row) => shown.get(row.id)!,
        (row) => [row.created_at.toISOString(), row.id],
      );
    },
  ),
  endpoint(
    {
      id: 'createCampaign',
      method: 'post',
      ingress: 'api',
      path: CAMPAIGNS,
      tag,
      summary: 'Makes a campaign, and launches it unless it is a draft.',
      description:
        'What can be known beforehand is checked beforehand, and then nothing is stored. A bad recipient of the request is ' +
        'left out alone, and listed in `rejected`.',
      scope: 'send',
      takes: { schema: campaign },
      answers: { 201: { description: 'The campaign.', schema: createdAnswer } },
      errors: [
        'malformed-body',
        'invalid-request',
        'not-found',
        'no-gateway',
        'upload-not-ready',
        'audience-suppressed',
        'over-limit',
      ],
    },
    async (call) => {
      const { deps, actor, request } = call;
      // Its recipients are judged one by one, so the body as a whole isn't refused for one of them.
      const body = validate(campaign, readJson(request));
      const context = await deps.accounts.context(actor.accountId);
      const checked = await checkCampaign(deps, context, body, new Date());
      const row = await change(
        call,
        async (tx) => {
          // It was there when it was checked.
          if (!(await lockAudience(tx, checked.draft.audience))) {
            throw invalid('audience', 'names a group or an upload that was deleted meanwhile');
          }
          const made = await insertCampaign(tx, checked.draft, checked.recipients);
          await checked.keepRejected(tx, made.id);
          return made;
        },
        ({ id, name, state }) => ({ action: 'campaign.created', subject: id, detail: { name, state } }),
      );
      if (row.state !== 'draft') await startCampaign(deps, row);
      return { ...(await shownCampaign(deps, row)), rejected: checked.rejected };
    },
  ),
];

const single: Endpoint[] = [
  endpoint(
    {
      id: 'getCampaign',
      method: 'get',
      path: CAMPAIGN,
      tag,
      summary: 'One campaign with its counts.',
      scope: 'read',
      answers: now,
      errors: ['not-found'],
    },
    async (call) => {
      const row = await campaignOf(call);
      const again = await listAgain(call.deps.database.db, row.account_id, row.id);
      return { ...(await counted(call, row)), again };
    },
  ),
  ...commands.rate,
  endpoint(
    {
      id: 'deleteCampaign',
      method: 'delete',
      path: CAMPAIGN,
      tag,
      summary: 'Deletes a draft.',
      scope: 'manage',
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found', 'wrong-state'],
    },
    async (call) => {
      const row = await campaignOf(call);
      const deleted = await change(
        call,
        (tx) => deleteDraft(tx, row.id),
        (gone) => (gone ? { action: 'campaign.deleted', subject: row.id } : null),
      );
      if (deleted) return;
      throw new AppError('wrong-state', `The campaign is ${row.state}: only a draft can be deleted; cancel this one`);
    },
  ),
  endpoint(
    {
      id: 'launchCampaign',
      method: 'post',
      path: `${CAMPAIGN}/launch`,
      tag,
      summary: 'Launches a draft.',
      scope: 'send',
      answers: now,
      errors: ['not-found', 'wrong-state'],
    },
    async (call) => {
      const row = await campaignOf(call);
      const { state, valid_until: validUntil } = row;
      if (state === 'draft' && validUntil !== null && validUntil <= new Date()) {
        const over = `The campaign’s validUntil (${validUntil.toISOString()}) is over: nothing of it could leave`;
        throw new AppError('wrong-state', `${over}. Make another campaign`);
      }
      const launched = await change(
        call,
        (tx) => moveCampaign(tx, row.id, row.recurrence === null ? 'preparing' : 'scheduled', {}, ['draft']),
        (moved) => (moved === null ? null : { action: 'campaign.launched', subject: row.id }),
      );
      if (launched === null) throw wrongState('launch', await campaignOf(call));
      await startCampaign(call.deps, launched);
      return counted(call, launched);
    },
  ),
];

export const campaigns: Endpoint[] = [
  ...collection,
  ...single,
  ...commands.course,
  ...again,
  ...forecast,
  ...ledger,
  ...rejected,
  ...testSends,
];
