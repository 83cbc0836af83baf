import type { CampaignRow } from '../../store/campaigns/campaigns';

/** What the campaign itself allows, messages per second: its rate, or what spreads it over the time it was given. */
export function effectiveRate(
  campaign: Pick<CampaignRow, 'rate_per_second' | 'finish_within_seconds' | 'recipients'>,
): number | null {
  const { rate_per_second: rate, finish_within_seconds: within, recipients } = campaign;
  const smooth = within === null ? null : Math.max(recipients, 1) / within;
  if (rate === null || smooth === null) return rate ?? smooth;
  return Math.min(rate, smooth);
}
