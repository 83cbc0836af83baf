/** Which windows a campaign's recipients fall under. */
import type { SendWindow } from '../../core/window';
import { countryOf, zoneOfCountry } from '../../core/zones';
import type { CampaignRow } from '../../store/campaigns';
import type { CountryWindow } from '../../store/schema';

/** Promotional traffic: the class that windows of an account are about. */
const PROMOTIONAL = 'P';

/** The campaign's own window in its own zone: what a person means who looks at the clock on the wall. */
export function campaignWindows({ send_window: window, timezone }: CampaignRow): SendWindow[] {
  return window === null ? [] : [{ ...window, timezone: window.timezone ?? timezone }];
}

/**
 * Finds the windows of a recipient: the campaign's, in the recipient's zone when it asks for that, and for promotional
 * traffic that of the number's country. Recipients with the same windows share slices.
 */
export function windowsFinder(campaign: CampaignRow, countryWindows: readonly CountryWindow[]) {
  const own = campaign.send_window;
  const byCountry = campaign.service === PROMOTIONAL ? countryWindows : [];
  const anywhere = own === null || own.timezone !== null;
  if (byCountry.length === 0 && anywhere) {
    const windows = campaignWindows(campaign);
    return (): SendWindow[] => windows;
  }
  const known = new Map<string | null, SendWindow[]>();
  return (msisdn: string): SendWindow[] => {
    const country = countryOf(msisdn);
    let windows = known.get(country);
    if (windows === undefined) {
      windows = byCountry
        .filter((window) => window.country === country)
        .map(({ start, end, timezone }) => ({ start, end, timezone }));
      if (own !== null) windows.push({ ...own, timezone: own.timezone ?? zoneOfCountry(country) ?? campaign.timezone });
      known.set(country, windows);
    }
    return windows;
  };
}
