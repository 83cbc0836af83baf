/** A gateway's health as answered. */
import { z } from 'zod';
import { BREAKER_STATES, assessGateway, type GatewayHealth } from '../../../core/gateways/health';
import type { Database } from '../../../store/database';
import { listGatewayHealth, type GatewayHealthReading } from '../../../store/gateways/health';
import type { GatewayRow } from '../../../store/gateways/gateways';

const share = z.number().min(0).max(1).nullable();

/** Over the last 15 minutes; a share or a time is null when nothing went over the gateway. */
export const healthShape = z
  .strictObject({
    state: z.enum(['up', 'degraded', 'down']),
    breaker: z.enum(BREAKER_STATES),
    acceptRate: share.describe('share of the submitted messages that the provider took'),
    deliveryRate: share.describe('share of the final reports that say delivered'),
    p95Ms: z.int().nullable().describe('95 % of the requests were answered within so many milliseconds'),
    reason: z.string().optional(),
    heldUntil: z.iso
      .datetime()
      .optional()
      .describe('The provider asked for a pause; a PATCH with `status: active` lifts it.'),
  })
  .meta({ id: 'GatewayHealth' });

/** The health of each of these gateways, by id. */
export async function healthOf(database: Database, rows: readonly GatewayRow[]): Promise<Map<string, GatewayHealth>> {
  const readings = await listGatewayHealth(
    database.pool,
    rows.map((row) => row.id),
  );
  const found = new Map<string, GatewayHealthReading>(readings.map((reading) => [reading.gatewayId, reading]));
  return new Map(
    rows.map(({ id, paused_reason: paused }) => {
      const { breaker, reason, counts, hold } = found.get(id)!;
      return [id, assessGateway(paused, breaker, reason, counts, hold)];
    }),
  );
}
