/** Out and back: CleverTap batches until CleverTap was told every outcome. */
import { waitFor, type Bed } from '../bed';
import { runLoad, type LoadRequest } from '../load';
import { cpuPerMessage } from '../processes';
import { countMishaps, mustSucceed, PHASE_DEADLINE_MS, type PhaseContext } from '../phase';
import { batchBody, JSON_TYPE, RECORDS_PER_REQUEST } from '../traffic';
import { BATCHES } from './dispatch';

/** From the provider's first request until CleverTap was told the last outcome. */
export async function measureFullCycle(context: PhaseContext): Promise<void> {
  const recipients = Math.ceil(context.sizes.dispatch / 5_000) * RECORDS_PER_REQUEST;
  await context.bed.gateway(BATCHES);
  await cycle(context, RECORDS_PER_REQUEST);
  const { bed, figures } = context;
  const storedBefore = await bed.storedBytes();
  const [bytesBefore, cpuBefore] = [await bed.walBytes(), await bed.cpuTimes()];
  figures.full_cycle_per_s = recipients / (await cycle(context, recipients));
  figures.wal_bytes_per_cycle = ((await bed.walBytes()) - bytesBefore) / recipients;
  figures.stored_bytes_per_message = ((await bed.storedBytes()) - storedBefore) / recipients;
  figures.full_cycle_cpu_us = cpuPerMessage(cpuBefore, await bed.cpuTimes(), recipients);
}

/** Loads recipients for one moment ahead, and sees them through. @returns seconds */
async function cycle({ bed, figures }: PhaseContext, recipients: number): Promise<number> {
  await bed.script({});
  const leadMs = 3_000 + recipients / 10;
  const time = new Date(Date.now() + leadMs).toISOString();
  const request = (): LoadRequest => ({
    method: 'POST',
    path: '/clevertap/v1/messages',
    headers: { ...JSON_TYPE, authorization: `Bearer ${bed.key}` },
    body: batchBody({ from: 'HELIOG', time }),
  });
  const count = recipients / RECORDS_PER_REQUEST;
  mustSucceed('loading', (await runLoad({ origin: bed.api, inFlight: 4, count, request })).failed);
  const deadlineMs = leadMs + PHASE_DEADLINE_MS;
  await waitFor('CleverTap is told everything', async () => (await told(bed)) >= recipients, deadlineMs);
  const endedAt = Date.now();
  const counts = await bed.counts();
  countMishaps(figures, recipients, counts);
  return (endedAt - Date.parse(counts.firstSubmissionAt!)) / 1_000;
}

async function told(bed: Bed): Promise<number> {
  const { accounts } = await bed.call<{ accounts: { DEMO?: { records: number } } }>(
    'GET',
    `${bed.simulator}/control/clevertap`,
  );
  return accounts.DEMO?.records ?? 0;
}
