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

/** Most of each thing that an account may have; see `api/http/quotas.ts`. */
export interface AccountLimits {
  gateways: number;
  webhooks: number;
  /** Of one host and path, made by callback URLs in requests whose key may only send. */
  webhooksPerPath: number;
  /** Valid ones. */
  apiKeys: number;
  groups: number;
  templates: number;
  routes: number;
  uploads: number;
  /** Of all uploads that are not deleted. */
  uploadBytes: number;
}

/** Far above what anybody needs who does not try to fill the disk. */
const ACCOUNT_LIMITS: AccountLimits = {
  gateways: 200,
  webhooks: 1_000,
  webhooksPerPath: 5,
  apiKeys: 1_000,
  groups: 10_000,
  templates: 10_000,
  routes: 1_000,
  uploads: 1_000,
  uploadBytes: 50_000_000_000,
};
const LIMIT = new RegExp(`^(${Object.keys(ACCOUNT_LIMITS).join('|')})=(\\d{1,15})$`);

/** `gateways=50,uploads=2000`; what is not named keeps its default. */
const accountLimits = z.string().transform((text, context): AccountLimits => {
  const limits = { ...ACCOUNT_LIMITS };
  for (const part of text.split(',').map((one) => one.trim())) {
    const [, name, limit] = LIMIT.exec(part) ?? [];
    if (name !== undefined) limits[name as keyof AccountLimits] = Number(limit);
    else if (part !== '') {
      const names = Object.keys(ACCOUNT_LIMITS).join(', ');
      context.addIssue({ code: 'custom', message: `has ${JSON.stringify(part)}: write name=number, with ${names}` });
    }
  }
  return limits;
});

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
    .refine((s) => Buffer.from(s, 'base64').length === 32, 'must be 32 bytes in base64: openssl rand -base64 32')
    .optional()
    .describe('Seals provider credentials at rest, 32 bytes in base64: openssl rand -base64 32'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a URL such as postgres://user:password@host:5432/heliograph')
    .optional()
    .describe('Postgres to use, postgres://user:password@host:5432/heliograph. Else the embedded one.'),
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
  HELIOGRAPH_ACCOUNT_LIMITS: accountLimits.optional().describe(
    `Most of each thing that an account may have, such as gateways=50,uploads=2000. Else ${Object.entries(
      ACCOUNT_LIMITS,
    )
      .map(([name, limit]) => `${name}=${limit}`)
      .join(',')}.`,
  ),
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

/** Settings as the processes use them. Ports are TCP ports on {@link LOOPBACK} unless a container publishes them. */
export interface Config {
  production: boolean;
  /** Absolute path of the data folder (embedded Postgres, Temporal's file, generated keys). */
  dataDir: string;
  port: number;
  /** Base of every callback URL that is given to a provider; no trailing slash. */
  publicUrl: string;
  adminKey?: string;
  /** 32 bytes that seal credentials at rest; absent in development until `up` generates one. */
  masterKey?: Buffer;
  databaseUrl?: string;
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
  /** Most of each thing that an account may have. */
  accountLimits: AccountLimits;
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

const SECRET = /KEY|PASSWORD|SECRET|DATABASE_URL/;

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
  if (present.NODE_ENV === 'production' && present.HELIOGRAPH_MASTER_KEY === undefined) {
    const message = 'is required with NODE_ENV=production: openssl rand -base64 32';
    problems.push({ name: 'HELIOGRAPH_MASTER_KEY', message });
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
    masterKey: env.HELIOGRAPH_MASTER_KEY ? Buffer.from(env.HELIOGRAPH_MASTER_KEY, 'base64') : undefined,
    databaseUrl: env.DATABASE_URL,
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
    accountLimits: env.HELIOGRAPH_ACCOUNT_LIMITS ?? ACCOUNT_LIMITS,
    keepMonths: env.HELIOGRAPH_KEEP_MONTHS,
    workerBuildId: env.HELIOGRAPH_WORKER_BUILD_ID,
    metricsPort: env.HELIOGRAPH_METRICS_PORT,
    logLevel: env.LOG_LEVEL,
  };
}
