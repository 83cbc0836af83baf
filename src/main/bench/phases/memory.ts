/** A campaign of a million on the whole path, and what it leaves in the memory of worker and api. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../bed';
import { campaignReaches, ledgerLine, makeCampaign, readCampaign, readHistory, uploadList } from '../campaigns';
import { countMishaps, type PhaseContext } from '../phase';
import { watchMemory } from '../processes';
import { BATCHES, sendingSeconds } from './dispatch';

const DEADLINE_MS = 480_000;
/** Without work, until memory is read: collections that were put off happen in it. */
const IDLE_MS = 5_000;
/** Small campaigns before the one whose memory is compared. */
const WARM_UPS = 4;

/** Worker and api together, MB: after a campaign of few recipients and after one of many. */
export async function measureMemory(context: PhaseContext): Promise<void> {
  const { bed, sizes, figures, say } = context;
  if (process.platform !== 'linux') return say('  not measured: memory of processes is read from /proc');
  await bed.gateway(BATCHES);
  const { idleMb: freshMb } = await wholePath(context, sizes.memory.few);
  // What a process takes when it is first busy is not what a campaign's size takes.
  for (let i = 1; i < WARM_UPS; i++) await wholePath(context, sizes.memory.few);
  const few = await wholePath(context, sizes.memory.few);
  const many = await wholePath(context, sizes.memory.many);
  figures.rss_growth_mb = many.idleMb - few.idleMb;
  say(
    `  worker + api, idle: ${megabytes(freshMb)} after the first campaign, ${megabytes(few.idleMb)} after the last small one, ${megabytes(many.idleMb)} after the large one (${megabytes(many.peakMb)} at most while it ran)`,
  );
}

async function wholePath({ bed, figures, say }: PhaseContext, recipients: number) {
  await bed.script({ receipts: { delayMs: 0 } });
  const memory = watchMemory(bed);
  const startedAt = performance.now();
  const { id: uploadId, uploadMs, importMs } = await uploadList(bed, recipients, DEADLINE_MS);
  const preparingAt = performance.now();
  const id = await makeCampaign(bed, { uploadId });
  await waitFor('it is prepared', async () => (await readCampaign(bed, id)).state !== 'preparing', DEADLINE_MS);
  const prepareMs = performance.now() - preparingAt;
  const campaign = await campaignReaches(bed, id, ['finished'], DEADLINE_MS);
  const totalMs = performance.now() - startedAt;
  await sleep(IDLE_MS);
  const peakMb = await memory.stop();
  const idleMb = await bed.rssMb();

  const counts = await bed.counts();
  countMishaps(figures, recipients, counts);
  const ledger = ledgerLine(campaign);
  if (campaign.counts.accepted !== recipients || campaign.counts.open !== 0)
    throw new Error(`the ledger says ${ledger}`);
  const { events, runs } = await readHistory(bed, id);
  // Receipts are news to a campaign, so this is the whole of it.
  figures.events_per_message = events / recipients;
  const perSecond = (ms: number) => `${Math.round(recipients / (ms / 1_000))}/s`;
  say(
    `  ${recipients} rows: uploaded in ${seconds(uploadMs)}, imported ${perSecond(importMs)}, prepared ${perSecond(prepareMs)}, sent ${perSecond(sendingSeconds(counts) * 1_000)}, finished after ${seconds(totalMs)}, ${events} events in ${runs} ${runs === 1 ? 'run' : 'runs'}; ledger: ${ledger}`,
  );
  return { idleMb, peakMb };
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const megabytes = (mb: number): string => `${Math.round(mb)} MB`;
