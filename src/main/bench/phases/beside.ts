/** Passwords of one account beside the faults of others: what one does, another one doesn't feel. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor, type Bed } from '../bed';
import { percentile, runLoad } from '../load';
import { PHASE_DEADLINE_MS, type PhaseContext } from '../phase';
import { batchBody, freshRecord, JSON_TYPE, RECORDS_PER_REQUEST } from '../traffic';
import { makeAccount, waysOf } from './tenants';

const HEALTHY = 'healthy';
const QUIET_PASSWORDS = 20;
const PASSWORDS = 60;
const EVERY_MS = 200;
/** Messages of each account whose vendor is in trouble. */
const TROUBLED = 2 * RECORDS_PER_REQUEST;
/** Requests of one account, each with times of its own for every record. */
const TIMED_REQUESTS = 5;
/** Others' requests a second while passwords are sent: without a key, and searches through what waits. */
const FLOOD_PER_SECOND = 50;
const SEARCHES_PER_SECOND = 5;

/** What the vendor or the CleverTap of an account does to it. */
const TROUBLES: Record<string, object> = {
  throttled: { faults: [{ kind: 'throttle', retryAfterSeconds: 600, share: 1 }] },
  slow: { latencyMs: 20_000 },
  failing: { faults: [{ kind: 'serverError', share: 1 }] },
  unheard: { clevertap: { faults: [{ kind: 'serverError', share: 1 }] } },
};

/** The slowest but one in a hundred, from request to vendor: first beside nobody, then beside all of this at once. */
export async function measureBesideFaults(context: PhaseContext): Promise<void> {
  const { bed, figures, say } = context;
  await bed.script({});
  const healthy = await makeAccount(bed, HEALTHY);
  const quiet = await passwords(bed, healthy, QUIET_PASSWORDS);
  for (const [name, script] of Object.entries(TROUBLES)) await trouble(bed, name, script);
  await manyTimes(bed);
  const stopping = new AbortController();
  const others = [flood(bed, stopping.signal), search(bed, await makeAccount(bed, 'searching'), stopping.signal)];
  const beside = await passwords(bed, healthy, PASSWORDS);
  stopping.abort();
  await Promise.all(others);
  figures.otp_beside_faults_p99_ms = percentile(beside, 0.99);
  say(
    `  a password beside nobody ${percentile(quiet, 0.99)} ms, beside faults ${percentile(beside, 0.5)} in the middle`,
  );
}

/** Sends passwords one after the other. @returns their ways, in milliseconds, sorted. */
async function passwords(bed: Bed, account: string, count: number): Promise<number[]> {
  await bed.call('POST', `${bed.simulator}/control/reset?account=${HEALTHY}`);
  await bed.call('PUT', `${bed.simulator}/control/script?account=${HEALTHY}`, { record: true });
  const sentAtMs = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const { to, body, mid } = freshRecord();
    sentAtMs.set(to, Date.now());
    await post(bed, account, { from: 'HELIOG', service: 'T', to, body, mid });
    await sleep(EVERY_MS);
  }
  const seen = async (): Promise<boolean> => (await waysOf(bed, sentAtMs, HEALTHY)).every((ms) => !Number.isNaN(ms));
  await waitFor('all passwords have left', seen, PHASE_DEADLINE_MS);
  return waysOf(bed, sentAtMs, HEALTHY);
}

const post = (bed: Bed, account: string, body: unknown): Promise<unknown> =>
  bed.call('POST', `${bed.api}/clevertap/v1/messages`, body, { 'x-account-id': account });

async function trouble(bed: Bed, name: string, script: object): Promise<void> {
  const account = await makeAccount(bed, name);
  const webhook = { kind: 'clevertap', url: `${bed.simulator}/clevertap/callback?account=${name}`, isDefault: true };
  await bed.call('POST', `${bed.api}/api/v1/webhooks`, webhook, { 'x-account-id': account });
  await bed.call('PUT', `${bed.simulator}/control/script?account=${name}`, { record: false, ...script });
  for (let sent = 0; sent < TROUBLED; sent += RECORDS_PER_REQUEST) {
    await post(bed, account, JSON.parse(batchBody({ from: 'HELIOG' })));
  }
}

/** Records that are all due at times of their own, tomorrow. */
async function manyTimes(bed: Bed): Promise<void> {
  const account = await makeAccount(bed, 'many-times');
  const from = Date.now() + 86_400_000;
  for (let request = 0; request < TIMED_REQUESTS; request++) {
    const msgs = Array.from({ length: RECORDS_PER_REQUEST }, (_, i) => ({
      ...freshRecord(),
      time: new Date(from + (request * RECORDS_PER_REQUEST + i) * 1_000).toISOString(),
    }));
    await post(bed, account, { from: 'HELIOG', msgs });
  }
}

/** Requests without a key, until it is told to stop: some thousand at most. */
async function flood(bed: Bed, stopping: AbortSignal): Promise<void> {
  const body = batchBody({ from: 'HELIOG' });
  const request = () => ({ method: 'POST' as const, path: '/clevertap/v1/messages', headers: JSON_TYPE, body });
  for (let second = 0; second < 120 && !stopping.aborted; second++) {
    await runLoad({ origin: bed.api, inFlight: 4, count: FLOOD_PER_SECOND, perSecond: FLOOD_PER_SECOND, request });
  }
}

async function search(bed: Bed, account: string, stopping: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${bed.key}`, 'x-account-id': account };
  const request = () => ({ method: 'GET' as const, path: '/api/v1/messages?state=queued', headers, body: '' });
  for (let second = 0; second < 120 && !stopping.aborted; second++) {
    await runLoad({
      origin: bed.api,
      inFlight: 2,
      count: SEARCHES_PER_SECOND,
      perSecond: SEARCHES_PER_SECOND,
      request,
    });
  }
}
