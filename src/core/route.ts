/** Which gateway and sender ID a message tries, and in which order. Pure. */
import type { FailureClass } from './outcome';

/** One step of a route. `requested` = the message's own sender ID, else the gateway's default. */
export interface Leg {
  gatewayId: string;
  sender: 'requested' | 'fallback';
}

export interface RouteGateway {
  id: string;
  fallbackSender: string | null;
}

export interface RankedGateway extends RouteGateway {
  /** 1 is tried first. */
  priority: number;
  /** Share among gateways of the same priority. */
  weight: number;
  /** Leads to the simulator. */
  demo: boolean;
}

/**
 * The order in which a slice tries an account's gateways: by priority, and among equals each first as often as its
 * weight says. A demo gateway counts only where there is no other: a message that a real provider refused must not be
 * "delivered" by the simulator.
 * @param random gives numbers from 0 (excluded) to 1.
 */
export function rankGateways<T extends RankedGateway>(gateways: readonly T[], random: () => number): T[] {
  const real = gateways.filter((gateway) => !gateway.demo);
  // Efraimidis and Spirakis: sorting by random^(1/weight) draws without replacement in proportion to the weights.
  const drawn = (real.length > 0 ? real : gateways).map((gateway) => ({
    gateway,
    key: random() ** (1 / gateway.weight),
  }));
  return drawn.sort((a, b) => a.gateway.priority - b.gateway.priority || b.key - a.key).map(({ gateway }) => gateway);
}

/** A route of gateways: each gives the requested sender ID, then its fallback. */
export function buildLegs(gateways: readonly RouteGateway[]): Leg[] {
  return gateways.flatMap((gateway): Leg[] => {
    const requested: Leg = { gatewayId: gateway.id, sender: 'requested' };
    return gateway.fallbackSender === null ? [requested] : [requested, { gatewayId: gateway.id, sender: 'fallback' }];
  });
}

/**
 * The leg after a failure, or null when there is none.
 * A refused `sender` goes on to the next leg; a refused `account` (or a gateway that stays unreachable, `transient`) to
 * the next gateway; `recipient`, `content` and `unknown` never go on: another sender would fare no better, or the
 * message may be out already.
 */
export function nextLeg(legs: readonly Leg[], from: number, failure: FailureClass): number | null {
  const current = legs[from];
  if (current === undefined) return null;
  switch (failure) {
    case 'sender':
      return from + 1 < legs.length ? from + 1 : null;
    case 'account':
    case 'transient': {
      const next = legs.findIndex((leg, i) => i > from && leg.gatewayId !== current.gatewayId);
      return next < 0 ? null : next;
    }
    case 'recipient':
    case 'content':
    case 'unknown':
      return null;
  }
}
