/** Judges of what an account has set up: where it sends, who may report to it, and whether it can tell of outcomes. */
import { counted, fail, listOf, ok, warn, type Finding } from './finding';

/** A gateway, as far as it is judged. */
export interface GatewayFacts {
  id: string;
  name: string;
  isActive: boolean;
  /** Plays on this machine; nobody relies on it. */
  isDemo: boolean;
  /** Why it takes nothing until a person lets it; null = it does. */
  pausedReason: string | null;
  /** Its requests fail, so that none is made. */
  isOpen: boolean;
  breakerReason: string | null;
  /** The provider asked for a pause that is not over; epoch milliseconds. */
  heldUntilMs: number | null;
  holdReason: string | null;
  /** Its callbacks prove more than that their sender knows the URL. */
  isAuthenticated: boolean;
}

const named = ({ name, id }: { name: string; id: string }): string => `${name} (${id})`;

export function judgeGateways(gateways: readonly GatewayFacts[]): Finding {
  const active = gateways.filter(({ isActive }) => isActive);
  if (active.length === 0) {
    return gateways.length === 0
      ? warn('gateways', 'There is no gateway: nothing can be sent.', 'Add one: `heliograph gateway add`.')
      : fail(
          'gateways',
          `None of ${counted(gateways.length, 'gateway')} is active: messages wait.`,
          'Make one active: PATCH /api/v1/gateways/{id} with {"status":"active"}, or the console’s gateway page.',
        );
  }
  const paused = active.filter(({ pausedReason }) => pausedReason !== null);
  if (paused.length > 0) {
    const what = paused.map((gateway) => `${named(gateway)}: ${gateway.pausedReason}`);
    return fail(
      'gateways',
      `${counted(paused.length, 'gateway')} ${paused.length === 1 ? 'is' : 'are'} paused, and take${paused.length === 1 ? 's' : ''} nothing until a person lets ${paused.length === 1 ? 'it' : 'them'}: ${listOf(what)}.`,
      `Mend the cause at the provider, then send PATCH /api/v1/gateways/${paused[0]!.id} with {"status":"active"}.`,
    );
  }
  const open = active.filter(({ isOpen }) => isOpen);
  if (open.length > 0) {
    const what = open.map((gateway) => `${named(gateway)}: ${gateway.breakerReason ?? 'its requests fail'}`);
    return fail(
      'gateways',
      `${counted(open.length, 'gateway')} can’t be reached: ${listOf(what)}.`,
      `Look at the provider’s status page and at \`heliograph gateway test ${open[0]!.id} --to <number>\`; it is tried again by itself.`,
    );
  }
  const held = active.filter(({ heldUntilMs }) => heldUntilMs !== null);
  if (held.length > 0) {
    const what = held.map(
      (gateway) =>
        `${named(gateway)} until ${new Date(gateway.heldUntilMs!).toISOString()}${gateway.holdReason === null ? '' : ` (${gateway.holdReason})`}`,
    );
    return warn(
      'gateways',
      `The provider asked for a pause of ${listOf(what)}.`,
      `Wait, or lift it: PATCH /api/v1/gateways/${held[0]!.id} with {"status":"active"}. If it happens often, lower its ratePerSecond.`,
    );
  }
  return ok('gateways', `${counted(active.length, 'active gateway')} may send.`);
}

export function judgeCallbacks(gateways: readonly GatewayFacts[]): Finding {
  const open = gateways.filter(({ isActive, isDemo, isAuthenticated }) => isActive && !isDemo && !isAuthenticated);
  if (open.length === 0) return ok('callbacks', 'Reports of providers prove who sends them.');
  return warn(
    'callbacks',
    `Whoever learns the callback URL of ${listOf(open.map(named))} can make up receipts: nothing else proves them.`,
    'Give callbackAuth or callbackAllow to the gateway (docs/security.md, "Callbacks") and set the same at the provider.',
  );
}

/** Where an account's gateways and webhooks lead. */
export interface OutboundFacts {
  /** `gateway Infobip`, `webhook wh_…`. */
  what: string;
  /** `host` or `host:port`. */
  host: string;
  /** private: in no public network, and not on the allow list; unknown: no address is found for its name. */
  verdict: 'ok' | 'private' | 'unknown';
}

export function judgeOutbound(places: readonly OutboundFacts[]): Finding {
  const told = (verdict: OutboundFacts['verdict']) =>
    places.filter((place) => place.verdict === verdict).map(({ what, host }) => `${host} of ${what}`);
  const [blocked, unknown] = [told('private'), told('unknown')];
  if (blocked.length > 0) {
    const hosts = [...new Set(places.filter(({ verdict }) => verdict === 'private').map(({ host }) => host))];
    return fail(
      'outbound',
      `Requests are not let out to ${listOf(blocked)}: private addresses that HELIOGRAPH_OUTBOUND_ALLOW does not name.`,
      `Add ${hosts.join(',')} to HELIOGRAPH_OUTBOUND_ALLOW of api and worker if they are yours; else correct the URL.`,
    );
  }
  if (unknown.length > 0) {
    return warn(
      'outbound',
      `No address is found for ${listOf(unknown)}.`,
      'Correct the host, or let this machine ask a name server: DNS and port 443 have to be open to the outside.',
    );
  }
  return ok('outbound', `${counted(places.length, 'place')} that requests go to may be called.`);
}

/** A webhook, as far as it is judged. */
export interface WebhookFacts {
  id: string;
  state: 'active' | 'paused' | 'disabled';
  reason: string | null;
  waiting: number;
  /** Since when the oldest callback is overdue, in milliseconds; null = none is. */
  overdueMs: number | null;
}

/** A relay takes what is due within seconds. */
const OVERDUE_MS = 10 * 60_000;

export function judgeWebhooks(webhooks: readonly WebhookFacts[]): Finding {
  const failing = webhooks.filter(({ state, waiting }) => state === 'paused' || (state === 'disabled' && waiting > 0));
  if (failing.length > 0) {
    const what = failing.map(
      ({ id, state, reason, waiting }) => `${id} is ${state} (${reason ?? 'by a person'}), ${waiting} wait`,
    );
    return fail(
      'webhooks',
      `Outcomes are not told to ${counted(failing.length, 'webhook')}: ${listOf(what)}.`,
      `Mend the endpoint or delete the webhook; \`heliograph callback replay --webhook ${failing[0]!.id}\` tells again what was given up.`,
    );
  }
  const slow = webhooks.filter(({ state, overdueMs }) => state === 'active' && (overdueMs ?? 0) > OVERDUE_MS);
  if (slow.length > 0) {
    const what = slow.map(
      ({ id, waiting, overdueMs }) =>
        `${id} (${waiting} wait, the oldest for ${Math.floor(overdueMs! / 60_000)} minutes)`,
    );
    return warn(
      'webhooks',
      `Callbacks pile up for ${listOf(what)}.`,
      'See that a worker runs and what its log says of the relay; a receiver that answers slowly holds them up, too.',
    );
  }
  return ok(
    'webhooks',
    `${counted(webhooks.length, 'webhook')} ${webhooks.length === 1 ? 'takes' : 'take'} what is told.`,
  );
}
