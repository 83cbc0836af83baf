/**
 * The one reader of environment variables. Every process calls {@link readConfig} once, at its start; all problems are
 * reported together, each naming the variable, the value and a remedy.
 */
import path from 'node:path';
import { z } from 'zod';

/** Loopback, the address of everything that `npm start` runs itself. */
export const LOOPBACK = '127.0.0.1';

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number, for example 8080')
  .transform(Number)
  .refine((n) => n > 0 && n < 65_536, 'must be between 1 and 65535');

const KEY_BYTES = 32;
const MAKE_KEY = 'openssl rand -base64 32';
const RING_HINT = `${KEY_BYTES} bytes in base64: ${MAKE_KEY}`;

/** A key, or no bytes and an issue that shows nothing of it. @param which begins the issue, where there are several. */
function readKey(text: string, context: z.RefinementCtx, which: string): Buffer {
  const key = /^[\w+/-]+={0,2}$/.test(text.trim()) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  const problem =
    key.length !== KEY_BYTES
      ? `must be ${RING_HINT}`
      : key.every((byte) => byte === 0)
        ? `is all zero: ${MAKE_KEY}`
        : '';
  if (problem !== '') context.addIssue({ code: 'custom', message: which + problem });
  return key;
}

/** `id:key,…`. A malformed part is told by its place: it may be the key itself. */
function readRing(text: string, context: z.RefinementCtx): MasterKey[] {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  const ring: { id: string; key: Buffer }[] = [];
  for (const [i, part] of text.split(',').entries()) {
    const [, id, encoded] = /^\s*([\w-]{1,32}):(.*)$/s.exec(part) ?? [];
    if (id === undefined) {
      refuse(`has no id of 1 to 32 letters, digits, - or _ in its part ${i + 1}: write id:key,…`);
      continue;
    }
    const key = readKey(encoded!, context, `has a wrong key ${id}, which `);
    if (ring.some((other) => other.id === id)) refuse(`has the id ${id} twice: give each key an id of its own`);
    const same = ring.find((other) => key.length === KEY_BYTES && other.key.equals(key));
    if (same !== undefined && same.id !== id) refuse(`has the same key as ${same.id} and as ${id}: leave one out`);
    ring.push({ id, key });
  }
  return ring;
}

