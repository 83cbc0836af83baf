/** `/api/v1/campaigns`: one text to an audience, under control. */
import type { Request, Response, Router } from 'express';
import { ACTION_DONE, actionProblem, type CampaignAction } from '../../../core/campaigns/campaign';
import { parseSendTime } from '../../../core/time/schedule';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import { lockAudience } from '../../../store/campaigns/audience';
import { countCampaigns } from '../../../store/campaigns/live';
import {
  changeCampaign,
  insertCampaign,
  listCampaigns,
  moveCampaign,
  type CampaignChange,
  type CampaignRow,
} from '../../../store/campaigns/campaigns';
import { WrongStateError } from '../../../workflows/client';
import type { CampaignCommand } from '../../../workflows/contract';
import type { Principal } from '../../http/auth';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { readCursor, toCursor } from '../../http/page';
import { validate } from '../../http/validate';
import { toCampaign } from './answer';
import { checkCampaign, invalid } from './create';
import { forecastRoutes } from './forecast';
import { existing } from './found';
import { ledgerRoutes } from './ledger';
import { campaign, listQuery, patch, reschedule } from './schema';
import { testSendRoutes } from './test-send';
import { commandSeries } from './series';
import { startCampaign } from './start';

export function campaignRoutes(router: Router, deps: ApiDeps): void {
  const { db, pool } = deps.database;
  forecastRoutes(router, deps);
  ledgerRoutes(router, deps);
  testSendRoutes(router, deps);

  const counted = async (row: CampaignRow) => toCampaign(row, (await countCampaigns(pool, [row.id])).get(row.id));

  router.get('/api/v1/campaigns', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit, ...filter } = validate(listQuery, fieldsOf(queryOf(request)));
    const key = readCursor<[string, string]>(cursor, 2);
    const after = key === undefined ? undefined : { createdAt: new Date(key[0]), id: key[1] };
    const rows = await listCampaigns(db, { ...filter, accountId, after, limit });
    const counts = await countCampaigns(
      pool,
      rows.map((row) => row.id),
    );
    const last = rows.length === limit ? rows.at(-1) : undefined;
    response.json({
      items: rows.map((row) => toCampaign(row, counts.get(row.id))),
      nextCursor: last === undefined ? null : toCursor([last.created_at.toISOString(), last.id]),
    });
  });

  router.post('/api/v1/campaigns', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'send');
    const body = validate(campaign, readJson(request));
    const context = await deps.accounts.context(actor.accountId);
    const checked = await checkCampaign(db, deps.webhooks, context, body, new Date());
    const row = await audited(
      db,
      actor,
      async (tx) => {
        if (!(await lockAudience(tx, checked.draft.audience))) throw audienceGone();
        return insertCampaign(tx, checked.draft, checked.recipients);
      },
      ({ id, name, state }) => ({ action: 'campaign.created', subject: id, detail: { name, state } }),
    );
    if (row.state !== 'draft') await startCampaign(deps, row);
    response.status(201).json({ ...toCampaign(row), rejected: checked.rejected });
  });

  router.get('/api/v1/campaigns/:id', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    response.json(await counted(await existing(deps, accountId, request.params.id)));
  });

  router.patch('/api/v1/campaigns/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'send');
    const { ratePerSecond } = validate(patch, readJson(request));
    const row = await command(deps, actor, request, { action: 'setRate', ratePerSecond, keyId: actor.keyId });
    response.json(await counted(row));
  });

  router.delete('/api/v1/campaigns/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const row = await existing(deps, actor.accountId, request.params.id);
    const deleted = await audited(
      db,
      actor,
      (tx) => tx.deleteFrom('campaigns').where('id', '=', row.id).where('state', '=', 'draft').executeTakeFirst(),
      ({ numDeletedRows }) => (numDeletedRows === 0n ? null : { action: 'campaign.deleted', subject: row.id }),
    );
    if (deleted.numDeletedRows === 0n) {
      throw new AppError('wrong-state', `The campaign is ${row.state}: only a draft can be deleted; cancel this one`);
    }
    response.status(204).end();
  });

  router.post('/api/v1/campaigns/:id/launch', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'send');
    const row = await existing(deps, actor.accountId, request.params.id);
    const launched = await audited(
      db,
      actor,
      (tx) => moveCampaign(tx, row.id, row.recurrence === null ? 'preparing' : 'scheduled', {}, ['draft']),
      (moved) => (moved === null ? null : { action: 'campaign.launched', subject: row.id }),
    );
    if (launched === null) throw wrongState('launch', await existing(deps, actor.accountId, row.id));
    await startCampaign(deps, launched);
    response.json(await counted(launched));
  });

  const steer =
    (action: 'pause' | 'resume' | 'cancel') => async (request: Request<{ id: string }>, response: Response) => {
      const actor = await deps.auth.authenticate(request, 'send');
      response.json(await counted(await command(deps, actor, request, { action, keyId: actor.keyId })));
    };
  router.post('/api/v1/campaigns/:id/pause', steer('pause'));
  router.post('/api/v1/campaigns/:id/resume', steer('resume'));
  router.post('/api/v1/campaigns/:id/cancel', steer('cancel'));

  router.post('/api/v1/campaigns/:id/reschedule', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'send');
    const { time, timezone } = validate(reschedule, readJson(request));
    const { timezone: own } = await existing(deps, actor.accountId, request.params.id);
    const parsed = parseSendTime(time, timezone ?? own, new Date());
    if (!parsed.ok) throw invalid('time', parsed.reason);
    if (parsed.at.getTime() < Date.now()) throw invalid('time', `is ${parsed.at.toISOString()}, which has passed`);
    const wanted = { action: 'reschedule' as const, dueAtMs: parsed.at.getTime(), timezone, keyId: actor.keyId };
    response.json(await counted(await command(deps, actor, request, wanted)));
  });
}

