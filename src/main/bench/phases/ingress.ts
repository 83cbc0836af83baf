/** What the CleverTap routes take in. */
import { cpuPerMessage } from '../processes';
import { percentile, runLoad, type LoadRequest } from '../load';
import { mustSucceed, RAW_IN_FLIGHT, type PhaseContext } from '../phase';
import { batchBody, freshRecord, JSON_TYPE, RECORDS_PER_REQUEST } from '../traffic';

/** Far enough ahead that nothing of this phase is dispatched while it is measured. */
const TOMORROW_MS = 86_400_000;

/** The way in: single requests beside bare Express, then batches. Nothing of it is dispatched meanwhile. */
export async function measureIngress({ bed, sizes, figures }: PhaseContext): Promise<void> {
  const authorization = `Bearer ${bed.key}`;
  const time = new Date(Date.now() + TOMORROW_MS).toISOString();
  const form = (path: string) => (): LoadRequest => {
    const { to, body, mid } = freshRecord();
    const fields = new URLSearchParams({ sender: 'HELIOG', to, message: body, service: 'T', custom: mid, time });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization };
    return { method: 'POST', path, headers, body: fields.toString() };
  };
  const bare = { origin: `http://127.0.0.1:${bed.bareExpress}`, inFlight: RAW_IN_FLIGHT, request: form('/parse') };
  const single = { origin: bed.api, inFlight: RAW_IN_FLIGHT, request: form('/api/v2/sms/clevertap/send') };
  await runLoad({ ...bare, count: Math.ceil(sizes.singles / 4) });
  await runLoad({ ...single, count: Math.ceil(sizes.singles / 4) });
  const bareRate = (await runLoad({ ...bare, count: sizes.singles })).perSecond;
  const beforeSingles = await bed.cpuTimes();
  const singles = await runLoad({ ...single, count: sizes.singles });
  figures.ingress_single_cpu_us = cpuPerMessage(beforeSingles, await bed.cpuTimes(), sizes.singles);
  mustSucceed('single ingress', singles.failed);
  figures.ingress_single_per_s = singles.perSecond;
  figures.ingress_single_ratio = singles.perSecond / bareRate;
  const half = await runLoad({ ...single, count: Math.ceil(sizes.singles / 2), perSecond: singles.perSecond / 2 });
  figures.ingress_single_p99_ms = percentile(half.latencies, 0.99);

  const bodies = Array.from({ length: sizes.batches }, () => batchBody({ from: 'HELIOG', time }));
  const headers = { ...JSON_TYPE, authorization };
  const request = (index: number): LoadRequest => ({
    method: 'POST',
    path: '/clevertap/v1/messages',
    headers,
    body: bodies[index]!,
  });
  const beforeBatches = await bed.cpuTimes();
  const batches = await runLoad({ origin: bed.api, inFlight: 4, count: bodies.length, request });
  mustSucceed('batch ingress', batches.failed);
  const recipients = bodies.length * RECORDS_PER_REQUEST;
  figures.ingress_batch_cpu_us = cpuPerMessage(beforeBatches, await bed.cpuTimes(), recipients);
  figures.ingress_batch_per_s = batches.perSecond * RECORDS_PER_REQUEST;
}
