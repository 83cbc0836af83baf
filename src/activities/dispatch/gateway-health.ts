/**
 * The health of gateways as this process sees it: every request is timed and classified, the counts are written to
 * Postgres a few times a second, and the answer says which breakers are open. So a healthy gateway costs one small
 * write per interval, and an open breaker is seen within one by every process that sends over the gateway.
 */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { DURATION_BUCKETS, bucketOf } from '../../core/gateways/health';
import { OutboundError } from '../../outbound/errors';
import type { Provider, SubmitResult } from '../../providers/provider';
import {
  endProbe,
  takeProbe,
  recordRequests,
  type BreakerReading,
  type RequestCounts,
} from '../../store/gateways/breaker';
import { GATEWAY_DOWN } from './interpret';

/** How long counts may wait to be written. */
const FLUSH_MS = 250;
/** So many failures in a row are written at once: they may open the breaker. */
const FLUSH_AT_FAILURES = 5;

export interface WatchedGateway {
  id: string;
  account_id: string;
}

export interface GatewayHealthDeps {
  pool: Pool;
  log: { warn(fields: object, message: string): void };
  /** A gateway answers again. */
  onClosed(gateway: WatchedGateway): Promise<void>;
}

/** How one request went, for the breaker; `throttled` says nothing about the gateway. */
type Verdict = 'answered' | 'failed' | 'throttled';

interface Counted extends RequestCounts {
  latency: number[];
}

export class GatewayHealthMonitor {
  /** Counted since the last flush. */
  private readonly counts = new Map<string, Counted>();
  /** Until when a breaker is open, by the clock of this process. */
  private readonly openUntil = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private flushing = false;

  constructor(private readonly deps: GatewayHealthDeps) {}

  /** Takes over what Postgres says of a breaker. @param waitMs until the next probe may leave. */
  update(gatewayId: string, breaker: BreakerReading['breaker'], waitMs: number): void {
    if (breaker === 'closed') this.openUntil.delete(gatewayId);
    // Due for a probe is still open for all who don't have it.
    else this.openUntil.set(gatewayId, performance.now() + Math.max(waitMs, FLUSH_MS));
  }

  /** True while nothing may be claimed for the gateway. */
  isOpen(gatewayId: string): boolean {
    return this.openForMs(gatewayId) > 0;
  }

  /** The provider with its submissions watched, and refused as `transient` while the breaker is open. */
  watch(gatewayId: string, provider: Provider): Provider {
    const submit = this.counting(gatewayId, provider, () => undefined);
    return {
      ...provider,
      submit: (config, messages, http, signal) => {
        const openMs = this.openForMs(gatewayId);
        return openMs > 0 ? Promise.reject(notTried(openMs)) : submit(config, messages, http, signal);
      },
    };
  }

  /**
   * Runs a probe if this process may: with the provider watched for it alone, let through the breaker. Its first
   * request decides. Null when another worker has the probe, or the wait is not over.
   */
  async probe<T>(
    gateway: WatchedGateway,
    provider: Provider,
    run: (provider: Provider) => Promise<T>,
  ): Promise<T | null> {
    const probe = randomUUID();
    if (!(await takeProbe(this.deps.pool, gateway.id, probe))) return null;
    let verdict: Verdict | undefined;
    const submit = this.counting(gateway.id, provider, (first) => {
      verdict ??= first;
    });
    try {
      return await run({ ...provider, submit });
    } finally {
      await this.endProbe(gateway, probe, verdict);
    }
  }

  /** @param verdict of the probe's first request; undefined when it made none. */
  private async endProbe(gateway: WatchedGateway, probe: string, verdict: Verdict | undefined): Promise<void> {
    // A gateway that asks to be called later (`throttled`) has answered.
    const result = verdict === undefined ? 'unused' : verdict === 'failed' ? 'failed' : 'answered';
    const ended = await endProbe(this.deps.pool, gateway.id, probe, result);
    if (!ended || result !== 'answered') return;
    this.openUntil.delete(gateway.id);
    this.deps.log.warn({ gatewayId: gateway.id }, 'gateway up: it answers again');
    await this.deps.onClosed(gateway);
  }

