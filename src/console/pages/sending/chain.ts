/** A route as a chain of legs, and why a leg would be passed over now. */
import { buildLegs, rankGateways } from '../../../core/gateways/route';
import { indexRegistrations, senderProblem, type SenderRules } from '../../../core/gateways/sender';
import type { Schemas } from '../../api';

type Gateway = Schemas['Gateway'];
type Sender = Schemas['Sender'];
type Account = Schemas['Account'];
export type Leg = Schemas['Route']['legs'][number];

export interface Link {
  /** Of the leg, from 1. */
  no: number;
  gatewayId: string;
  /** Null = it was deleted. */
  gateway: Gateway | null;
  /** What messages are sent as over it. */
  sender: string;
  /** Why it is passed over now; null = it is not. */
  skipped: string | null;
}

export interface Known {
  gateways: readonly Gateway[];
  senders: readonly Sender[];
  account: Pick<Account, 'requireApprovedSenders' | 'indiaStrict' | 'promotionalServices'>;
}

/** The chain of a route. */
export function chainOf(legs: readonly Leg[], known: Known): Link[] {
  const rules = rulesOf(known);
  return legs.map(({ gatewayId, sender }, i) => {
    const gateway = known.gateways.find(({ id }) => id === gatewayId) ?? null;
    const imposed = sender ?? null;
    return {
      no: i + 1,
      gatewayId,
      gateway,
      sender: imposed ?? ownSender(gateway),
      skipped: gateway === null ? 'The gateway was deleted' : skipReason(gateway, imposed ?? gateway.defaultSender, rules),
    };
  }); // prettier-ignore
}

/** The chain of messages without a route: the account's gateways by priority, each with its sender ID and its fallback. */
export function chainByPriority(known: Known): Link[] {
  const ranked = rankGateways(
    known.gateways.map((gateway) => ({ ...gateway, degraded: gateway.health.state === 'degraded' })),
    () => 0.5,
  );
  const legs = buildLegs(ranked).map(({ gatewayId, sender }): Leg => {
    const gateway = known.gateways.find(({ id }) => id === gatewayId);
    return { gatewayId, sender: sender === 'fallback' ? (gateway?.fallbackSender ?? null) : null };
  });
  return chainOf(legs, known);
}

const ownSender = (gateway: Gateway | null): string => {
  const own = gateway?.defaultSender ?? null;
  return own === null ? 'the message’s sender ID' : `the message’s sender ID, else ${own}`;
};

function skipReason(gateway: Gateway, sender: string | null, rules: SenderRules): string | null {
  const { status, health, name } = gateway;
  if (status === 'inactive') return `${name} is inactive`;
  if (health.heldUntil !== undefined) return `${name} is held: ${health.reason ?? 'its provider asked for a pause'}`;
  if (health.state === 'down') return `${name} is down${health.reason === undefined ? '' : `: ${health.reason}`}`;
  const problem = senderProblem(rules, sender, gateway.id);
  return problem === null ? null : problem.charAt(0).toUpperCase() + problem.slice(1);
}

const rulesOf = ({ account, senders }: Known): SenderRules => ({
  approvedOnly: account.requireApprovedSenders,
  indiaStrict: account.indiaStrict,
  promotionalServices: account.promotionalServices,
  registered: indexRegistrations(senders.map(({ status, ...one }) => ({ ...one, approved: status === 'approved' }))),
});
