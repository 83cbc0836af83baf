/** Which windows a campaign falls under: its own, and for promotional traffic those of countries. Pure. */
import type { SendWindow } from '../time/window';

/**
 * A campaign's own window, as a list of none or one.
 * @param window null = it has none; with null for a zone it is judged on the clocks of `timezone`.
 * @param timezone IANA zone.
 */
export function ownWindows(
  window: (Omit<SendWindow, 'timezone'> & { timezone: string | null }) | null,
  timezone: string,
): SendWindow[] {
  return window === null ? [] : [{ ...window, timezone: window.timezone ?? timezone }];
}

/**
 * The windows of an account that traffic to a country falls under: they are about promotional traffic only.
 * @param promotional whether the traffic is.
 * @param country ISO 3166 alpha-2; null = not known, which is under none.
 */
export function countryWindows(
  all: readonly (SendWindow & { country: string })[],
  promotional: boolean,
  country: string | null,
): SendWindow[] {
  if (!promotional) return [];
  return all
    .filter((window) => window.country === country)
    .map(({ start, end, timezone }) => ({ start, end, timezone }));
}