/** Descriptions become `.env.example`; each comes last, as zod keeps it on the outermost schema only. */
const environment = z.object({
  NODE_ENV: z.string().default('development').describe('"production" makes HELIOGRAPH_MASTER_KEY required.'),
  HELIOGRAPH_PORT: port.default(8080).describe('Port of the API.'),
  HELIOGRAPH_DATA_DIR: z
    .string()
    .min(1)
    .default('.heliograph')
    .describe('Folder of embedded Postgres, the Temporal file and generated keys.'),
  HELIOGRAPH_ADMIN_KEY: z
    .string()
    .min(24, 'must have 24 characters or more')
    .optional()
    .describe('Admin API key, 24 characters or more. Else generated and kept in the data folder.'),
  HELIOGRAPH_MASTER_KEY: z
    .string()
    .transform((text, context) => [{ key: readKey(text, context, '') }])
    .optional()
    .describe('Seals provider credentials at rest, 32 bytes in base64: openssl rand -base64 32'),
  HELIOGRAPH_MASTER_KEYS: z
    .string()
    .transform(readRing)
    .optional()
    .describe('Instead of it, several keys, id:base64,…: the first one seals, all of them open. For rotation.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a URL such as postgres://user:password@host:5432/heliograph')
    .optional()
    .describe('Postgres to use, postgres://user:password@host:5432/heliograph. Else the embedded one.'),
  HELIOGRAPH_DATABASE_OWNER_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a URL such as postgres://owner:password@host:5432/heliograph')
    .optional()
    .describe('The same database as the role that owns the tables, for migrations. Else that of DATABASE_URL.'),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/]+:\d+$/, 'must be host:port, for example 127.0.0.1:7233')
    .optional()
    .describe(
      'Temporal to use, host:port; TEMPORAL_API_KEY, TEMPORAL_TLS… as in all Temporal tools. Else a dev server.',
    ),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Temporal namespace.'),
  TEMPORAL_CLI_PATH: z.string().min(1).optional().describe('Temporal CLI for the dev server. Else found or fetched.'),
  HELIOGRAPH_TEMPORAL_PORT: port.default(7233).describe('Port of the Temporal dev server.'),
  HELIOGRAPH_TEMPORAL_UI_PORT: port.default(8233).describe('Port of its web UI.'),
  TEMPORAL_UI_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://temporal.example.com' })
    .optional()
    .describe('Base of the links to workflows in answers of the API. Else the UI of the dev server, or no links.'),
  HELIOGRAPH_POSTGRES_PORT: port
    .optional()
    .describe('Port of embedded Postgres. Else a free one, kept in the data folder.'),
  HELIOGRAPH_SIMULATOR_PORT: z
    .union([z.literal('off'), port], { error: 'must be a port number between 1 and 65535, for example 8090, or off' })
    .default(8090)
    .describe('Port of the provider simulator, or off.'),
  HELIOGRAPH_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://sms.example.com' })
    .optional()
    .describe('Base of the callback URLs that providers are given. Else http://127.0.0.1:<HELIOGRAPH_PORT>.'),
  HELIOGRAPH_OUTBOUND_ALLOW: z
    .string()
    .transform((s) =>
      s
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .optional()
    .describe('Comma list of host[:port] that may be called although they are private. Else the simulator only.'),
  HELIOGRAPH_KEEP_MONTHS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a number of months from 1 to 999')
    .transform(Number)
    .optional()
    .describe('Months after which messages and all about them are dropped, by whole quarters. Else they are kept.'),
  HELIOGRAPH_WORKER_BUILD_ID: z
    .string()
    .regex(/^[\w.+-]{1,100}$/, 'must be letters, digits, dots, dashes, for example 1.4.0')
    .optional()
    .describe('Version of the workers in the Temporal worker deployment "heliograph". Else they are not versioned.'),
  HELIOGRAPH_METRICS_PORT: port.default(9464).describe('Port of the Prometheus metrics.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info')
    .describe('fatal, error, warn, info, debug, trace or silent.'),
});

/** The name of a setting. */
export type Variable = keyof typeof environment.shape;

/** One environment variable as documentation shows it. */
export interface EnvironmentVariable {
  name: string;
  description: string;
  /** Default value; absent when there is none or it is worked out. */
  fallback?: string;
}

/** Every variable that {@link readConfig} reads, in its order. `.env.example` is generated from it. */
export function describeEnvironment(): EnvironmentVariable[] {
  return Object.entries(environment.shape).map(([name, schema]) => {
    const fallback: unknown = schema.parse(undefined);
    return {
      name,
      description: schema.description ?? '',
      ...(fallback === undefined ? {} : { fallback: String(fallback) }),
    };
  });
}

/** A master key, 32 bytes. Without an id, HELIOGRAPH_MASTER_KEY, it goes by its fingerprint. */
export interface MasterKey {
  id?: string;
  key: Buffer;
}

/** Settings as the processes use them. Ports are TCP ports on {@link LOOPBACK} unless a container publishes them. */
export interface Config {
  production: boolean;
  /** Absolute path of the data folder (embedded Postgres, Temporal's file, generated keys). */
  dataDir: string;
  port: number;
  /** Base of every callback URL that is given to a provider; no trailing slash. */
  publicUrl: string;
  adminKey?: string;
  /** The first one seals, all of them open; absent in development until `up` generates one. */
  masterKeys?: readonly MasterKey[];
  databaseUrl?: string;
  /** The same database as the role that owns the tables; undefined = that of `databaseUrl`. */
  databaseOwnerUrl?: string;
  postgresPort?: number;
  temporal: {
    address?: string;
    namespace: string;
    cliPath?: string;
    port: number;
    uiPort: number;
    /** Base of links into its web UI; no trailing slash. */
    uiUrl?: string;
  };
  /** `undefined` when the simulator is off. */
  simulatorPort?: number;
  /** `host[:port]` patterns that may be reached although they are private; see `outbound/client.ts`. */
  outboundAllow: string[];
  /** Months after which messages are dropped; undefined = they are kept. */
  keepMonths?: number;
  /** Of the workers, which take tasks only once this version is current; undefined = they are not versioned. */
  workerBuildId?: string;
  metricsPort: number;
  logLevel: string;
}

