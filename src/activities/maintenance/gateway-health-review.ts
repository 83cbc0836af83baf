/** The review of gateway health, with every sweep: which gateways work badly by the counts of the last minutes. */
import { degradedReason } from '../../core/gateways/health';
import type { Database } from '../../store/database';
import { forgetMinutes, noteDegraded, listGatewayHealth } from '../../store/gateways/health';

export interface ReviewDeps {
  database: Database;
  log: { warn(fields: object, message: string): void };
}

/** Marks degraded gateways, which rank behind others of their priority, and says so when it changes. */
export async function reviewGatewayHealth({ database: { pool }, log }: ReviewDeps): Promise<void> {
  for (const { gatewayId, degraded, counts } of await listGatewayHealth(pool, null)) {
    const reason = degradedReason(counts);
    if (reason === degraded) continue;
    if (!(await noteDegraded(pool, gatewayId, reason))) continue;
    if (reason === null) log.warn({ gatewayId }, 'gateway up: it works well again');
    else log.warn({ gatewayId, reason }, 'gateway degraded: others of its priority are tried first');
  }
  await forgetMinutes(pool);
}