  /** The provider's `submit`, every request timed and counted. @param onVerdict told how each request went. */
  private counting(gatewayId: string, provider: Provider, onVerdict: (verdict: Verdict) => void): Provider['submit'] {
    return (config, messages, http, signal) => {
      const startedAt = performance.now();
      const done = (answers: readonly SubmitResult[]): void => {
        const verdict = verdictOf(answers);
        this.count(gatewayId, verdict, performance.now() - startedAt, answers, messages.length);
        onVerdict(verdict);
      };
      // Promise callbacks instead of `async`: every request pays for what stands here.
      return provider.submit(config, messages, http, signal).then(
        (answers) => {
          done(answers);
          return answers;
        },
        (error: unknown) => {
          if (error instanceof OutboundError) {
            const { class: failure, clevertap, code, message: reason, retryAfterMs } = error;
            done([{ ok: false, class: failure, clevertap, code, reason, retryAfterMs }]);
          }
          throw error;
        },
      );
    };
  }

  private count(gatewayId: string, verdict: Verdict, ms: number, answers: readonly SubmitResult[], size: number): void {
    if (verdict === 'throttled') return;
    const counted = this.counts.get(gatewayId) ?? none(gatewayId);
    this.counts.set(gatewayId, counted);
    const accepted = answers.filter((answer) => answer.ok).length;
    counted.requests++;
    counted.accepted += accepted;
    counted.refused += size - accepted;
    counted.latency[bucketOf(ms)]!++;
    if (verdict === 'answered') {
      counted.streak = 0;
    } else {
      counted.failures++;
      counted.streak++;
      counted.reason = reasonOf(answers) ?? counted.reason;
    }
    if (counted.streak === FLUSH_AT_FAILURES) this.holdBack(gatewayId);
    else this.scheduleFlush();
  }

  private scheduleFlush(): void {
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes the counts to Postgres, and takes over what the breakers are then. */
  private async flush(): Promise<void> {
    const { pool, log } = this.deps;
    this.timer = undefined;
    if (this.flushing || this.counts.size === 0 || pool.ending) return;
    this.flushing = true;
    const counts = [...this.counts.values()];
    this.counts.clear();
    try {
      const { readings, opened } = await recordRequests(pool, counts);
      for (const { gatewayId, breaker, waitMs } of readings) this.update(gatewayId, breaker, waitMs);
      for (const { gatewayId, reason, waitMs } of opened) {
        log.warn({ gatewayId, reason, waitMs }, 'gateway down: its requests fail, so nothing is sent over it for now');
      }
    } catch (err) {
      // Lost counts are not repeated: the next flush says enough about the gateway.
      log.warn({ err }, 'the health of gateways could not be told');
    } finally {
      this.flushing = false;
      const failing = [...this.counts.values()].filter(({ streak }) => streak >= FLUSH_AT_FAILURES);
      for (const { gatewayId } of failing) this.holdBack(gatewayId);
      if (this.counts.size > 0) this.scheduleFlush();
    }
  }

  /** Keeps requests back until Postgres has judged the failures: a gateway can fail faster than that. */
  private holdBack(gatewayId: string): void {
    this.openUntil.set(gatewayId, performance.now() + FLUSH_MS);
    void this.flush();
  }

  private openForMs(gatewayId: string): number {
    return (this.openUntil.get(gatewayId) ?? 0) - performance.now();
  }
}

function none(gatewayId: string): Counted {
  const latency = Array.from({ length: DURATION_BUCKETS }, () => 0);
  return { gatewayId, requests: 0, failures: 0, streak: 0, accepted: 0, refused: 0, latency, reason: null };
}

/** Never left: it costs the message no try and comes back when the next probe is due. */
function notTried(openMs: number): OutboundError {
  return new OutboundError({
    class: 'transient',
    code: GATEWAY_DOWN,
    reason: 'not sent: the gateway does not answer',
    retryAfterMs: Math.ceil(openMs),
  });
}

/**
 * A request failed when every message in it met a passing or an unclear failure. One that the vendor wants later
 * (`Retry-After`, HTTP 429) says that the pace is too high, not that the gateway is down.
 */
export function verdictOf(answers: readonly SubmitResult[]): Verdict {
  let throttled = false;
  for (const answer of answers) {
    if (answer.ok || (answer.class !== 'transient' && answer.class !== 'unknown')) return 'answered';
    if (answer.class === 'transient' && (answer.retryAfterMs !== undefined || answer.code === 'http-429'))
      throttled = true;
  }
  return throttled ? 'throttled' : 'failed';
}

function reasonOf(answers: readonly SubmitResult[]): string | null {
  const refused = answers.find((answer) => !answer.ok);
  return refused === undefined ? null : refused.reason;
}
