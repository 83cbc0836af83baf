/** Whether campaigns obey: their time, a pause, a rate. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor, type Bed } from '../bed';
import { campaignReaches, command, makeCampaign, readHistory, uploadList } from '../campaigns';
import { percentile } from '../load';
import { countMishaps, PHASE_DEADLINE_MS, type PhaseContext } from '../phase';
import { NO_RECEIPTS, ONE_BY_ONE } from './dispatch';

/** Before the first of the scheduled campaigns is due: all must be made and prepared by then. */
const SCHEDULE_LEAD_MS = 20_000;
const CREATED_AT_ONCE = 8;
const PAUSES = 5;
/** A second request after a pause would have come by then. */
const QUIET_MS = 2_500;
const RATE = 500;
const RATE_MEASURED_MS = 10_000;

/** Milliseconds by which campaigns of one recipient, all due at times of their own, reach the provider late. */
export async function measureSchedule({ bed, sizes, figures, say }: PhaseContext): Promise<void> {
  const { campaigns, overMs } = sizes.schedules;
  await bed.gateway(ONE_BY_ONE);
  await bed.script({ record: true });
  const firstMs = Date.now() + SCHEDULE_LEAD_MS;
  const dueMs = Array.from({ length: campaigns }, (_, i) => firstMs + Math.round((i * overMs) / campaigns));
  const numberOf = (index: number): string => `+9191${String(index).padStart(8, '0')}`;
  const ids: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < campaigns; index = next++) {
      const recipients = [{ to: numberOf(index), variables: { order: String(index) } }];
      ids.push(await makeCampaign(bed, { recipients }, { time: new Date(dueMs[index]!).toISOString() }));
    }
  };
  await Promise.all(Array.from({ length: CREATED_AT_ONCE }, lane));
  const spareMs = firstMs - Date.now();
  const deadlineMs = SCHEDULE_LEAD_MS + overMs + PHASE_DEADLINE_MS;
  await waitFor('all scheduled have left', async () => (await bed.counts()).submissions >= campaigns, deadlineMs);
  countMishaps(figures, campaigns, await bed.counts());

  const url = `${bed.simulator}/control/messages?limit=${2 * campaigns}`;
  const { messages } = await bed.call<{ messages: { to: string; times: string[] }[] }>('GET', url);
  const seenMs = new Map(messages.map(({ to, times }) => [to.replace('+', ''), Date.parse(times[0]!)]));
  const late = dueMs.map((due, index) => seenMs.get(numberOf(index).slice(1))! - due).sort((a, b) => a - b);
  if (late[0]! < 0) throw new Error(`a scheduled campaign left ${-late[0]!} ms before its time`);
  figures.schedule_late_p99_ms = percentile(late, 0.99);
  say(
    `  ${campaigns} campaigns, one every ${overMs / campaigns} ms: ${percentile(late, 0.5)} ms late in the middle, ${late.at(-1)} at most; made ${spareMs} ms before the first was due`,
  );
}

/** Milliseconds from the answer to a pause until the start of the last new request: the longest of five. */
export async function measurePause({ bed, sizes, figures, say }: PhaseContext): Promise<void> {
  const { id: uploadId } = await uploadList(bed, sizes.paused, PHASE_DEADLINE_MS);
  await bed.gateway(ONE_BY_ONE);
  await bed.script({});
  const id = await makeCampaign(bed, { uploadId });
  const after: number[] = [];
  const answers: number[] = [];
  for (let i = 0; i < PAUSES; i++) {
    const { submissions: before } = await bed.counts();
    await waitFor('it sends', async () => (await bed.counts()).submissions > before + 200, PHASE_DEADLINE_MS);
    const askedAt = Date.now();
    await command(bed, id, 'pause');
    const answeredAt = Date.now();
    answers.push(answeredAt - askedAt);
    await sleep(QUIET_MS);
    const { submissions, lastSubmissionAt } = await bed.counts();
    if (submissions >= sizes.paused)
      throw new Error('the campaign was over before it was paused: give it more recipients');
    after.push(Math.max(0, Date.parse(lastSubmissionAt!) - answeredAt));
    await command(bed, id, 'resume');
  }
  const { counts } = await campaignReaches(bed, id, ['finished'], PHASE_DEADLINE_MS);
  countMishaps(figures, sizes.paused, await bed.counts());
  if (counts.delivered !== sizes.paused) throw new Error(`paused five times, ${counts.delivered} were delivered`);
  after.sort((a, b) => a - b);
  answers.sort((a, b) => a - b);
  figures.pause_ms = after.at(-1)!;
  say(
    `  ${PAUSES} pauses: answered in ${percentile(answers, 0.5)} ms (${answers.at(-1)} at most), the last request ${percentile(after, 0.5)} ms after that (${after.at(-1)} at most)`,
  );
}

/** How far two workers together miss a gateway's rate; a second above it fails the run. */
export async function measureThrottle({ bed, figures, say, fail }: PhaseContext): Promise<void> {
  const recipients = (RATE * (RATE_MEASURED_MS + 4_000)) / 1_000;
  const { id: uploadId } = await uploadList(bed, recipients, PHASE_DEADLINE_MS);
  await bed.gateway({ ...ONE_BY_ONE, ratePerSecond: RATE });
  await bed.script(NO_RECEIPTS);
  const stopSecond = await bed.startWorker();
  try {
    const id = await makeCampaign(bed, { uploadId });
    await waitFor('it sends', async () => (await bed.counts()).submissions >= RATE, PHASE_DEADLINE_MS);
    const first = await sample(bed);
    await sleep(RATE_MEASURED_MS);
    const last = await sample(bed);
    const achieved = (last.submissions - first.submissions) / ((last.atMs - first.atMs) / 1_000);
    figures.throttle_error_pct = (Math.abs(achieved - RATE) / RATE) * 100;
    await waitFor('all have left', async () => (await bed.counts()).submissions >= recipients, PHASE_DEADLINE_MS);
    const counts = await bed.counts();
    countMishaps(figures, recipients, counts);
    const { workers } = await readHistory(bed, id);
    const peak = counts.maxSubmissionsPerSecond;
    say(
      `  ${RATE} per second asked, ${achieved.toFixed(1)} sent, ${peak} in the busiest second, by ${workers} workers`,
    );
    if (peak > RATE) fail(`the busiest second had ${peak} messages, and the rate is ${RATE}`);
  } finally {
    await stopSecond();
    await bed.gateway({ ratePerSecond: null });
  }
}

/** Submissions so far, and in the middle of which moment they were asked for (milliseconds of this process). */
async function sample(bed: Bed): Promise<{ submissions: number; atMs: number }> {
  const before = performance.now();
  const { submissions } = await bed.counts();
  return { submissions, atMs: (before + performance.now()) / 2 };
}
