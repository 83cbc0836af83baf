/**
 * The one reader of environment variables. Every process calls {@link readConfig} once, at its start; all problems are
 * reported together, each naming the variable, the value and a remedy.
 */
import { isIP, isIPv4 } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { ACCOUNT_LIMITS, accountLimits, type AccountLimits } from './config/account-limits';
import { ADMIN_KEY_HASH } from './config/key-strength';
import { readKey, readRing, ringOf, type MasterKey } from './config/master-keys';
import { INSECURE, productionProblems, type Problem } from './config/production';
import { misspelt } from './config/spelling';

/** Loopback, the address of everything that `npm start` runs itself. */
export const LOOPBACK = '127.0.0.1';

/** What is reached from other machines listens here; what faces it is up to the network in front. */
const EVERYWHERE = '0.0.0.0';

/** Parts of a comma list. */
const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

const address = z.string().refine((s) => isIP(s) !== 0, 'must be an IP address, for example 127.0.0.1');

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number, for example 8080')
  .transform(Number)
  .refine((n) => n > 0 && n < 65_536, 'must be between 1 and 65535');

/** An address, or a CIDR block of them. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

const commaList = z.string().transform(listed);

/** Descriptions become `.env.example`; each comes last, as zod keeps it on the outermost schema only. */
const environment = z.object({
  NODE_ENV: z
    .string()
    .default('development')
    .describe('"production" refuses what a deployment may not be: see "Production profile" in docs/security.md.'),
  HELIOGRAPH_PORT: port.default(8080).describe('Port of the API.'),
  HELIOGRAPH_BIND: address
    .optional()
    .describe('Address that the API listens on. Else 127.0.0.1, with NODE_ENV=production 0.0.0.0.'),
  HELIOGRAPH_DATA_DIR: z
    .string()
    .min(1)
    .default('.heliograph')
    .describe('Folder of embedded Postgres, the Temporal file and generated keys.'),
  HELIOGRAPH_ADMIN_KEY: z
    .string()
    .min(24, 'must have 24 characters or more')
    .refine((s) => !/^sha256:/i.test(s) || ADMIN_KEY_HASH.test(s), 'must be sha256: and 64 hexadecimal digits')
    .optional()
    .describe(
      'Admin API key, 24 characters or more, or its hash: sha256:<64 hexadecimal digits>. Else generated and kept in the data folder.',
    ),
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
    .describe('Port of the provider simulator, or off, which it is with NODE_ENV=production.'),
  HELIOGRAPH_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://sms.example.com' })
    .optional()
    .describe('Base of the callback URLs that providers are given. Else http://127.0.0.1:<HELIOGRAPH_PORT>.'),
  HELIOGRAPH_TRUSTED_PROXIES: commaList
    .refine((list) => list.every(isNetwork), 'must be addresses or CIDR blocks, such as 10.0.0.0/8,192.0.2.7')
    .default([])
    .describe('Comma list of addresses or CIDR blocks of proxies whose X-Forwarded-For counts. Else nobody’s does.'),
  HELIOGRAPH_OUTBOUND_ALLOW: commaList
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
  HELIOGRAPH_METRICS_BIND: address
    .default(LOOPBACK)
    .describe('Address that the metrics are served on, to whoever asks: they have no authentication.'),
  HELIOGRAPH_ALLOW_INSECURE: z
    .string()
    .transform(listed)
    .refine(
      (parts) => parts.every((part) => (INSECURE as readonly string[]).includes(part)),
      `must be a comma list of ${INSECURE.join(', ')}`,
    )
    .optional()
    .describe(`Comma list of what NODE_ENV=production is to accept all the same: ${INSECURE.join(', ')}.`),
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
      ...(fallback === undefined || String(fallback) === '' ? {} : { fallback: String(fallback) }),
    };
  });
}

/** Settings as the processes use them. */
export interface Config {
  production: boolean;
  /** IP address that the api listens on. */
  bind: string;
  /** Absolute path of the data folder (embedded Postgres, Temporal's file, generated keys). */
  dataDir: string;
  port: number;
  /** Base of every callback URL that is given to a provider; no trailing slash. */
  publicUrl: string;
  /** The key itself, or `sha256:<hex>` of it. */
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
  /** Addresses and CIDR blocks of proxies that tell where a request comes from. */
  trustedProxies: string[];
  /** `host[:port]` patterns that may be reached although they are private; see `outbound/client.ts`. */
  outboundAllow: string[];
  /** Most of each thing that an account may have. */
  accountLimits: AccountLimits;
  /** Months after which messages are dropped; undefined = they are kept. */
  keepMonths?: number;
  /** Of the workers, which take tasks only once this version is current; undefined = they are not versioned. */
  workerBuildId?: string;
  metricsPort: number;
  /** IP address that metrics are served on. */
  metricsBind: string;
  logLevel: string;
}

/** Thrown by {@link readConfig}; its message lists every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const SECRET = /KEY|PASSWORD|SECRET|DATABASE_(OWNER_)?URL/;

/** Whether the value of a variable must not be shown. */
export const isSecret = (name: string): boolean => SECRET.test(name);

/** What a process wants its settings for: a migration needs the database alone. */
export type Purpose = 'serve' | 'migrate';

/**
 * Reads and checks the environment.
 * @throws ConfigError naming each variable that is wrong, its value (secrets masked) and what it should be.
 */
