/** Which windows a campaign's recipients fall under. */
import { countryWindows, ownWindows } from '../../core/campaigns/window';
import { isPromotional } from '../../core/messages/service';
import type { SendWindow } from '../../core/time/window';
import { countryOf, zoneOfCountry } from '../../core/time/zones';
import type { CampaignRow } from '../../store/campaigns/campaigns';
import type { CampaignSettings } from '../../store/accounts/accounts';

/** What of an account decides under which windows its campaigns are. */
export type WindowSettings = Pick<CampaignSettings, 'windows' | 'promotional_services'>;

/**
 * The windows of recipients in a country: the campaign's, on their clocks when it asks for that, and for promotional
 * traffic their country's.
 * @param country ISO 3166 alpha-2; null = the number doesn't tell.
 * @param account whose windows hold, and whose words for promotional.
 */
export function windowsIn(
  country: string | null,
  { send_window: own, timezone, service }: Pick<CampaignRow, 'send_window' | 'timezone' | 'service'>,
  account: WindowSettings,
): SendWindow[] {
  const promotional = isPromotional(service, account.promotional_services);
  return [
    ...countryWindows(account.windows, promotional, country),
    ...ownWindows(own, zoneOfCountry(country) ?? timezone),
  ];
}

/** Finds the windows of a recipient by the number's country. Recipients with the same windows share slices. */
export function windowsFinder(campaign: CampaignRow, account: WindowSettings) {
  const own = campaign.send_window;
  const byCountry = isPromotional(campaign.service, account.promotional_services) && account.windows.length > 0;
  if (!byCountry && (own === null || own.timezone !== null)) {
    const windows = ownWindows(own, campaign.timezone);
    return (): SendWindow[] => windows;
  }
  const known = new Map<string | null, SendWindow[]>();
  return (msisdn: string): SendWindow[] => {
    const country = countryOf(msisdn);
    let windows = known.get(country);
    if (windows === undefined) {
      windows = windowsIn(country, campaign, account);
      known.set(country, windows);
    }
    return windows;
  };
}
