/** Looks at this machine: its clock, its disk, and whether the address that providers call leads back to it. */
import fs from 'node:fs/promises';
import { isIP, isIPv4 } from 'node:net';
import type { Pool } from 'pg';
import type { Config } from '../../config';
import type { Finding } from '../../core/deployment/finding';
import { judgeClock, judgeDisk, judgePublicUrl } from '../../core/deployment/machine';
import { readClockMs } from '../../store/database';
import { listGatewayLooks } from '../../store/gateways/looks';
import { providerNamed } from '../../providers/registry';

const PUBLIC_URL_MS = 4_000;

/** Compares the clocks, by half of the time that the question took. */
export async function checkClock(pool: Pool, nowMs: () => number): Promise<Finding> {
  const before = nowMs();
  const there = await readClockMs(pool);
  const after = nowMs();
  return judgeClock({ aheadMs: (before + after) / 2 - there, withinMs: (after - before) / 2 });
}

/** @param folder of the data; where it is not there, the disk of this process is looked at. */
export async function checkDisk(folder: string): Promise<Finding> {
  const looked = await fs.access(folder).then(
    () => folder,
    () => process.cwd(),
  );
  const { bavail, blocks, bsize } = await fs.statfs(looked);
  return judgeDisk({ folder: looked, free: bavail * bsize, total: blocks * bsize });
}

/** Asks the public URL for the health of this API, as a provider's callback would find it. */
export async function checkPublicUrl(
  { publicUrl, production }: Pick<Config, 'publicUrl' | 'production'>,
  pool: Pool,
): Promise<Finding> {
  const remote = await listGatewayLooks(pool, null).then(
    (looks) => looks.filter(({ isActive, isDemo, ...look }) => isActive && !isDemo && !isLoopback(hostOf(look))).length,
    () => 0,
  );
  const { hostname } = new URL(publicUrl);
  return judgePublicUrl({
    url: publicUrl,
    production,
    isLoopback: isLoopback(hostname),
    problem: await problemAt(publicUrl),
    remoteGateways: remote,
  });
}

const hostOf = ({ baseUrl, provider }: { baseUrl: string | null; provider: string }): string => {
  const url = baseUrl ?? providerNamed(provider)?.defaultBaseUrl ?? '';
  return URL.canParse(url) ? new URL(url).hostname : '';
};

function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (isIP(name) === 0) return name === 'localhost' || name.endsWith('.localhost');
  return isIPv4(name) ? name.startsWith('127.') : name === '::1';
}

/** Why `/healthz` is not found there; null = it is. */
async function problemAt(publicUrl: string): Promise<string | null> {
  try {
    const signal = AbortSignal.timeout(PUBLIC_URL_MS);
    // A connection of its own: one that was kept from an earlier look says how that one ended, not whether anybody listens now.
    const headers = { connection: 'close' };
    const answer = await fetch(`${publicUrl}/healthz`, { redirect: 'manual', signal, headers });
    const text = await answer.text();
    if (answer.status !== 200) return `it answered ${answer.status}`;
    return text.includes('"status":"ok"') ? null : 'something else answers there';
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    return name === 'TimeoutError' ? 'no answer within 4 seconds' : (cause?.code ?? cause?.message ?? message);
  }
}
