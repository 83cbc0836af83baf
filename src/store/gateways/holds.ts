/** Pauses that providers ask for: one row per gateway that all workers see; `hurryProbe` lifts it for a person. */
import type { Pool } from 'pg';
import { execute } from '../database';

/** Holds a gateway for so long from now; a hold that lasts longer stands. @param reason what the provider said. */
export async function holdGateway(pool: Pool, gatewayId: string, holdMs: number, reason: string): Promise<void> {
  await execute(
    pool,
    'hold-gateway',
    `insert into gateway_health as h (gateway_id, held_until, hold_reason)
     values ($1, now() + $2 * interval '1 millisecond', $3)
     on conflict (gateway_id) do update
       set hold_reason = case when h.held_until > excluded.held_until then h.hold_reason else excluded.hold_reason end,
           held_until = greatest(h.held_until, excluded.held_until)`,
    [gatewayId, holdMs, reason],
  );
}
