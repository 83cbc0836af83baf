/**
 * What this process sees of its gateways: every submission is timed and classified, counts are told to Postgres a few
 * times a second, and the answer says which breakers are open. So a healthy gateway costs one small write per interval,
 * and an open breaker is seen by every process that sends over it within one.
 */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { DURATION_BUCKETS, bucketOf } from '../../core/gateways/health';
import { ProviderError } from '../../outbound/errors';
import type { Provider, SubmitResult } from '../../providers/provider';
import { endProbe, takeProbe, tellBeats, type BreakerReading, type GatewayBeat } from '../../store/gateways/breaker';

/** How long counts may wait to be told. */
const TELL_MS = 250;
/** So many failures in a row are told at once: they may open the breaker. */
const TELL_AT_FAILURES = 5;

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

export interface GatewayHealthMonitor {
  /** Takes over what Postgres says of a breaker. @param waitMs until the next probe may leave. */
  learn(gatewayId: string, breaker: BreakerReading['breaker'], waitMs: number): void;
  /** True while nothing may be claimed for the gateway. */
  isOpen(gatewayId: string): boolean;
  /** The provider with its submissions watched, and refused as `transient` while the breaker is open. */
  watch(gatewayId: string, provider: Provider): Provider;
  /**
   * Runs a probe if this process may: with the provider watched for it alone, let through the breaker. Its first
   * request decides. Null when another worker has the probe, or the wait is not over.
   */
  probe(
    gateway: WatchedGateway,
    provider: Provider,
    run: (provider: Provider) => Promise<number>,
  ): Promise<number | null>;
}

interface Counted extends GatewayBeat {
  latency: number[];
}

export function createGatewayHealth({ pool, log, onClosed }: GatewayHealthDeps): GatewayHealthMonitor {
  const counts = new Map<string, Counted>();
  /** Until when, by the clock of this process. */
  const openUntil = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let telling = false;

  const openForMs = (gatewayId: string): number => (openUntil.get(gatewayId) ?? 0) - performance.now();

  function learn(gatewayId: string, breaker: BreakerReading['breaker'], waitMs: number): void {
    if (breaker === 'closed') openUntil.delete(gatewayId);
    // Due for a probe is still open for all who don't have it.
    else openUntil.set(gatewayId, performance.now() + Math.max(waitMs, TELL_MS));
  }

  async function tell(): Promise<void> {
    timer = undefined;
    if (telling || counts.size === 0 || pool.ending) return;
    telling = true;
    const beats = [...counts.values()];
    counts.clear();
    try {
      const { readings, opened } = await tellBeats(pool, beats);
      for (const { gatewayId, breaker, waitMs } of readings) learn(gatewayId, breaker, waitMs);
      for (const { gatewayId, reason, waitMs } of opened) {
        log.warn({ gatewayId, reason, waitMs }, 'gateway down: its requests fail, so nothing is sent over it for now');
      }
    } catch (err) {
      // Counts are not worth a try: the next ones will tell.
      log.warn({ err }, 'the health of gateways could not be told');
    } finally {
      telling = false;
      const failing = [...counts.values()].filter(({ streak }) => streak >= TELL_AT_FAILURES);
      for (const { gatewayId } of failing) holdBack(gatewayId);
      if (counts.size > 0) schedule();
    }
  }

  /** Nothing more is tried until Postgres has said what it makes of the failures: failing can be fast. */
  function holdBack(gatewayId: string): void {
    openUntil.set(gatewayId, performance.now() + TELL_MS);
    void tell();
  }

  function schedule(): void {
    timer ??= setTimeout(() => void tell(), TELL_MS).unref();
  }

  function count(
    gatewayId: string,
    verdict: Verdict,
    ms: number,
    answers: readonly SubmitResult[],
    size: number,
  ): void {
    if (verdict === 'throttled') return;
    const counted = counts.get(gatewayId) ?? none(gatewayId);
    counts.set(gatewayId, counted);
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
    if (counted.streak === TELL_AT_FAILURES) holdBack(gatewayId);
    else schedule();
  }

  /** @param onVerdict told how each request went. */
  function submitOf(gatewayId: string, provider: Provider, onVerdict: (verdict: Verdict) => void): Provider['submit'] {
    return (config, messages, http, signal) => {
      const startedAt = performance.now();
      const done = (answers: readonly SubmitResult[]): void => {
        const verdict = verdictOf(answers);
        count(gatewayId, verdict, performance.now() - startedAt, answers, messages.length);
        onVerdict(verdict);
      };
      // Not async: it stands in the way of every request.
      return provider.submit(config, messages, http, signal).then(
        (answers) => {
          done(answers);
          return answers;
        },
        (error: unknown) => {
          if (error instanceof ProviderError) {
            const { class: failure, clevertap, code, message: reason, retryAfterMs } = error;
            done([{ ok: false, class: failure, clevertap, code, reason, retryAfterMs }]);
          }
          throw error;
        },
      );
    };
  }

  return {
    learn,
    isOpen: (gatewayId) => openForMs(gatewayId) > 0,

    watch(gatewayId, provider) {
      const submit = submitOf(gatewayId, provider, () => undefined);
      return {
        ...provider,
        submit: (config, messages, http, signal) => {
          const openMs = openForMs(gatewayId);
          return openMs > 0 ? Promise.reject(notTried(openMs)) : submit(config, messages, http, signal);
        },
      };
    },

    async probe(gateway, provider, run) {
      const gatewayId = gateway.id;
      const probe = randomUUID();
      if (!(await takeProbe(pool, gatewayId, probe))) return null;
      let verdict: Verdict | undefined;
      const submit = submitOf(gatewayId, provider, (first) => {
        verdict ??= first;
      });
      try {
        return await run({ ...provider, submit });
      } finally {
        // Who is told to come later is being answered.
        const result = verdict === undefined ? 'unused' : verdict === 'failed' ? 'failed' : 'answered';
        const ended = await endProbe(pool, gatewayId, probe, result);
        if (ended && result === 'answered') {
          openUntil.delete(gatewayId);
          log.warn({ gatewayId }, 'gateway up: it answers again');
          await onClosed(gateway);
        }
      }
    },
  };
}

function none(gatewayId: string): Counted {
  const latency = Array.from({ length: DURATION_BUCKETS }, () => 0);
  return { gatewayId, requests: 0, failures: 0, streak: 0, accepted: 0, refused: 0, latency, reason: null };
}

/** Never left: it costs the message no try and comes back when the next probe is due. */
function notTried(openMs: number): ProviderError {
  return new ProviderError({
    class: 'transient',
    code: 'gateway-down',
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
