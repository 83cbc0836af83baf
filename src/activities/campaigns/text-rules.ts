/** What an account and its gateways make of a campaign's texts: short links, smart encoding, how long they may be. */
import type { TextRules } from '../../core/campaigns/text';
import { providerNamed } from '../../providers/registry';
import type { CampaignSettings } from '../../store/accounts/accounts';
import type { CampaignRow } from '../../store/campaigns/campaigns';
import type { Database } from '../../store/database';
import { listGateways } from '../../store/gateways/gateways';
import { findRouteLegs } from '../../store/gateways/routes';

/** @param publicUrl base of short links; no trailing slash. */
export async function readTextRules(
  { db, pool }: Pick<Database, 'db' | 'pool'>,
  campaign: CampaignRow,
  account: Pick<CampaignSettings, 'click_tracking' | 'smart_encoding'>,
  publicUrl: string,
): Promise<TextRules> {
  const rows = await listGateways(db, campaign.account_id);
  const legs = await findRouteLegs(pool, campaign.account_id, campaign.route_id);
  const named = campaign.gateway_id === null ? legs?.map(({ gatewayId }) => gatewayId) : [campaign.gateway_id];
  const real = rows.filter(({ demo }) => !demo);
  const eligible = named === undefined ? (real.length > 0 ? real : rows) : rows.filter(({ id }) => named.includes(id));
  const bounds = eligible.map(({ provider }) => providerNamed(provider)?.capabilities.maxCharacters ?? null);
  const known = bounds.filter((bound) => bound !== null);
  return {
    linkBase: account.click_tracking === 'off' ? null : publicUrl,
    smartEncoding: account.smart_encoding ? 'apply' : 'off',
    maxCharacters: known.length > 0 && known.length === bounds.length ? Math.max(...known) : null,
  };
}
