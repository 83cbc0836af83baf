/** The duty `health`: which gateways work badly by the counts of the last minutes. */
import { degradedReason } from '../../core/gateways/health';
import type { Database } from '../../store/database';
import { forgetMinutes, noteDegraded, listGatewayHealth } from '../../store/gateways/health';
import type { MaintenanceLog, Turn } from './turn';

export interface ReviewDeps {
  database: Database;
  log: MaintenanceLog;
}

/** Marks degraded gateways, which rank behind others of their priority, and says so when it changes. */
export async function reviewGatewayHealth({ database: { pool }, log }: ReviewDeps, turn: Turn): Promise<void> {
  await turn.each(
    await listGatewayHealth(pool, null),
    ({ gatewayId }) => `gateway ${gatewayId}`,
    async ({ gatewayId, degraded, counts }) => {
      const reason = degradedReason(counts);
      if (reason === degraded) return;
      if (!(await noteDegraded(pool, gatewayId, reason))) return;
      if (reason === null) log.warn({ gatewayId }, 'gateway up: it works well again');
      else log.warn({ gatewayId, reason }, 'gateway degraded: others of its priority are tried first');
    },
  );
  await turn.step('minutes', () => forgetMinutes(pool));
}
