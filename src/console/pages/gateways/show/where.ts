/** Where a gateway's traffic goes while it takes none. */
import { rankGateways } from '../../../../core/gateways/route';
import type { Schemas } from '../../../api';
import { takes, type Gateway } from '../columns';

type Route = Schemas['Route'];

/** Of one way that messages take. */
export interface Way {
  /** Null = the account's gateways by priority, which hold where no route does. */
  route: { id: string; name: string } | null;
  /** The gateway that messages go over instead; null = there is none that takes them. */
  next: Gateway | null;
}

/** The ways that lead over a gateway, the default one first, each with what comes next. */
export function waysWithout(gateway: Gateway, gateways: readonly Gateway[], routes: readonly Route[]): Way[] {
  const byId = new Map(gateways.map((each) => [each.id, each]));
  const nextOf = (ids: readonly string[]): Gateway | null => {
    const others = ids.flatMap((id) => (id === gateway.id ? [] : (byId.get(id) ?? [])));
    return others.find(takes) ?? null;
  };
  const ways: Way[] = routes
    .filter(({ legs }) => legs.some(({ gatewayId }) => gatewayId === gateway.id))
    .sort((one, other) => Number(other.isDefault) - Number(one.isDefault))
    .map(({ id, name, legs }) => ({ route: { id, name }, next: nextOf(legs.map(({ gatewayId }) => gatewayId)) }));
  if (!routes.some(({ isDefault }) => isDefault)) {
    ways.unshift({ route: null, next: nextOf(byPriority(gateways).map(({ id }) => id)) });
  }
  return ways;
}

/** As dispatch ranks them; equals, which take turns, by weight. */
function byPriority(gateways: readonly Gateway[]): Gateway[] {
  return rankGateways(
    gateways.map((gateway) => ({ ...gateway, degraded: gateway.health.state === 'degraded' })),
    () => 0.5,
  );
}
