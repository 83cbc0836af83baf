/** Why a gateway takes nothing, and which of several it is that matters. Pure. */
import type { GatewayFacts, Tell, Verdict } from './facts';

type Rule = (gateway: GatewayFacts, tell: Tell, now: Date) => Verdict | null;

const linkTo = ({ id }: GatewayFacts): string => `/console/gateways/${id}`;
const said = (words: string | null): string => (words === null || words === '' ? '' : `: ${words}`);

const activate = (gateway: GatewayFacts, first: string): Verdict['remedy'] => ({
  sentence: `${first}set the gateway active; what waits leaves at once.`,
  action: { method: 'PATCH', path: `/api/v1/gateways/${gateway.id}`, body: { status: 'active' } },
  link: linkTo(gateway),
});

/** What keeps a gateway from taking messages, the gravest first. */
const RULES: readonly Rule[] = [
  (gateway) =>
    gateway.pausedReason === null
      ? null
      : {
          code: 'gateway-paused',
          sentence: `The gateway ${gateway.name} is paused, because its provider refuses everything${said(gateway.pausedReason)}.`,
          who: 'you',
          remedy: activate(gateway, 'Mend it at the provider (credit, login, sender), then '),
        },
  (gateway) =>
    gateway.breaker !== 'open' && gateway.breaker !== 'probing'
      ? null
      : {
          code: 'gateway-down',
          sentence: `The gateway ${gateway.name} is down: its requests fail${said(gateway.failure)}.`,
          who: 'provider',
          ...(gateway.changedAt === null ? {} : { since: gateway.changedAt }),
          remedy: {
            sentence:
              'Nothing has to be done: it is probed by itself, and what waits leaves once the provider answers.',
            command: `heliograph gateway test ${gateway.id}`,
            link: linkTo(gateway),
          },
        },
  (gateway, tell, now) =>
    gateway.heldUntil === null || gateway.heldUntil <= now
      ? null
      : {
          code: 'gateway-held',
          sentence: `The provider of the gateway ${gateway.name} asks to wait until ${tell(gateway.heldUntil)}.`,
          who: 'provider',
          remedy: { sentence: 'Wait, or lower the rate of the gateway.', link: linkTo(gateway) },
        },
  (gateway) =>
    gateway.isActive
      ? null
      : {
          code: 'gateway-inactive',
          sentence: `The gateway ${gateway.name} is switched off (inactive).`,
          who: 'you',
          remedy: activate(gateway, ''),
        },
];

/** Why it takes nothing now; null = it takes messages. */
export function stopOf(gateway: GatewayFacts, tell: Tell, now: Date): Verdict | null {
  for (const rule of RULES) {
    const verdict = rule(gateway, tell, now);
    if (verdict !== null) return verdict;
  }
  return null;
}

const RANK = ['gateway-paused', 'gateway-down', 'gateway-held', 'gateway-inactive'];

/**
 * Why none of these gateways takes anything; null = one does. Of several reasons that of a gateway that should be sending:
 * a spare that is switched off is not what stopped it.
 */
export function stopOfAll(gateways: readonly GatewayFacts[], tell: Tell, now: Date): Verdict | null {
  const real = gateways.some(({ isDemo }) => !isDemo) ? gateways.filter(({ isDemo }) => !isDemo) : gateways;
  const stops: Verdict[] = [];
  for (const gateway of real) {
    const stop = stopOf(gateway, tell, now);
    if (stop === null) return null;
    stops.push(stop);
  }
  return stops.sort((one, other) => RANK.indexOf(one.code) - RANK.indexOf(other.code))[0] ?? null;
}

/** What is to be said of a gateway that somebody asks about. */
export function verdictOfGateway(gateway: GatewayFacts, tell: Tell, now: Date): Verdict {
  return (
    stopOf(gateway, tell, now) ?? {
      code: 'gateway-up',
      sentence: `The gateway ${gateway.name} takes messages.`,
      who: 'nobody',
      remedy: {
        sentence: 'Nothing has to be done; a test message shows whether one arrives.',
        command: `heliograph gateway test ${gateway.id}`,
        link: linkTo(gateway),
      },
    }
  );
}
