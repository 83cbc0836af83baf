/** The facts about a message, campaign, gateway or webhook, as rows say them. */
import { isPseudonym } from '../../../core/accounts/pseudonyms';
import type { Scope } from '../../../core/accounts/api-key';
import { CLAIMABLE_STATES } from '../../../core/messages/status';
import { mightSend, STILL_MS } from '../../../core/campaigns/stall';
import { heldUntilMs } from '../../../core/time/hold';
import type { SendWindow } from '../../../core/time/window';
import type { Leg } from '../../../core/gateways/route';
import type { CallbackFacts, CampaignFacts, GatewayFacts, MessageFacts, WebhookFacts } from '../../../core/why/facts';
import {
  findCampaignFacts,
  findSliceFacts,
  findSuppressionFacts,
  listGatewayFacts,
  listWebhookFacts,
  type CampaignRowFacts,
  type WebhookRowFacts,
} from '../../../store/accounts/why';
import type { MessageTrace } from '../../../store/messages/trace';
import { listKeyNames } from '../../../store/accounts/api-keys';
import { toSaid } from '../../http/content';
import { toOrigin } from '../../http/origin';
import type { ApiDeps } from '../../deps';

type Gateways = Awaited<ReturnType<typeof listGatewayFacts>>;

/** Where somebody asks. */
export interface Asking {
  deps: Pick<ApiDeps, 'database' | 'loadPseudonyms'>;
  accountId: string;
  scopes: readonly Scope[];
  now: Date;
}

const opensAt = (windows: SendWindow[] | null, dueAt: Date | null, now: Date): Date | null => {
  if (windows === null) return null;
  const untilMs = heldUntilMs(windows, dueAt?.getTime() ?? null, now.getTime());
  return untilMs === null ? null : new Date(untilMs);
};

/** Since when it stands still; null = it does not, or not for long enough to say so. */
function stillSince({ still_since: since, still_windows: windows }: CampaignRowFacts, now: Date): Date | null {
  if (since === null || windows === null || now.getTime() - since.getTime() < STILL_MS) return null;
  return mightSend(windows, now) ? since : null;
}

/** The gateways of legs in their order, each once; of none, all that the account has. */
function gatewaysOf(legs: readonly Leg[] | null, all: Gateways): GatewayFacts[] {
  if (legs === null) return all.filter(({ isDeleted }) => !isDeleted);
  const ids = [...new Set(legs.map(({ gatewayId }) => gatewayId))];
  return ids.flatMap((id) => all.find((gateway) => gateway.id === id && !gateway.isDeleted) ?? []);
}

export function toWebhookFacts(row: WebhookRowFacts): WebhookFacts {
  const { id, kind, state, oldest_at: oldestAt, last_status: status, last_error: message } = row;
  return {
    id,
    kind,
    isActive: state === 'active',
    disabledReason: row.disabled_reason,
    pausedReason: row.paused_reason,
    pausedAt: row.paused_at,
    waiting: row.waiting,
    oldestAt,
    lastError: oldestAt === null || (status === null && message === null) ? null : { at: oldestAt, status, message },
  };
}

function toCampaignFacts(row: CampaignRowFacts, all: Gateways, now: Date): CampaignFacts {
  const own = row.gateway_id === null ? null : all.filter(({ id }) => id === row.gateway_id);
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    reason: row.reason,
    dueAt: row.due_at,
    ratePerSecond: row.rate_per_second,
    launchedAt: row.launched_at,
    finishedAt: row.finished_at,
    holdUntil: row.hold_until,
    opensAt: opensAt(row.windows, row.due_at, now),
    lateSince: row.late_since,
    stillSince: stillSince(row, now),
    total: row.total,
    settled: row.settled,
    rejected: row.rejected,
    gateways: own ?? gatewaysOf(row.legs, all),
  };
}

/** Null = the account has no such campaign. */
export async function readCampaign({ deps, accountId, now }: Asking, id: string): Promise<CampaignFacts | null> {
  const { pool } = deps.database;
  const row = await findCampaignFacts(pool, accountId, id);
  return row === null ? null : toCampaignFacts(row, await listGatewayFacts(pool, accountId, []), now);
}

/** What numbers of a message may be suppressed under. */
async function spellingsFor({ deps }: Asking, msisdn: string): Promise<string[]> {
  return isPseudonym(msisdn) ? [msisdn] : [msisdn, (await deps.loadPseudonyms()).number(msisdn)];
}

export const readSuppression = async (asking: Asking, msisdn: string) =>
  findSuppressionFacts(asking.deps.database.pool, asking.accountId, await spellingsFor(asking, msisdn));

export async function readMessage(asking: Asking, trace: MessageTrace): Promise<MessageFacts> {
  const { deps, accountId, scopes, now } = asking;
  const { pool } = deps.database;
  const { message, attempts, callbacks } = trace;
  const said = (words: string | null): string | null => toSaid(words, message, scopes) ?? null;
  const [slice, all, campaign, suppression, webhooks, keys] = await Promise.all([
    findSliceFacts(pool, message.slice_id),
    listGatewayFacts(pool, accountId, [...new Set(attempts.map(({ gateway_id }) => gateway_id))]),
    message.campaign_id === null ? null : findCampaignFacts(pool, accountId, message.campaign_id),
    message.state === 'suppressed' ? readSuppression(asking, message.msisdn) : null,
    listWebhookFacts(pool, accountId, [...new Set(callbacks.map(({ webhook_id }) => webhook_id))]),
    listKeyNames(deps.database.db, accountId),
  ]);
  const { shape, keyName = null } = toOrigin(message, keys);
  const nameOf = (id: string): string => all.find((gateway) => gateway.id === id)?.name ?? id;
  const isWaiting = (CLAIMABLE_STATES as readonly string[]).includes(message.state);
  return {
    id: message.id,
    origin: shape === undefined ? null : { shape, keyName },
    state: message.state,
    code: message.code,
    reason: said(message.reason),
    sender: message.sender,
    acceptedAt: message.accepted_at,
    dueAt: message.due_at,
    heldUntil: isWaiting ? opensAt(message.windows, message.due_at, now) : null,
    notBefore: message.not_before,
    validUntil: message.valid_until,
    submittedAt: message.submitted_at,
    settledAt: message.settled_at,
    attempts: attempts.map((attempt) => ({
      no: attempt.no,
      gatewayName: nameOf(attempt.gateway_id),
      sender: attempt.sender,
      state: attempt.state,
      class: attempt.class as MessageFacts['attempts'][number]['class'],
      code: attempt.code,
      reason: said(attempt.reason),
      createdAt: attempt.created_at,
      answeredAt: attempt.answered_at,
      settledAt: attempt.settled_at,
    })),
    callbacks: callbacks.map((callback): CallbackFacts => {
      const row = webhooks.find(({ id }) => id === callback.webhook_id);
      return {
        id: callback.id,
        event: callback.event,
        state: callback.state,
        tries: callback.tries,
        lastStatus: callback.last_status,
        lastError: said(callback.last_error),
        createdAt: callback.created_at,
        webhook: row === undefined ? null : toWebhookFacts(row),
      };
    }),
    campaign: campaign === null ? null : toCampaignFacts(campaign, all, now),
    suppression,
    gateways: gatewaysOf(slice?.legs ?? null, all),
  };
}
