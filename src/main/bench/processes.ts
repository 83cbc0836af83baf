/** What the supervised processes take of the machine, by the accounts of Linux. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** CPU time by process, in microseconds; `postgres` is its server with all its backends. */
export type CpuTimes = Record<string, number>;

/** Clock ticks of /proc: USER_HZ, which is 100 on every architecture that Node runs on. */
const TICK_US = 10_000;

interface Child {
  name: string;
  pid: number;
}

async function supervised(dataDir: string): Promise<Child[]> {
  const file = await readFile(path.join(dataDir, 'supervisor.json'), 'utf8');
  return (JSON.parse(file) as { children: Child[] }).children;
}

/** Resident memory of worker and api together, MB. */
export async function readRssMb(dataDir: string): Promise<number> {
  const measured = (await supervised(dataDir)).filter(({ name }) => name === 'worker' || name === 'api');
  const sizes = await Promise.all(measured.map(({ pid }) => residentMb(pid)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1_024;
}

/** Ends the worker as a crash does; its supervisor starts another one. Resolves when it is gone. */
export async function killWorker(dataDir: string): Promise<void> {
  const { pid } = (await supervised(dataDir)).find(({ name }) => name === 'worker')!;
  process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await sleep(10);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** CPU time that each supervised process has taken until now, with its children; nothing where there is no /proc. */
export async function readCpuTimes(dataDir: string): Promise<CpuTimes> {
  if (process.platform !== 'linux') return {};
  const children = await supervised(dataDir);
  const processes = await listProcesses();
  const ticksOf = (pid: number): number => {
    const own = processes.find((process) => process.pid === pid)?.ticks ?? 0;
    return processes.filter(({ parent }) => parent === pid).reduce((sum, child) => sum + ticksOf(child.pid), own);
  };
  return Object.fromEntries(children.map(({ name, pid }) => [name, ticksOf(pid) * TICK_US]));
}

interface Process {
  pid: number;
  parent: number;
  /** Of itself, and of children that have ended. */
  ticks: number;
}

async function listProcesses(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(readProcess));
  return found.filter((process) => process !== null);
}

/** Null when it has ended meanwhile. */
async function readProcess(pid: string): Promise<Process | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // A name may have blanks and parentheses: what follows begins behind the last of them (proc_pid_stat(5), field 3).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number(pid), parent: Number(fields[1]), ticks };
}

/**
 * Microseconds per message by process between two readings, and their `sum`; the simulator's are not ours. Null where
 * nothing was read.
 */
export function cpuPerMessage(before: CpuTimes, after: CpuTimes, messages: number): CpuTimes | null {
  const measured = Object.keys(after).filter((name) => name !== 'simulator');
  const each = measured.map((name): [string, number] => [name, (after[name]! - (before[name] ?? 0)) / messages]);
  if (each.length === 0) return null;
  return { ...Object.fromEntries(each), sum: each.reduce((sum, [, us]) => sum + us, 0) };
}

const SAMPLE_MS = 500;

/** Samples the memory of worker and api until it is stopped. */
export function watchMemory({ rssMb }: { rssMb(): Promise<number> }) {
  let running = true;
  let peakMb = 0;
  const watching = (async () => {
    while (running) {
      peakMb = Math.max(peakMb, await rssMb());
      await sleep(SAMPLE_MS);
    }
  })();
  return {
    /** @returns the largest sum seen, MB. */
    async stop(): Promise<number> {
      running = false;
      await watching;
      return peakMb;
    },
  };
}
