/** What the doctor looks at of gateways. */
import type { Pool } from 'pg';
import { execute } from '../database';

export interface GatewayLook {
  id: string;
  name: string;
  provider: string;
  baseUrl: string | null;
  isActive: boolean;
  isDemo: boolean;
  pausedReason: string | null;
  isOpen: boolean;
  breakerReason: string | null;
  heldUntil: Date | null;
  holdReason: string | null;
  /** A secret was given that callbacks have to carry, or addresses that they may come from. */
  asksForProof: boolean;
}

const MOST = 500;

/** @param accountId null = of all accounts, up to five hundred. */
export async function listGatewayLooks(pool: Pool, accountId: string | null): Promise<GatewayLook[]> {
  return execute<GatewayLook>(
    pool,
    'list-gateway-looks',
    `select g.id, g.name, g.provider, g.base_url as "baseUrl", g.status = 'active' as "isActive", g.demo as "isDemo",
            g.paused_reason as "pausedReason", coalesce(h.breaker <> 'closed', false) as "isOpen",
            h.reason as "breakerReason", case when h.held_until > now() then h.held_until end as "heldUntil",
            h.hold_reason as "holdReason",
            g.callback_auth is not null or cardinality(g.callback_allow) > 0 as "asksForProof"
     from gateways g left join gateway_health h on h.gateway_id = g.id
     where ($1::text is null or g.account_id = $1) and g.deleted_at is null order by g.priority, g.id limit ${MOST}`,
    [accountId],
  );
}
