/** A supervised service that can be struck: killed and kept away for a while, or frozen. */
import type { RunningService, Service } from '../up/supervisor';

export interface Victim {
  /** To be supervised in place of the service itself. */
  service: Service;
  /** False while it is away, or on its way back. */
  readonly isRunning: boolean;
  /** How often it ended although nobody killed it. */
  readonly ownEnds: string[];
  /** SIGKILL. Resolves when it is gone; it comes back after {@link release}. False: it does not run. */
  kill(): Promise<boolean>;
  release(): void;
  /** SIGSTOP, to it and what belongs to it. False: it does not run. */
  freeze(): Promise<boolean>;
  thaw(): void;
}

/** @param belongings further processes of a running service, that are frozen with it: asked for when it is frozen. */
export function makeVictim(service: Service, belongings: () => Promise<number[]> = async () => []): Victim {
  let running: RunningService | null = null;
  let release = (): void => undefined;
  let held = Promise.resolve();
  let isKilled = false;
  let frozen: number[] = [];
  const ownEnds: string[] = [];
  const signal = (pid: number, name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name);
    } catch (error) {
      // A process of a server may end on its own.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    service: {
      name: service.name,
      async start() {
        await held;
        const started = await service.start();
        running = started;
        isKilled = false;
        void started.exited.then((reason) => {
          running = null;
          if (!isKilled) ownEnds.push(reason);
        });
        const stop = (): Promise<void> => {
          isKilled = true;
          return started.stop();
        };
        return { ...started, stop };
      },
    },
    get isRunning() {
      return running !== null;
    },
    ownEnds,
    async kill() {
      if (running === null) return false;
      held = new Promise((resolve) => (release = resolve));
      isKilled = true;
      signal(running.pid, 'SIGKILL');
      await running.exited;
      return true;
    },
    release: () => release(),
    async freeze() {
      if (running === null) return false;
      const { pid } = running;
      const before = await belongings();
      // First the one that would start others.
      signal(pid, 'SIGSTOP');
      frozen = [pid, ...(await belongings().catch(() => before))];
      for (const each of frozen) signal(each, 'SIGSTOP');
      return true;
    },
    thaw() {
      for (const pid of frozen.splice(0)) signal(pid, 'SIGCONT');
    },
  };
}