/** Thrown by {@link readConfig}; its message lists every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const SECRET = /KEY|PASSWORD|SECRET|DATABASE_(OWNER_)?URL/;

/**
 * Reads and checks the environment.
 * @throws ConfigError naming each variable that is wrong, its value (secrets masked) and what it should be.
 */
export function readConfig(source: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(present);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ name: String(issue.path[0]), message: issue.message }));
  const { HELIOGRAPH_MASTER_KEY: single, HELIOGRAPH_MASTER_KEYS: ring } = present;
  if (present.NODE_ENV === 'production' && single === undefined && ring === undefined) {
    problems.push({ name: 'HELIOGRAPH_MASTER_KEY', message: `is required with NODE_ENV=production: ${MAKE_KEY}` });
  }
  if (present.HELIOGRAPH_DATABASE_OWNER_URL !== undefined && present.DATABASE_URL === undefined) {
    const message = 'is set without DATABASE_URL: name the database for the role that the product runs as, too';
    problems.push({ name: 'HELIOGRAPH_DATABASE_OWNER_URL', message });
  }
  if (single !== undefined && ring !== undefined) {
    const message = 'is set beside HELIOGRAPH_MASTER_KEY: make that one a key of the ring, under an id, and unset it';
    problems.push({ name: 'HELIOGRAPH_MASTER_KEYS', message });
  }
  if (!parsed.success || problems.length > 0) {
    const lines = problems.map(({ name, message }) => {
      const value = source[name] === undefined || !SECRET.test(name) ? JSON.stringify(source[name]) : '(hidden)';
      return `  ${name} ${message} (it is ${value ?? 'not set'})`;
    });
    const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`;
    throw new ConfigError(`The environment has ${count}:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  const simulatorPort = env.HELIOGRAPH_SIMULATOR_PORT === 'off' ? undefined : env.HELIOGRAPH_SIMULATOR_PORT;
  return {
    production: env.NODE_ENV === 'production',
    dataDir: path.resolve(env.HELIOGRAPH_DATA_DIR),
    port: env.HELIOGRAPH_PORT,
    publicUrl: (env.HELIOGRAPH_PUBLIC_URL ?? `http://${LOOPBACK}:${env.HELIOGRAPH_PORT}`).replace(/\/+$/, ''),
    adminKey: env.HELIOGRAPH_ADMIN_KEY,
    masterKeys: env.HELIOGRAPH_MASTER_KEYS ?? env.HELIOGRAPH_MASTER_KEY,
    databaseUrl: env.DATABASE_URL,
    databaseOwnerUrl: env.HELIOGRAPH_DATABASE_OWNER_URL,
    postgresPort: env.HELIOGRAPH_POSTGRES_PORT,
    temporal: {
      address: env.TEMPORAL_ADDRESS,
      namespace: env.TEMPORAL_NAMESPACE,
      cliPath: env.TEMPORAL_CLI_PATH,
      port: env.HELIOGRAPH_TEMPORAL_PORT,
      uiPort: env.HELIOGRAPH_TEMPORAL_UI_PORT,
      uiUrl: env.TEMPORAL_UI_URL?.replace(/\/+$/, ''),
    },
    simulatorPort,
    outboundAllow:
      env.HELIOGRAPH_OUTBOUND_ALLOW ?? (simulatorPort === undefined ? [] : [`${LOOPBACK}:${simulatorPort}`]),
    keepMonths: env.HELIOGRAPH_KEEP_MONTHS,
    workerBuildId: env.HELIOGRAPH_WORKER_BUILD_ID,
    metricsPort: env.HELIOGRAPH_METRICS_PORT,
    logLevel: env.LOG_LEVEL,
  };
}
