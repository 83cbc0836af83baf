/** Connecting to Temporal: its settings, and a client connection that survives its absence. */
import { setTimeout as delay } from 'node:timers/promises';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Tries of one call within some 2 s; whoever calls tries again on its own terms. */
const ATTEMPTS = 5;
const TIMER_SLACK_MS = 100;

export interface TemporalSettings {
  namespace: string;
  /** Fit `Connection` and `NativeConnection` alike. */
  options: { address: string; apiKey?: string; metadata?: Record<string, string>; tls?: boolean };
}

/**
 * Address, namespace, TLS and API key from the `TEMPORAL_*` variables, as all Temporal tools read them.
 * @throws Error when no address is set.
 */
export function temporalSettings(own: { address?: string; namespace: string }): TemporalSettings {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = own.address ?? connectionOptions.address;
  if (address === undefined) throw new Error('TEMPORAL_ADDRESS is not set: name the Temporal server');
  return {
    namespace: namespace ?? own.namespace,
    options: { ...(connectionOptions as Omit<TemporalSettings['options'], 'address'>), address },
  };
}

/** A lazy connection: the api accepts sends while Temporal is away. */
export function connectTemporal({ options }: TemporalSettings): { connection: Connection; close(): Promise<void> } {
  const retries = closableRetries();
  const connection = Connection.lazy({ ...options, interceptors: [retries.interceptor] });
  return {
    connection,
    async close() {
      await retries.end();
      await connection.close();
    },
  };
}

/**
 * The SDK's retries of a call, which can be ended: one that strikes after its connection was closed throws from a timer,
 * and that would end the process.
 */
function closableRetries() {
  const { delayFunction, retryableDecider } = defaultGrpcRetryOptions({ maxAttempts: ATTEMPTS });
  let ended = false;
  let lastRetryAtMs = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !ended && retryableDecider(attempt, status),
    delayFunction(attempt, status) {
      const delayMs = delayFunction(attempt, status);
      lastRetryAtMs = Math.max(lastRetryAtMs, Date.now() + delayMs);
      return delayMs;
    },
  });
  return {
    interceptor,
    /** Resolves once the retries that are already planned have begun; there are no further ones. */
    async end(): Promise<void> {
      ended = true;
      const waitMs = lastRetryAtMs - Date.now();
      if (waitMs > -TIMER_SLACK_MS) await delay(waitMs + TIMER_SLACK_MS);
    },
  };
}
