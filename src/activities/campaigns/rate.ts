import type { CampaignRow } from '../../store/campaigns/campaigns';

/**
 * The rate that a campaign keeps to, messages per second: the lower of its own and the one that spreads it over the time
 * it was given; null = neither is set.
 */
export function effectiveRate(
  campaign: Pick<CampaignRow, 'rate_per_second' | 'finish_within_seconds' | 'recipients'>,
): number | null {
  const { rate_per_second: rate, finish_within_seconds: within, recipients } = campaign;
  const smooth = within === null ? null : Math.max(recipients, 1) / within;
  if (rate === null || smooth === null) return rate ?? smooth;
  return Math.min(rate, smooth);
}
