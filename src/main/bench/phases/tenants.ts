/** Passwords of many accounts at once, each over a gateway of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor, type Bed } from '../bed';
import { percentile } from '../load';
import { countMishaps, PHASE_DEADLINE_MS, type PhaseContext } from '../phase';
import { freshRecord } from '../traffic';

const ACCOUNTS = 60;
const SECONDS = 10;

/** Milliseconds from a request to the provider's first sight of it: each account sends one password a second. */
export async function measureTenants({ bed, figures, say }: PhaseContext): Promise<void> {
  const accounts: string[] = [];
  for (let i = 0; i < ACCOUNTS; i++) accounts.push(await makeAccount(bed, `tenant-${i}`));
  await bed.script({ record: true });
  const sentAtMs = new Map<string, number>();
  const begunAt = Date.now();
  const sends: Promise<unknown>[] = [];
  for (let i = 0; i < ACCOUNTS * SECONDS; i++) {
    await sleep(Math.max(0, begunAt + (i * 1_000) / ACCOUNTS - Date.now()));
    const { to, body, mid } = freshRecord();
    sentAtMs.set(to, Date.now());
    const record = { from: 'HELIOG', service: 'T', to, body, mid };
    sends.push(
      bed.call('POST', `${bed.api}/clevertap/v1/messages`, record, { 'x-account-id': accounts[i % ACCOUNTS]! }),
    );
  }
  await Promise.all(sends);
  const expected = sentAtMs.size;
  await waitFor('all passwords have left', async () => (await bed.counts()).submissions >= expected, PHASE_DEADLINE_MS);
  countMishaps(figures, expected, await bed.counts());
  const took = await waysOf(bed, sentAtMs);
  figures.otp_many_tenants_p99_ms = percentile(took, 0.99);
  say(
    `  ${ACCOUNTS} accounts, a password a second each: ${percentile(took, 0.5)} ms in the middle, ${took.at(-1)} at most`,
  );
}

/** Nothing is registered for the texts of a bench, and they leave at any time of day. */
const AT_ANY_TIME = { indiaStrict: false, promotionalOutsideWindow: 'send' };

/** An account with a gateway that leads to an account of that name at the simulator; returns its id. */
export async function makeAccount(bed: Bed, name: string): Promise<string> {
  const { id } = await bed.call<{ id: string }>('POST', `${bed.api}/api/v1/accounts`, { ...AT_ANY_TIME, name });
  const gateway = {
    provider: 'infobip',
    name: 'Simulator',
    credentials: { apiKey: 'simulator' },
    baseUrl: `${bed.simulator}/infobip/${name}`,
    sendingPattern: 'loop',
    defaultSender: 'HELIOG',
  };
  await bed.call('POST', `${bed.api}/api/v1/gateways`, gateway, { 'x-account-id': id });
  return id;
}

/**
 * Milliseconds from requests to the vendor's first sight of their messages, sorted.
 * @param sentAtMs by number, epoch milliseconds.
 * @param account at the simulator; absent = all.
 */
export async function waysOf(bed: Bed, sentAtMs: ReadonlyMap<string, number>, account?: string): Promise<number[]> {
  const filter = account === undefined ? '' : `&account=${account}`;
  const url = `${bed.simulator}/control/messages?limit=${2 * sentAtMs.size}${filter}`;
  const { messages } = await bed.call<{ messages: { to: string; times: string[] }[] }>('GET', url);
  const seenMs = new Map(messages.map(({ to, times }) => [to.replace('+', ''), Date.parse(times[0]!)]));
  return [...sentAtMs].map(([to, at]) => seenMs.get(to.slice(1))! - at).sort((a, b) => a - b);
}
