/** Keeps services running: restarts what dies, with back-off, and stops everything in reverse order of its start. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging';

/** A started service. `exited` resolves with the reason and never rejects. */
export interface RunningService {
  readonly pid: number;
  readonly exited: Promise<string>;
  /** Resolves when the process is gone; bounded by a deadline of the service's own. */
  stop(): Promise<void>;
}

export interface Service {
  readonly name: string;
  /** Starts the process and resolves when it is ready; called again after each death. */
  start(): Promise<RunningService>;
}

export interface RestartPolicy {
  /** Pause before the first restart; it doubles with each further death. */
  firstDelayMs: number;
  maxDelayMs: number;
  /** A service that ran this long starts again with the first pause. */
  healthyMs: number;
}

const RESTART_POLICY: RestartPolicy = { firstDelayMs: 250, maxDelayMs: 30_000, healthyMs: 60_000 };

/** Pause before restart number `restarts` (0 = first since the service was last healthy), in milliseconds. */
export function restartDelayMs(restarts: number, policy: RestartPolicy = RESTART_POLICY): number {
  return Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** restarts);
}

interface Kept {
  service: Service;
  running?: RunningService;
  /** Ends when the service is stopped for good. */
  kept: Promise<void>;
}

export class Supervisor {
  private readonly services: Kept[] = [];
  private readonly stopping = new AbortController();
  private stopped?: Promise<void>;

  constructor(
    private readonly logger: Logger,
    private readonly policy: RestartPolicy = RESTART_POLICY,
    /** Called whenever the set of running processes changed; a service has started once that is done. */
    private readonly changed: (running: { name: string; pid: number }[]) => Promise<void> = () => Promise.resolve(),
  ) {}

  /**
   * Starts a service for the first time and keeps it running from then on.
   * @throws The service's error when this first start fails, and when {@link stop} was called meanwhile.
   */
  async start(service: Service): Promise<void> {
    this.stopping.signal.throwIfAborted();
    const entry: Kept = { service, kept: Promise.resolve() };
    this.services.push(entry);
    entry.running = await service.start();
    await this.report();
    if (this.stopping.signal.aborted) {
      await entry.running.stop();
      this.stopping.signal.throwIfAborted();
    }
    entry.kept = this.keep(entry);
  }

  /** Stops all services, the last started first. Resolves when all are gone; further calls wait for the same end. */
  stop(): Promise<void> {
    this.stopped ??= this.stopInOrder();
    return this.stopped;
  }

  private async stopInOrder(): Promise<void> {
    this.stopping.abort(new Error('stopped'));
    for (const entry of this.services.toReversed()) {
      await entry.running?.stop();
      await entry.kept;
    }
  }

  private async keep(entry: Kept): Promise<void> {
    let restarts = 0;
    while (entry.running !== undefined) {
      const since = Date.now();
      const reason = await entry.running.exited;
      entry.running = undefined;
      await this.reportOrLog();
      if (this.stopping.signal.aborted) return;
      if (Date.now() - since >= this.policy.healthyMs) restarts = 0;
      let why = reason;
      while (entry.running === undefined) {
        const delayMs = restartDelayMs(restarts++, this.policy);
        this.logger.error({ service: entry.service.name, reason: why, delayMs }, 'a service ended and is restarted');
        try {
          await sleep(delayMs, undefined, { signal: this.stopping.signal });
        } catch {
          return;
        }
        try {
          entry.running = await entry.service.start();
        } catch (error) {
          if (this.stopping.signal.aborted) return;
          why = error instanceof Error ? error.message : String(error);
        }
      }
      await this.reportOrLog();
      if (this.stopping.signal.aborted) return entry.running.stop();
    }
  }

  private report(): Promise<void> {
    return this.changed(
      this.services.flatMap(({ service, running }) => (running ? [{ name: service.name, pid: running.pid }] : [])),
    );
  }

  /** Of a service that has run before: it is kept running, whatever becomes of the report. */
  private async reportOrLog(): Promise<void> {
    await this.report().catch((error: unknown) => this.logger.error({ err: error }, 'what runs could not be recorded'));
  }
}