export function readConfig(source: NodeJS.ProcessEnv = process.env, purpose: Purpose = 'serve'): Config {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(present);
  const problems: Problem[] = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ name: String(issue.path[0]), message: issue.message }));
  const production = isProduction(present);
  problems.push(...contradictionsIn(present));
  if (production) problems.push(...unsafeIn(present, problems, purpose));
  if (!parsed.success || problems.length > 0) throw new ConfigError(describe(problems, source));
  const env = parsed.data;
  const simulator = present.HELIOGRAPH_SIMULATOR_PORT ?? (production ? 'off' : env.HELIOGRAPH_SIMULATOR_PORT);
  const simulatorPort = simulator === 'off' ? undefined : Number(simulator);
  return {
    production,
    bind: env.HELIOGRAPH_BIND ?? (production ? EVERYWHERE : LOOPBACK),
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
    trustedProxies: env.HELIOGRAPH_TRUSTED_PROXIES,
    outboundAllow:
      env.HELIOGRAPH_OUTBOUND_ALLOW ?? (simulatorPort === undefined ? [] : [`${LOOPBACK}:${simulatorPort}`]),
    accountLimits: env.HELIOGRAPH_ACCOUNT_LIMITS ?? ACCOUNT_LIMITS,
    keepMonths: env.HELIOGRAPH_KEEP_MONTHS,
    workerBuildId: env.HELIOGRAPH_WORKER_BUILD_ID,
    metricsPort: env.HELIOGRAPH_METRICS_PORT,
    metricsBind: env.HELIOGRAPH_METRICS_BIND,
    logLevel: env.LOG_LEVEL,
  };
}

/** Whatever its case: a deployment that says `Production` means it. */
const isProduction = ({ NODE_ENV }: NodeJS.ProcessEnv): boolean => /^\s*production\s*$/i.test(NODE_ENV ?? '');

/** Settings that are right by themselves and say different things. */
function contradictionsIn(present: NodeJS.ProcessEnv): Problem[] {
  const problems: Problem[] = [];
  if (present.HELIOGRAPH_DATABASE_OWNER_URL !== undefined && present.DATABASE_URL === undefined) {
    const message = 'is set without DATABASE_URL: name the database for the role that the product runs as, too';
    problems.push({ name: 'HELIOGRAPH_DATABASE_OWNER_URL', message });
  }
  if (present.HELIOGRAPH_MASTER_KEY !== undefined && present.HELIOGRAPH_MASTER_KEYS !== undefined) {
    const message = 'is set beside HELIOGRAPH_MASTER_KEY: make that one a key of the ring, under an id, and unset it';
    problems.push({ name: 'HELIOGRAPH_MASTER_KEYS', message });
  }
  return problems;
}

/** What a deployment may not be, of the settings that are what they should be. */
function unsafeIn(present: NodeJS.ProcessEnv, malformed: readonly Problem[], purpose: Purpose): Problem[] {
  const sound = (name: keyof typeof environment.shape): string | undefined =>
    malformed.some((problem) => problem.name === name) ? undefined : present[name];
  const masterKey = sound('HELIOGRAPH_MASTER_KEY');
  const ring = ringOf(sound('HELIOGRAPH_MASTER_KEYS') ?? '');
  const databases = (['DATABASE_URL', 'HELIOGRAPH_DATABASE_OWNER_URL'] as const).flatMap((name) => {
    const url = sound(name);
    return url === undefined ? [] : [{ name, url }];
  });
  const simulatorPort = sound('HELIOGRAPH_SIMULATOR_PORT');
  const told = new Set(malformed.map(({ name }) => name));
  return productionProblems(
    {
      masterKeys: [
        ...(masterKey === undefined ? [] : [{ name: 'HELIOGRAPH_MASTER_KEY', key: Buffer.from(masterKey, 'base64') }]),
        ...ring.map((key) => ({ name: 'HELIOGRAPH_MASTER_KEYS', ...key })),
      ],
      adminKey: sound('HELIOGRAPH_ADMIN_KEY'),
      publicUrl: sound('HELIOGRAPH_PUBLIC_URL'),
      databases,
      outboundAllow: listed(sound('HELIOGRAPH_OUTBOUND_ALLOW') ?? ''),
      isSimulatorOn: simulatorPort !== undefined && simulatorPort !== 'off',
      logLevel: sound('LOG_LEVEL'),
      allowed: listed(sound('HELIOGRAPH_ALLOW_INSECURE') ?? ''),
    },
    purpose,
  ).filter(({ name }) => !told.has(name));
}

function describe(problems: readonly Problem[], source: NodeJS.ProcessEnv): string {
  const lines = problems.map(({ name, message }) => {
    const value = source[name] === undefined || !isSecret(name) ? JSON.stringify(source[name]) : '(hidden)';
    return `  ${name} ${message} (it is ${value ?? 'not set'})`;
  });
  const count = lines.length === 1 ? 'a problem' : `${lines.length} problems`;
  return `The environment has ${count}:\n${lines.join('\n')}`;
}

/** Sentences about variables that look like settings and are none: nothing reads them. */
export function readMistakes(source: NodeJS.ProcessEnv = process.env): string[] {
  return misspelt(Object.keys(source), Object.keys(environment.shape));
}
