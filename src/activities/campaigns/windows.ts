/** Which windows a campaign's recipients fall under. */
import { countryWindows, ownWindows } from '../../core/campaigns/window';
import { classOf } from '../../core/gateways/sender';
import type { SendWindow } from '../../core/time/window';
import { countryOf, zoneOfCountry } from '../../core/time/zones';
import type { CampaignRow } from '../../store/campaigns/campaigns';
import type { CountryWindow } from '../../store/tables';

/**
 * The windows of recipients in a country: the campaign's, on their clocks when it asks for that, and for promotional
 * traffic their country's.
 * @param country ISO 3166 alpha-2; null = the number doesn't tell.
 */
export function windowsIn(
  country: string | null,
  { send_window: own, timezone, service }: Pick<CampaignRow, 'send_window' | 'timezone' | 'service'>,
  ofAccount: readonly CountryWindow[],
): SendWindow[] {
  return [...countryWindows(ofAccount, service, country), ...ownWindows(own, zoneOfCountry(country) ?? timezone)];
}

/** Finds the windows of a recipient by the number's country. Recipients with the same windows share slices. */
export function windowsFinder(campaign: CampaignRow, ofAccount: readonly CountryWindow[]) {
  const own = campaign.send_window;
  const byCountry = classOf(campaign.service) === 'promotional' && ofAccount.length > 0;
  if (!byCountry && (own === null || own.timezone !== null)) {
    const windows = ownWindows(own, campaign.timezone);
    return (): SendWindow[] => windows;
  }
  const known = new Map<string | null, SendWindow[]>();
  return (msisdn: string): SendWindow[] => {
    const country = countryOf(msisdn);
    let windows = known.get(country);
    if (windows === undefined) {
      windows = windowsIn(country, campaign, ofAccount);
      known.set(country, windows);
    }
    return windows;
  };
}
