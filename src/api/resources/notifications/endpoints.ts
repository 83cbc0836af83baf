/** `POST /api/v1/send`, also `POST /send`: notifications to groups. */
import { z } from 'zod';
import { invalid } from '../../http/invalid';
import { isJsonObject } from '../../http/json';
import { parseTemplate } from '../../../core/audience/template';
import { isPromotional } from '../../../core/messages/service';
import { AppError } from '../../../errors';
import type { AccountContext } from '../../../store/accounts/accounts';
import { audited } from '../../../store/accounts/audit';
import { countReachable } from '../../../store/campaigns/audience';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { insertCampaign, type CampaignDraft } from '../../../store/campaigns/drafts';
import { findGateway } from '../../../store/gateways/gateways';
import { findGroup, type GroupRow } from '../../../store/audience/groups';
import { TRANSACTIONAL_PRIORITY } from '../../../workflows/contract';
import type { Principal } from '../../http/auth';
import { readJson } from '../../http/fields';
import { checkCampaign } from '../campaigns/create';
import { campaign } from '../campaigns/schema';
import { startCampaign } from '../campaigns/start';
import type { ApiDeps } from '../../deps';
import { endpoint, reply, type Endpoint } from '../../endpoint';
import { validate } from '../../http/validate';
import type { SaidRecord } from '../../ingress/request-log';
import { MAX_NOTIFICATIONS, notification, result, type Notification, type NotificationResult } from './schema';

/** A critical group of at most so many goes before bulk: its messages are one slice. */
const MAX_URGENT_MEMBERS = 1_000;

const at = (path: string, id: string): Endpoint =>
  endpoint(
    {
      id,
      method: 'post',
      ingress: 'api',
      path,
      tag: 'Groups',
      summary: 'Sends to groups: a text, or a template with variables.',
      description:
        'Each entry becomes a campaign of its own. A bad entry is rejected alone; when none was accepted, the status is 400 ' +
        'with the same list.',
      scope: 'send',
      takes: { schema: z.array(notification).min(1).max(MAX_NOTIFICATIONS) },
      answers: {
        200: { description: 'What became of each entry, in order.', schema: z.array(result) },
        400: { description: 'The same, when none was accepted.', schema: z.array(result) },
      },
      errors: ['malformed-body', 'invalid-request', 'too-many-records'],
    },
    async ({ deps, actor, request }) => {
      const entries = readEntries(readJson(request));
      const context = await deps.accounts.context(actor.accountId);
      const results: NotificationResult[] = [];
      for (const entry of entries) results.push(await notify(deps, actor, context, entry));
      deps.requests.carries(request, entries.length, (index) => toSaid(entries[index]));
      const rejected = results.flatMap(({ error }, index) => (error === undefined ? [] : [{ index, message: error }]));
      deps.requests.judged(
        request,
        results.length - rejected.length,
        rejected.map((one) => ({ ...one, code: 'invalid-request', field: '' })),
      );
      return reply(results.some(({ status }) => status === 'accepted') ? 200 : 400, results);
    },
  );

export const notifications: Endpoint[] = [at('/api/v1/send', 'notifyGroups'), at('/send', 'notifyGroupsShort')];

/** An entry goes to a group: it has no number and no meta. */
const toSaid = (entry: unknown): SaidRecord => ({
  to: undefined,
  meta: undefined,
  templateId: undefined,
  sensitive: isJsonObject(entry) ? entry.sensitive : undefined,
  said: isJsonObject(entry) ? entry : {},
});

/** @throws AppError invalid-request, too-many-records */
function readEntries(body: unknown): unknown[] {
  if (!Array.isArray(body) || body.length === 0) {
    throw new AppError(
      'invalid-request',
      'The body must be a list: [{"groupId", "useTemplate": true, "variables"}, …]',
    );
  }
  if (body.length > MAX_NOTIFICATIONS) {
    const message = `The list has ${body.length} entries; at most ${MAX_NOTIFICATIONS} are taken at once`;
    throw new AppError('too-many-records', message);
  }
  return body;
}

