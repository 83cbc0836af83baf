/** A campaign as it is shown. */
import type { z } from 'zod';
import { hasEnded } from '../../../core/campaigns/campaign';
import { ownWindows } from '../../../core/campaigns/window';
import { finishTime } from '../../../core/time/window';
import { NO_COUNTS, type CampaignCounts } from '../../../store/campaigns/live';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { campaignWorkflowId } from '../../../workflows/contract';
import type { WorkflowLinks } from '../../http/workflow-link';
import type { campaignAnswer } from './schema';

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** @param size of the audience of one that has made no messages yet; absent = see its row. */
export function toCampaign(
  row: CampaignRow,
  linkTo: WorkflowLinks,
  counts: CampaignCounts = NO_COUNTS,
  size?: number,
  nowMs = Date.now(),
): z.input<typeof campaignAnswer> {
  const isSensitive = row.options?.sensitive === true;
  const sentPerSecond = speedOf(row, counts, nowMs);
  return {
    id: row.id,
    // A draft has no workflow yet, and a series a schedule in its place.
    ...(row.state === 'draft' || row.recurrence !== null ? {} : linkTo(campaignWorkflowId(row.id))),
    name: row.name,
    state: row.state,
    reason: row.reason,
    message: isSensitive ? null : row.body,
    templateId: row.template_id,
    variables: isSensitive ? {} : row.variables,
    sensitive: isSensitive,
    sender: row.sender,
    routeId: row.route_id,
    service: row.service,
    ...shownOptions(row),
    webhookId: row.webhook_id,
    audience: {
      ...shownAudience(row),
      recipients: size ?? row.recipients,
      rejected: row.rejected,
      duplicates: row.duplicates,
      problems: row.problems,
    },
    time: iso(row.due_at),
    timezone: row.timezone,
    window: row.send_window,
    lateness: row.lateness,
    maxAgeSeconds: row.max_age_seconds,
    validUntil: iso(row.valid_until),
    ratePerSecond: row.rate_per_second,
    finishWithinSeconds: row.finish_within_seconds,
    recurrence: row.recurrence,
    seriesId: row.series_id,
    againOf: row.again_of,
    counts,
    sentPerSecond: sentPerSecond === null ? null : Math.round(sentPerSecond * 100) / 100,
    etaSeconds: etaOf(row, counts, sentPerSecond, nowMs),
    createdAt: row.created_at.toISOString(),
    launchedAt: iso(row.launched_at),
    startedAt: iso(row.started_at),
    finishedAt: iso(row.finished_at),
  };
}

const TYPES = { unicode: 'U', plain: 'N' } as const;

/** Its options as a request gives them. */
export function shownOptions({ options }: Pick<CampaignRow, 'options'>) {
  return {
    type: options?.type === undefined ? ('A' as const) : TYPES[options.type],
    flash: options?.flash === true,
    port: options?.port ?? null,
    entityId: options?.entityId ?? null,
    dltTemplateId: options?.templateId ?? null,
  };
}

/** Whom it is for; that each gets the text of before is seen by its message. */
function shownAudience({ audience }: CampaignRow) {
  if (audience.kind !== 'campaign') return audience;
  const { asSent: _, ...shown } = audience;
  return shown;
}

/** Messages that left per second since the campaign began. */
function speedOf(row: CampaignRow, counts: CampaignCounts, nowMs: number): number | null {
  if (row.started_at === null) return null;
  const left = counts.accepted - counts.queued - counts.submitting - counts.suppressed - counts.cancelled;
  const seconds = ((row.finished_at?.getTime() ?? nowMs) - row.started_at.getTime()) / 1_000;
  return left <= 0 || seconds <= 0 ? null : left / seconds;
}

/** Seconds until the last message leaves, at the speed so far or the rate that was set, while the window is open. */
function etaOf(row: CampaignRow, counts: CampaignCounts, speed: number | null, nowMs: number): number | null {
  if (hasEnded(row.state) || row.state === 'settling') return counts.queued === 0 ? 0 : null;
  const rate = speed ?? row.rate_per_second;
  if (rate === null || row.state === 'paused' || row.state === 'draft') return null;
  const startMs = Math.max(nowMs, row.due_at?.getTime() ?? nowMs);
  const windows = ownWindows(row.send_window, row.timezone);
  const finishesAtMs = finishTime(windows, startMs, (counts.queued / rate) * 1_000);
  return finishesAtMs === null ? null : Math.ceil((finishesAtMs - nowMs) / 1_000);
}
