/** What each of our processes is told by `npm start`: the settings that it reads, and of the rest what Node itself uses. */
import type { Variable } from '../../config';
import { systemEnvironment } from '../embedded/server-environment';

export type ChildName = 'api' | 'worker' | 'simulator';

const NOBODY: readonly ChildName[] = [];
const BOTH: readonly ChildName[] = ['api', 'worker'];

/** Who reads each setting. `npm start` reads all of them, and passes on no others. */
const READERS: Record<Variable, readonly ChildName[]> = {
  // In production it is asked for keys; the simulator has none.
  NODE_ENV: BOTH,
  // Part of the default of HELIOGRAPH_PUBLIC_URL.
  HELIOGRAPH_PORT: BOTH,
  HELIOGRAPH_BIND: ['api'],
  // Its disk is looked at.
  HELIOGRAPH_DATA_DIR: ['api'],
  HELIOGRAPH_ADMIN_KEY: ['api'],
  HELIOGRAPH_MASTER_KEY: BOTH,
  HELIOGRAPH_MASTER_KEYS: BOTH,
  DATABASE_URL: BOTH,
  HELIOGRAPH_DATABASE_OWNER_URL: NOBODY,
  TEMPORAL_ADDRESS: BOTH,
  TEMPORAL_NAMESPACE: BOTH,
  TEMPORAL_CLI_PATH: NOBODY,
  HELIOGRAPH_TEMPORAL_PORT: NOBODY,
  HELIOGRAPH_TEMPORAL_UI_PORT: NOBODY,
  TEMPORAL_UI_URL: ['api'],
  HELIOGRAPH_POSTGRES_PORT: NOBODY,
  // Part of the default of HELIOGRAPH_OUTBOUND_ALLOW.
  HELIOGRAPH_SIMULATOR_PORT: ['api', 'worker', 'simulator'],
  HELIOGRAPH_PUBLIC_URL: BOTH,
  HELIOGRAPH_TRUSTED_PROXIES: ['api'],
  HELIOGRAPH_OUTBOUND_ALLOW: BOTH,
  HELIOGRAPH_KEEP_MONTHS: ['worker'],
  HELIOGRAPH_WORKER_BUILD_ID: ['worker'],
  HELIOGRAPH_METRICS_PORT: BOTH,
  HELIOGRAPH_METRICS_BIND: BOTH,
  HELIOGRAPH_ACCOUNT_LIMITS: ['api'],
  HELIOGRAPH_ALLOW_INSECURE: BOTH,
  LOG_LEVEL: ['api', 'worker', 'simulator'],
};

/** Node: memory, certificates, colours of a terminal. */
const NODE = /^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS|TERM|COLORTERM|NO_COLOR|FORCE_COLOR)$/;
/** Settings of libraries that api and worker connect through: Temporal's (API key, TLS, profile), libpq's, proxies. */
const CONNECTIONS =
  /^(TEMPORAL_\w+|PG[A-Z]+|SSL_CERT_(FILE|DIR)|XDG_CONFIG_HOME|((https?|grpc|no|no_grpc)_proxy|(HTTPS?|NO)_PROXY))$/;

/**
 * The environment of one process.
 * @param source what there is: the supervisor's environment, and what it has worked out.
 */
export function environmentOf(child: ChildName, source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const chosen = Object.entries(source).filter(([name]) => {
    const readers = (READERS as Record<string, readonly ChildName[]>)[name];
    if (readers !== undefined) return readers.includes(child);
    return NODE.test(name) || (child !== 'simulator' && CONNECTIONS.test(name));
  });
  return { ...systemEnvironment(source), ...Object.fromEntries(chosen) };
}
