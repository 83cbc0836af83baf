/** Judges of the machine and its settings: clock, disk, keys, the address that providers call. */
import { counted, fail, listOf, ok, warn, type Finding } from './finding';

const CLOCK_WARN_MS = 2_000;
const CLOCK_FAIL_MS = 30_000;

/**
 * @param facts `aheadMs`: by how much this machine's clock is ahead of Postgres'; `withinMs`: how sure that is.
 */
export function judgeClock({ aheadMs, withinMs }: { aheadMs: number; withinMs: number }): Finding {
  const offMs = Math.abs(aheadMs) - withinMs;
  if (offMs < CLOCK_WARN_MS) return ok('clock', 'The clocks of this machine and of Postgres agree.');
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const sentence = `The clock of this machine is ${counted(seconds, 'second')} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of Postgres: times, windows and signatures are off by as much.`;
  const remedy = 'Let both machines follow a time server (chrony, systemd-timesyncd).';
  return offMs < CLOCK_FAIL_MS ? warn('clock', sentence, remedy) : fail('clock', sentence, remedy);
}

const GB = 1_000_000_000;

/** @param facts bytes. */
export function judgeDisk({ folder, free, total }: { folder: string; free: number; total: number }): Finding {
  const share = total === 0 ? 0 : free / total;
  const left = `${(free / GB).toFixed(1)} GB of ${(total / GB).toFixed(1)} GB`;
  if (free < GB || (share < 0.02 && free < 5 * GB)) {
    return fail(
      'disk',
      `The disk of ${folder} is nearly full: ${left} are free. Postgres stops when it is.`,
      'Free space or enlarge the disk now; HELIOGRAPH_KEEP_MONTHS drops what is older by whole quarters.',
    );
  }
  if (share < 0.1 && free < 20 * GB) {
    return warn(
      'disk',
      `The disk of ${folder} fills up: ${left} are free.`,
      'Enlarge the disk; HELIOGRAPH_KEEP_MONTHS drops what is older by whole quarters.',
    );
  }
  return ok('disk', `The disk of ${folder} has ${left} free.`);
}

/** A master key, as its strength is judged; never the key. */
export interface KeyFacts {
  id: string;
  /** Why it is no random key; null = nothing speaks against it. */
  weakness: string | null;
}

export function judgeMasterKeys({ keys, production }: { keys: readonly KeyFacts[]; production: boolean }): Finding {
  const weak = keys.filter(({ weakness }) => weakness !== null);
  const [first] = weak;
  if (first === undefined) {
    return ok(
      'master-key',
      `${counted(keys.length, 'master key')}, and nothing speaks against ${keys.length === 1 ? 'it' : 'them'}.`,
    );
  }
  const sentence = `The master key ${first.id} ${first.weakness}: whoever guesses it opens every credential.`;
  const remedy =
    'Draw one (openssl rand -base64 32), put it first in HELIOGRAPH_MASTER_KEYS=id:key,… with the old one behind it, and run `heliograph keys reseal`.';
  return production ? fail('master-key', sentence, remedy) : warn('master-key', sentence, remedy);
}

export interface PublicUrlFacts {
  url: string;
  production: boolean;
  isLoopback: boolean;
  /** Why the API was not found there; null = it answered. */
  problem: string | null;
  /** Gateways of providers that are not on this machine. */
  remoteGateways: number;
}

export function judgePublicUrl({ url, production, isLoopback, problem, remoteGateways }: PublicUrlFacts): Finding {
  if (isLoopback && (production || remoteGateways > 0)) {
    const judge = production ? fail : warn;
    return judge(
      'public-url',
      `Providers are told to report to ${url}, which is this machine’s own address: their receipts can’t come.`,
      'Set HELIOGRAPH_PUBLIC_URL to the https address at which the internet reaches this API.',
    );
  }
  if (problem !== null) {
    return fail(
      'public-url',
      `The public URL ${url} was asked for /healthz and did not answer as this API: ${problem}.`,
      'See that DNS, TLS and proxy lead from HELIOGRAPH_PUBLIC_URL to this API. If it answers from outside, let this machine reach it, too.',
    );
  }
  return ok('public-url', `The API answers at ${url}.`);
}

/** @param problems what readers of the environment found, a line each; `mistakes`: variables that nobody reads. */
export function judgeSettings(problems: readonly string[], mistakes: readonly string[]): Finding {
  if (problems.length > 0) {
    return fail(
      'settings',
      `The environment has ${counted(problems.length, 'problem')}: ${listOf(problems)}.`,
      'Correct the variables named; docs/configuration.md has all of them.',
    );
  }
  if (mistakes.length > 0) {
    return warn('settings', `${listOf(mistakes)}.`, 'Correct the names, or unset them: nothing reads them.');
  }
  return ok('settings', 'The settings are right.');
}
