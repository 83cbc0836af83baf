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
 * The windows of recipients in a country: the campaign's, on their clocks when it asks for that, and for promotional
 * traffic their country's.
 * @param country ISO 3166 alpha-2; null = the number doesn't tell.
 */
export function windowsIn(
  country: string | null,
  campaign: Pick<CampaignRow, 'send_window' | 'timezone' | 'service'>,
  countryWindows: readonly CountryWindow[],
): SendWindow[] {
  const own = campaign.send_window;
  const windows =
    campaign.service === PROMOTIONAL
      ? countryWindows
          .filter((window) => window.country === country)
          .map(({ start, end, timezone }) => ({ start, end, timezone }))
      : [];
  if (own === null) return windows;
  return [...windows, { ...own, timezone: own.timezone ?? zoneOfCountry(country) ?? campaign.timezone }];
}

/** Finds the windows of a recipient by the number's country. Recipients with the same windows share slices. */
export function windowsFinder(campaign: CampaignRow, countryWindows: readonly CountryWindow[]) {
  const own = campaign.send_window;
  const byCountry = campaign.service === PROMOTIONAL && countryWindows.length > 0;
  if (!byCountry && (own === null || own.timezone !== null)) {
    const windows = campaignWindows(campaign);
    return (): SendWindow[] => windows;
  }
  const known = new Map<string | null, SendWindow[]>();
  return (msisdn: string): SendWindow[] => {
    const country = countryOf(msisdn);
    let windows = known.get(country);
    if (windows === undefined) {
      windows = windowsIn(country, campaign, countryWindows);
      known.set(country, windows);
    }
    return windows;
  };
}
