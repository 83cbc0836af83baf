/** A Node process of ours as a supervised service. */
import { fork } from 'node:child_process';
import { withPrivateFiles } from '../embedded/private-files';
import type { LifecycleMessage } from '../lifecycle';
import type { RunningService, Service } from './supervisor';

/** Stopping: a little more than a process gives itself (lifecycle.ts). */
const DEADLINES = { readyMs: 60_000, stopMs: 12_000 };

export interface ChildOptions {
  /** Flags of Node itself. */
  nodeFlags?: readonly string[];
  deadlines?: typeof DEADLINES;
  /** Leave out what it writes on its standard output and error. */
  isQuiet?: boolean;
}

/**
 * A service that forks `entry` and counts as started when it reports `ready`.
 * @param env The child's whole environment.
 * @param options.deadlines After `readyMs` an unready child counts as failed, after `stopMs` an unstopped one is killed.
 */
export function childService(name: string, entry: string, env: NodeJS.ProcessEnv, options: ChildOptions = {}): Service {
  return { name, start: () => startChild(name, entry, env, options) };
}

async function startChild(
  name: string,
  entry: string,
  env: NodeJS.ProcessEnv,
  { nodeFlags = [], deadlines = DEADLINES, isQuiet = false }: ChildOptions,
): Promise<RunningService> {
  // A process group of its own: Ctrl-C must reach the supervisor only, which stops the services in order.
  const output = isQuiet ? 'ignore' : 'inherit';
  const child = withPrivateFiles(() =>
    fork(entry, [], {
      env,
      detached: true,
      execArgv: [...nodeFlags],
      stdio: ['ignore', output, output, 'ipc'],
    }),
  );
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlines.stopMs);
    await exited;
    clearTimeout(timer);
  };
  const failure = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(`was not ready within ${deadlines.readyMs} ms`), deadlines.readyMs);
    child.on('message', (message: LifecycleMessage) => {
      clearTimeout(timer);
      resolve(message.type === 'ready' ? undefined : message.message);
    });
    void exited.then((reason) => {
      clearTimeout(timer);
      resolve(`ended before it was ready (${reason}); its messages are above`);
    });
  });
  if (failure === undefined) return { pid: child.pid!, exited, stop };
  await stop();
  throw new Error(`${name} could not start: ${failure}`);
}