/** One entry, from its check to its campaign. What is wrong with it is its own result. */
async function notify(
  deps: ApiDeps,
  actor: Principal,
  context: AccountContext,
  entry: unknown,
): Promise<NotificationResult> {
  const groupId = isJsonObject(entry) && typeof entry.groupId === 'string' ? entry.groupId : null;
  try {
    const { row, accepted, heldUntil } = await store(deps, actor, context, validate(notification, entry));
    await startCampaign(deps, row);
    return {
      groupId,
      status: 'accepted',
      accepted,
      campaignId: row.id,
      ...(heldUntil === null ? {} : { heldUntil: heldUntil.toISOString() }),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { groupId, status: 'rejected', accepted: 0, error: error.message };
  }
}

/** @throws AppError of whatever makes that it can't be sent */
async function store(
  deps: ApiDeps,
  actor: Principal,
  context: AccountContext,
  entry: Notification,
): Promise<{ row: CampaignRow; accepted: number; heldUntil: Date | null }> {
  const { db } = deps.database;
  const { accountId } = actor;
  const group = await findGroup(db, accountId, entry.groupId);
  if (group === null) throw invalid('groupId', 'names no group of this account');
  const gatewayId = group.gateway_id;
  if (gatewayId !== null && (await findGateway(db, accountId, gatewayId)) === null) {
    throw invalid('groupId', 'names a group whose gateway was deleted: give the group another one');
  }
  const body = validate(campaign, {
    name: `Notification to ${group.name}`,
    ...textOf(entry, group),
    variables: entry.variables,
    sender: entry.sender ?? group.sender ?? undefined,
    // A group's gateway says more than its route.
    routeId: gatewayId === null ? (group.route_id ?? undefined) : undefined,
    audience: { groupId: group.id },
    time: entry.time,
    maxAgeSeconds: entry.maxAgeSeconds,
    validUntil: entry.validUntil,
    sensitive: entry.sensitive,
  });
  const checked = await checkCampaign(deps, context, body, new Date());
  const accepted = await countMembers(deps, context, checked.draft, group);
  const urgent = group.level === 'Critical' && group.members <= MAX_URGENT_MEMBERS;
  const draft: CampaignDraft = {
    ...checked.draft,
    ...(gatewayId === null ? {} : { gatewayId }),
    ...(urgent ? { priority: TRANSACTIONAL_PRIORITY } : {}),
  };
  const row = await audited(
    db,
    actor,
    (tx) => insertCampaign(tx, draft, []),
    ({ id, name, state }) => ({ action: 'campaign.created', subject: id, detail: { name, state, groupId: group.id } }),
  );
  return { row, accepted, heldUntil: checked.heldUntil };
}

/** @throws AppError invalid-request when there is no text, or more than one */
function textOf(
  { message, templateId, useTemplate }: Notification,
  group: GroupRow,
): { message: string } | { templateId: string } {
  if (message !== undefined) {
    if (!useTemplate && templateId === undefined) return { message };
    throw invalid('message', 'and a template exclude each other: give one');
  }
  if (templateId !== undefined) return { templateId };
  if (!useTemplate) throw invalid('message', 'is missing: give it, a templateId, or useTemplate for the group’s own');
  if (group.template_id !== null) return { templateId: group.template_id };
  throw invalid('useTemplate', 'is true, and the group has no template: give it one, or a templateId or message here');
}

/** @throws AppError invalid-request when there is nobody to send to */
async function countMembers(
  { database: { db }, loadPseudonyms }: ApiDeps,
  { account }: AccountContext,
  draft: CampaignDraft,
  group: GroupRow,
): Promise<number> {
  const parsed = parseTemplate(draft.body);
  const required = parsed.ok ? parsed.template.required : [];
  const scope = {
    accountId: draft.accountId,
    id: group.id,
    promotional: isPromotional(draft.service, account.promotional_services),
  };
  const { reachable, lacking } = await countReachable(db, loadPseudonyms, scope, required, draft.variables);
  if (reachable > 0) return reachable;
  throw invalid(
    'variables',
    lacking > 0 ? `leave nobody to send to: {${required.join('}, {')}} must have a value` : 'leave nobody to send to',
  );
}
