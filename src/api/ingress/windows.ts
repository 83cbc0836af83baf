/** Promotional messages and the window of their country: what becomes of one that comes while it is closed. */
import { countryWindows } from '../../core/campaigns/window';
import { isPromotional } from '../../core/messages/service';
import { holdOf } from '../../core/time/hold';
import type { SendWindow } from '../../core/time/window';
import { WindowStates } from '../../core/time/window-states';
import { countryOf } from '../../core/time/zones';
import { complianceOf, type Account } from '../../store/accounts/accounts';

/** A message, as far as it decides under which window it is. */
export interface WindowedMessage {
  service: string;
  /** Null, or a time that has passed = at once. */
  dueAt: Date | null;
  validUntil: Date | null;
}

/** A message that leaves within its window only. */
export interface WithinWindow {
  refused: false;
  /** The windows, as a slice keeps them: JSON. */
  windows: string;
  dueAt: Date | null;
  /** When its window opens; null = it is open when the message is due. */
  heldUntil: Date | null;
}

/** A message that the account has refused outside its window. */
export interface OutsideWindow {
  refused: true;
  /** To be read behind the name of the field that decides. */
  message: string;
}

/** Null: under no window. */
export type WindowVerdict = WithinWindow | OutsideWindow | null;
/** @param msisdn E.164 */
export type WindowGate = (msisdn: string, message: WindowedMessage) => WindowVerdict;

const UNDER_NONE: WindowGate = () => null;
/** Of all accounts: most have the same windows. */
const states = new WindowStates();

/** Makes an account's gate; cheap enough to be made per request, and free for what is not promotional. */
export function createWindowGate(account: Account, now: Date): WindowGate {
  const { promotionalOutsideWindow: otherwise } = complianceOf(account);
  if (otherwise === 'send' || account.windows.length === 0) return UNDER_NONE;
  const ofCountry = new Map<string | null, SendWindow[]>();
  const windowsFor = (msisdn: string): SendWindow[] => {
    const country = countryOf(msisdn);
    let windows = ofCountry.get(country);
    if (windows === undefined) ofCountry.set(country, (windows = countryWindows(account.windows, true, country)));
    return windows;
  };
  return (msisdn, { service, dueAt, validUntil }) => {
    if (!isPromotional(service, account.promotional_services)) return null;
    const windows = windowsFor(msisdn);
    if (windows.length === 0) return null;
    const leavesAt = dueAt !== null && dueAt > now ? dueAt : now;
    const json = JSON.stringify(windows);
    const state = states.at(json, windows, leavesAt.getTime());
    const hold = holdOf(state, leavesAt.getTime(), validUntil?.getTime() ?? null);
    if (hold === null) {
      return { refused: false, windows: json, dueAt: leavesAt === now ? null : leavesAt, heldUntil: null };
    }
    if (otherwise === 'refuse' || hold.opensAtMs === null) {
      return { refused: true, message: closed(windows, hold.opensAtMs) };
    }
    return { refused: false, windows: json, dueAt: new Date(hold.dueAtMs), heldUntil: new Date(hold.opensAtMs) };
  };
}

function closed(windows: readonly SendWindow[], opensAtMs: number | null): string {
  const hours = windows.map(({ start, end, timezone }) => `${start}–${end} ${timezone}`).join(' and ');
  const next = opensAtMs === null ? 'which never opens' : `which opens at ${new Date(opensAtMs).toISOString()}`;
  return `is outside the window for promotional messages, ${hours}, ${next}: send it then, or set the account’s promotionalOutsideWindow to "hold"`;
}
