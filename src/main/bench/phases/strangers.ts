/** An honest sender beside clients without a key: 4 MB bodies, wrong keys and idle sockets from eight of them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { percentile, runLoad, type LoadRequest } from '../load';
import { mustSucceed, type PhaseContext } from '../phase';
import { watchMemory } from '../processes';
import { freshRecord } from '../traffic';

const PER_SECOND = 50;
const IN_FLIGHT = 16;
const REQUESTS = 600;
/** Ahead of what is measured: connections, and code that runs for the first time. */
const WARM_UP = 200;
const TOMORROW_MS = 86_400_000;
/** The slowest but one in a hundred may take so long beside strangers, or twice as long as without them. */
const BOUND_MS = 100;
const MAX_GROWTH_MB = 96;

/** Milliseconds of an honest send, quiet and beside strangers, and the memory that the strangers take meanwhile. */
export async function measureStrangers({ bed, figures, say, fail }: PhaseContext): Promise<void> {
  const authorization = `Bearer ${bed.key}`;
  const time = new Date(Date.now() + TOMORROW_MS).toISOString();
  const request = (): LoadRequest => {
    const { to, body, mid } = freshRecord();
    const fields = new URLSearchParams({ sender: 'HELIOG', to, message: body, service: 'T', custom: mid, time });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization };
    return { method: 'POST', path: '/api/v2/sms/clevertap/send', headers, body: fields.toString() };
  };
  const honest = (count: number) =>
    runLoad({ origin: bed.api, inFlight: IN_FLIGHT, perSecond: PER_SECOND, count, request });
  await honest(WARM_UP);
  const quiet = await honest(REQUESTS);
  mustSucceed('an honest sender', quiet.failed);

  const beforeMb = await bed.rssMb();
  const memory = watchMemory(bed);
  const strangers = fork(path.join(__dirname, '../strangers.js'), [new URL(bed.api).port]);
  const beside = await honest(REQUESTS);
  strangers.send('stop');
  const [asked] = (await once(strangers, 'message')) as [number];
  const growthMb = (await memory.stop()) - beforeMb;
  mustSucceed('an honest sender beside strangers', beside.failed);

  const [quietMs, besideMs] = [quiet, beside].map(({ latencies }) => percentile(latencies, 0.99)) as [number, number];
  figures.strangers_quiet_p99_ms = quietMs;
  figures.strangers_p99_ms = besideMs;
  figures.strangers_rss_growth_mb = growthMb;
  const [quietMiddle, besideMiddle] = [quiet, beside].map(({ latencies }) => percentile(latencies, 0.5).toFixed(1));
  say(
    `  an honest send in the middle: ${quietMiddle} ms quiet, ${besideMiddle} beside strangers, who asked ${Math.round(asked / beside.seconds)} times a second`,
  );
  const boundMs = Math.max(BOUND_MS, 2 * quietMs);
  if (besideMs > boundMs) fail(`strangers: an honest send took ${besideMs.toFixed(0)} ms, more than ${boundMs}`);
  if (growthMb > MAX_GROWTH_MB) fail(`strangers: worker and api grew by ${growthMb.toFixed(0)} MB`);
}