/** It was there when it was checked. */
const audienceGone = (): AppError => invalid('audience', 'names a group or an upload that was deleted meanwhile');

const wrongState = (action: CampaignAction, row: CampaignRow): AppError =>
  new AppError('wrong-state', actionProblem(action, row.state) ?? `The campaign is ${row.state} by now: look again`);

/**
 * Has the campaign's workflow carry out a command; a draft, which has none, is changed at once.
 * @throws AppError not-found, wrong-state, unavailable
 */
async function command(
  deps: ApiDeps,
  actor: Principal,
  request: Request<{ id: string }>,
  wanted: CampaignCommand,
): Promise<CampaignRow> {
  const row = await existing(deps, actor.accountId, request.params.id);
  if (actionProblem(wanted.action, row.state) !== null) throw wrongState(wanted.action, row);
  if (row.recurrence !== null) return commandSeries(deps, actor, row, wanted);
  if (row.state === 'draft') return commandDraft(deps, actor, row, wanted);
  try {
    await deps.campaigns.command(row.id, wanted);
  } catch (error) {
    const now = await existing(deps, actor.accountId, row.id);
    if (error instanceof WrongStateError) throw new AppError('wrong-state', error.message);
    // Its workflow ended between our look and the command.
    if (actionProblem(wanted.action, now.state) !== null) throw wrongState(wanted.action, now);
    throw new AppError(
      'unavailable',
      'Temporal, or every worker, is away: the campaign goes on as it was. Try again.',
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      },
    );
  }
  return existing(deps, actor.accountId, row.id);
}

const RETRY_AFTER_SECONDS = 5;

async function commandDraft(
  { database: { db } }: ApiDeps,
  actor: Principal,
  row: CampaignRow,
  wanted: CampaignCommand,
): Promise<CampaignRow> {
  const { action, keyId: _, ...detail } = wanted;
  const changed = await audited(
    db,
    actor,
    (tx) =>
      action === 'cancel'
        ? moveCampaign(tx, row.id, 'cancelled')
        : changeCampaign(tx, row.id, changeOf(wanted), ['draft']),
    (done) => (done === null ? null : { action: `campaign.${ACTION_DONE[action]}`, subject: row.id, detail }),
  );
  if (changed === null) throw wrongState(action, row);
  return changed;
}

function changeOf(wanted: CampaignCommand): CampaignChange {
  if (wanted.action === 'setRate') return { rate_per_second: wanted.ratePerSecond, forecast: null };
  if (wanted.action !== 'reschedule') return {};
  const { dueAtMs, timezone } = wanted;
  return { due_at: new Date(dueAtMs), forecast: null, ...(timezone === undefined ? {} : { timezone }) };
}
