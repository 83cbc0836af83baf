/**
 * Servers that are not ours but that we run: Postgres and Temporal. They get a process group of their own, so that
 * Ctrl-C reaches only the supervisor, which then stops them in order; and a guard that stops them should the supervisor
 * be killed outright.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { withPrivateFiles } from './private-files';
import { systemEnvironment } from './server-environment';

const POLL_MS = 50;
/** How long a server has for its own shutdown before SIGKILL. */
const STOP_DEADLINE_MS = 10_000;

/** Time for the other processes of a killed supervisor to finish what they are writing. */
const GUARD_DELAY_SECONDS = 3;

/** A running server. `exited` resolves with the reason ("exit code 1", "SIGKILL") and never rejects. */
export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<string>;
  /** Asks the server to shut down, kills it after 10 s, and resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  command: string;
  args: string[];
  /** Signal that asks this server for a clean shutdown. */
  stopSignal: 'SIGINT' | 'SIGTERM';
  /** Standard output and error are appended here; discarded when absent. */
  logFile?: string;
  /** User and group to run as; only root may set them. */
  identity?: { uid: number; gid: number };
}

/**
 * Starts a server process. It is told none of our settings, and nobody else may read its files.
 * @throws Error when the program can't be run at all.
 */
export async function launchServer(options: LaunchOptions): Promise<ServerProcess> {
  const log = options.logFile === undefined ? undefined : openSync(options.logFile, 'a', 0o600);
  const output = log ?? 'ignore';
  const child = withPrivateFiles(() =>
    spawn(options.command, options.args, {
      ...options.identity,
      env: systemEnvironment(),
      stdio: ['ignore', output, output],
      detached: true,
    }),
  );
  if (log !== undefined) closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${options.command} can't be run: ${error.message}.`)));
  });
  const pid = child.pid!;
  const guard = guardProcess(pid, options.stopSignal);
  void exited.then(() => guard.kill('SIGKILL'));
  return {
    pid,
    exited,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(options.stopSignal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** A shell that waits for its standard input to close, which happens when this process dies, and then signals `pid`. */
function guardProcess(pid: number, signal: 'SIGINT' | 'SIGTERM'): ChildProcess {
  const script = `read -r _; sleep ${GUARD_DELAY_SECONDS}; kill -${signal.slice('SIG'.length)} ${pid}`;
  const guard = spawn('/bin/sh', ['-c', script], {
    env: systemEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without a shell the server merely outlives a killed supervisor; the next start stops it.
  guard.on('error', () => undefined);
  guard.unref();
  return guard;
}

/** Command line of a live process, arguments separated by spaces; `undefined` when there is none or it is a zombie. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  try {
    const line =
      process.platform === 'linux'
        ? (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
        : (await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])).stdout;
    return line.trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Stops a server that outlived an earlier supervisor. Does nothing unless the command line of `pid` contains every one
 * of `marks`: the number may have gone to another program since.
 */
export async function stopLeftover(
  pid: number,
  marks: string[],
  stopSignal: LaunchOptions['stopSignal'],
): Promise<void> {
  const isOurs = async () => {
    const line = await commandLineOf(pid);
    return line !== undefined && marks.every((mark) => line.includes(mark));
  };
  if (!(await isOurs())) return;
  const killAt = Date.now() + STOP_DEADLINE_MS;
  signalIfAlive(pid, stopSignal);
  while (await isOurs()) {
    if (Date.now() > killAt) signalIfAlive(pid, 'SIGKILL');
    await sleep(POLL_MS);
  }
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
