/** Which gateway and sender ID a message tries, and in which order. Pure. */
import type { FailureClass } from '../messages/outcome';

/**
 * A leg: one step of a route, as a slice keeps it. `requested` = the message's own sender ID, else the gateway's default;
 * `fallback` = the gateway's fallback; `{name}` = this one, whatever the message asks for.
 */
export interface Leg {
  gatewayId: string;
  sender: 'requested' | 'fallback' | { name: string };
  /** Whether a receipt that doesn't come leads to the next leg; set for legs of a route that a person made. */
  failoverOnNoReceipt?: boolean;
}

/** The sender IDs of a leg's gateway. */
export interface LegGateway {
  default_sender: string | null;
  fallback_sender: string | null;
}

/** A leg with its sender ID: an imposed one replaces the message's own, another stands in where it has none. */
export interface SenderLeg {
  gatewayId: string;
  imposed: boolean;
  sender: string | null;
}

/** A leg with the sender ID that it has now. @param gateway absent when it is gone. */
export function senderLeg({ gatewayId, sender }: Leg, gateway: LegGateway | undefined): SenderLeg {
  if (typeof sender === 'object') return { gatewayId, imposed: true, sender: sender.name };
  return sender === 'fallback'
    ? { gatewayId, imposed: true, sender: gateway?.fallback_sender ?? null }
    : { gatewayId, imposed: false, sender: gateway?.default_sender ?? null };
}

/** The sender ID that a message has on a leg. @param own what it asked for. */
export function senderOn(leg: SenderLeg, own: string | null): string | null {
  return leg.imposed ? leg.sender : (own ?? leg.sender);
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
  /** True when it works badly: it is tried after others of its priority. */
  degraded?: boolean;
}

/**
 * The order in which a slice tries an account's gateways: by priority; of one priority the degraded ones last; among
 * equals by chance, each first as often as its weight says. A demo gateway counts only where there is no other: a message
 * that a real provider refused must not be "delivered" by the simulator.
 * @param random gives numbers from 0 (excluded) to 1.
 */
export function rankGateways<T extends RankedGateway>(gateways: readonly T[], random: () => number): T[] {
  const real = gateways.filter((gateway) => !gateway.demo);
  // Efraimidis and Spirakis: sorting by random^(1/weight) draws without replacement in proportion to the weights.
  const drawn = (real.length > 0 ? real : gateways).map((gateway) => ({
    gateway,
    key: random() ** (1 / gateway.weight),
  }));
  const isDegraded = ({ gateway }: { gateway: T }): number => (gateway.degraded === true ? 1 : 0);
  return drawn
    .sort((a, b) => a.gateway.priority - b.gateway.priority || isDegraded(a) - isDegraded(b) || b.key - a.key)
    .map(({ gateway }) => gateway);
}

/** A route of gateways: each gives the requested sender ID, then its fallback. */
export function buildLegs(gateways: readonly RouteGateway[]): Leg[] {
  return gateways.flatMap((gateway): Leg[] => {
    const requested: Leg = { gatewayId: gateway.id, sender: 'requested' };
    return gateway.fallbackSender === null ? [requested] : [requested, { gatewayId: gateway.id, sender: 'fallback' }];
  });
}

/** An attempt that was refused. */
export interface RefusedAttempt {
  /** Index of the leg that it went over. */
  leg: number;
  /** The sender ID it carried. */
  sender: string | null;
  /** The sender ID that the message asked for. */
  own: string | null;
}

/**
 * The leg after a failure, or null when there is none.
 * A refused `sender` goes on to the next leg with another sender ID or gateway; a refused `account` (or a gateway that
 * stays unreachable, `transient`) to the next gateway; `recipient`, `content` and `unknown` never go on: another sender
 * would fare no better, or the message may be out already.
 * @param mayTake whether this message may take a leg, where it would carry `sender`.
 */
export function nextLeg(
  legs: readonly SenderLeg[],
  attempt: RefusedAttempt,
  failure: FailureClass,
  mayTake: (index: number, sender: string | null) => boolean = () => true,
): number | null {
  const current = legs[attempt.leg];
  if (current === undefined) return null;
  const index = legs.findIndex((leg, i) => {
    if (i <= attempt.leg) return false;
    const sender = senderOn(leg, attempt.own);
    return goesOn(failure, leg.gatewayId === current.gatewayId, sender !== null && sender === attempt.sender)
      ? mayTake(i, sender)
      : false;
  });
  return index < 0 ? null : index;
}

function goesOn(failure: FailureClass, sameGateway: boolean, sameSender: boolean): boolean {
  switch (failure) {
    case 'sender':
      return !(sameGateway && sameSender);
    case 'account':
    case 'transient':
      return !sameGateway;
    case 'recipient':
    case 'content':
    case 'unknown':
      return false;
  }
}
