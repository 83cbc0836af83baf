/** The way out: campaigns of an uploaded list, in batches, one by one, and one by one over a slow wire. */
import { waitFor, type Bed } from '../bed';
import { makeCampaign, readHistory, uploadList } from '../campaigns';
import { runLoad } from '../load';
import { cpuPerMessage } from '../processes';
import { countMishaps, PHASE_DEADLINE_MS, RAW_IN_FLIGHT, type PhaseContext } from '../phase';
import { rawRequest } from '../traffic';
import { rawPerSecond } from './raw';

const MANY_IN_FLIGHT = 500;

/** No receipts: these phases measure the way out alone, and leave attempts for the receipt phases. */
export const NO_RECEIPTS = { receipts: { missing: 1 } };
export const BATCHES = { sendingPattern: 'batch', batchSize: 100, maxInFlight: RAW_IN_FLIGHT };
export const ONE_BY_ONE = { sendingPattern: 'loop', maxInFlight: RAW_IN_FLIGHT };

/**
 * Sends a campaign and measures from the provider's first request to its last: what came before, from the upload to the
 * last message in Postgres, is not part of it.
 */
async function dispatchCampaign(
  { bed, figures }: PhaseContext,
  list: List,
  gateway: object,
  script: object,
  readCounts = bed.counts,
) {
  await bed.gateway(gateway);
  await bed.script(script);
  const id = await makeCampaign(bed, { uploadId: list.id });
  const submissions = async (): Promise<number> => (await readCounts()).submissions;
  await waitFor('the campaign begins to leave', async () => (await submissions()) > 0, PHASE_DEADLINE_MS);
  const [before, already] = [await bed.cpuTimes(), await submissions()];
  await waitFor('the campaign has left', async () => (await submissions()) >= list.recipients, PHASE_DEADLINE_MS);
  const cpu = cpuPerMessage(before, await bed.cpuTimes(), list.recipients - already);
  const counts = await readCounts();
  countMishaps(figures, list.recipients, counts);
  return { id, perSecond: list.recipients / sendingSeconds(counts), cpu };
}

interface List {
  id: string;
  recipients: number;
}

/** By the provider's clock. */
export function sendingSeconds(counts: Awaited<ReturnType<Bed['counts']>>): number {
  return (Date.parse(counts.lastSubmissionAt!) - Date.parse(counts.firstSubmissionAt!)) / 1_000;
}

export async function measureDispatch(context: PhaseContext): Promise<void> {
  const { bed, sizes, figures, say } = context;
  const recipients = sizes.dispatch;
  const { id } = await uploadList(bed, recipients, PHASE_DEADLINE_MS);
  const list = { id, recipients };

  // The pace of a shared machine changes within a minute, so raw is measured around both, and they are held to its mean.
  const raws = [figures.raw_per_s!];
  const batch = await dispatchCampaign(context, list, BATCHES, NO_RECEIPTS);
  raws.push(await rawPerSecond(context));
  const { baseUrl } = await bed.readGateway();
  const toSink = { ...ONE_BY_ONE, baseUrl: `${bed.simulator}/sink` };
  const loop = await dispatchCampaign(context, list, toSink, NO_RECEIPTS, bed.sinkCounts);
  await bed.gateway({ baseUrl });
  raws.push(await rawPerSecond(context));
  const raw = raws.reduce((sum, each) => sum + each) / raws.length;
  say(`  raw before, between and after: ${raws.map((each) => Math.round(each)).join(', ')}`);
  figures.raw_per_s = raw;
  figures.batch_per_s = batch.perSecond;
  figures.batch_ratio = batch.perSecond / raw;
  figures.batch_cpu_us = batch.cpu;
  figures.loop_cpu_us = loop.cpu;
  figures.loop_per_s = loop.perSecond;
  figures.loop_ratio = loop.perSecond / raw;

  const latency = { latencyMs: 50, ...NO_RECEIPTS };
  await bed.script(latency);
  const slow = { origin: bed.simulator, inFlight: MANY_IN_FLIGHT, request: rawRequest('/infobip/raw/sms/3/messages') };
  figures.raw50_per_s = (await runLoad({ ...slow, count: sizes.raw })).perSecond;
  const loop50 = await dispatchCampaign(context, list, { ...ONE_BY_ONE, maxInFlight: MANY_IN_FLIGHT }, latency);
  figures.loop50_per_s = loop50.perSecond;
  figures.loop50_ratio = loop50.perSecond / figures.raw50_per_s;

  let events = 0;
  for (const campaign of [batch, loop, loop50]) events += (await readHistory(bed, campaign.id)).events;
  figures.events_per_message = events / (3 * recipients);
}
