/** docker-compose.yml as it comes: what each service may, whom it reaches, who reaches it, and what it is told. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { describeEnvironment } from '../src/config';
import { ROOT } from './support/markdown';

interface Service {
  image: string;
  build?: { args?: Record<string, string> };
  restart?: string;
  user?: string;
  privileged?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  tmpfs?: string[];
  mem_limit?: string;
  pids_limit?: number;
  network_mode?: string;
  networks?: string[];
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test?: string[]; disable?: boolean };
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const { services, networks } = load(read('docker-compose.yml')) as Compose;
const names = Object.keys(services);
const dockerfile = read('Dockerfile');

/** End when their work is done. */
const JOBS = ['temporal-schema', 'temporal-namespace', 'migrate'];
/** Who keeps something; everybody else could be thrown away. */
const KEEPERS: Record<string, string[]> = { postgres: ['postgres:/var/lib/postgresql'] };

/** What each is told, and no more: a secret that a service has no use for is one that it can lose. */
const DATABASE = ['DATABASE_URL', 'HELIOGRAPH_ALLOW_INSECURE'];
const RUNNING = [
  ...[...DATABASE, 'HELIOGRAPH_MASTER_KEY', 'HELIOGRAPH_MASTER_KEYS', 'HELIOGRAPH_OUTBOUND_ALLOW'],
  ...['HELIOGRAPH_PUBLIC_URL', 'LOG_LEVEL'],
  ...['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'],
];
const TOLD: Record<string, string[]> = {
  postgres: [
    ...[
      'HELIOGRAPH_OWNER_PASSWORD',
      'HELIOGRAPH_RUNTIME_PASSWORD',
      'POSTGRES_DB',
      'POSTGRES_PASSWORD',
      'POSTGRES_USER',
    ],
    'TEMPORAL_PASSWORD',
  ],
  'temporal-schema': ['SQL_HOST', 'SQL_PASSWORD', 'SQL_PLUGIN', 'SQL_PORT', 'SQL_USER'],
  temporal: [
    ...['BIND_ON_IP', 'DB', 'DB_PORT', 'DYNAMIC_CONFIG_FILE_PATH', 'NUM_HISTORY_SHARDS'],
    ...['POSTGRES_PWD', 'POSTGRES_SEEDS', 'POSTGRES_USER'],
  ],
  'temporal-namespace': ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'],
  'temporal-ui': ['TEMPORAL_ADDRESS', 'TEMPORAL_CODEC_ENDPOINT', 'TEMPORAL_CODEC_INCLUDE_CREDENTIALS'],
  migrate: [...DATABASE, 'HELIOGRAPH_DATABASE_OWNER_URL'],
  api: [
    ...[
      ...RUNNING,
      'HELIOGRAPH_ACCOUNT_LIMITS',
      'HELIOGRAPH_ADMIN_KEY',
      'HELIOGRAPH_TRUSTED_PROXIES',
      'TEMPORAL_UI_URL',
    ],
  ].sort(),
  worker: [...RUNNING, 'HELIOGRAPH_KEEP_MONTHS', 'HELIOGRAPH_WORKER_BUILD_ID'].sort(),
};
/** Settings that the composition itself decides, or that only `npm start` has. */
const DECIDED = [
  ...['NODE_ENV', 'DATABASE_URL', 'HELIOGRAPH_DATABASE_OWNER_URL', 'TEMPORAL_ADDRESS', 'HELIOGRAPH_BIND'],
  ...['HELIOGRAPH_DATA_DIR', 'TEMPORAL_CLI_PATH', 'HELIOGRAPH_TEMPORAL_PORT', 'HELIOGRAPH_POSTGRES_PORT'],
  ...['HELIOGRAPH_SIMULATOR_PORT', 'HELIOGRAPH_METRICS_PORT', 'HELIOGRAPH_METRICS_BIND'],
];

describe.each(names)('%s', (name) => {
  const service = services[name]!;

  test('can’t change its own files, gain a privilege or use up the machine', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: expect.arrayContaining(['/tmp']),
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      pids_limit: expect.any(Number),
    });
    for (const key of ['privileged', 'cap_add', 'network_mode', 'pid', 'ipc', 'devices'])
      expect(service).not.toHaveProperty(key);
  });

  test('writes nowhere but where something is to be kept', () => {
    const written = (service.volumes ?? []).filter((volume) => !volume.endsWith(':ro'));
    expect(written).toEqual(KEEPERS[name] ?? []);
  });

  test('is told what it needs and no more', () => {
    expect(Object.keys(service.environment ?? {}).sort()).toEqual(TOLD[name]);
  });

  test('is reached from outside only by way of this machine', () => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\$\{HELIOGRAPH_\w+:-\d+\}:\d+$/);
    if (service.ports !== undefined) expect(service.networks).toContain('outside');
  });

  test('says whether it works, if it stays', () => {
    const ofImage = service.build !== undefined && /^HEALTHCHECK /m.test(dockerfile);
    const isChecked = service.healthcheck?.test !== undefined || (ofImage && service.healthcheck?.disable !== true);
    expect(isChecked).toBe(!JOBS.includes(name));
    expect(service.restart === 'unless-stopped').toBe(!JOBS.includes(name));
  });

  test('has an image of one version, which .env can name by digest', () => {
    if (service.build === undefined) expect(service.image).toMatch(/^\$\{[A-Z_]+_IMAGE:-[\w./-]+:\d[\w.-]*\}$/);
    else expect(service.build.args).toEqual({ NODE_IMAGE: expect.stringMatching(/^\$\{NODE_IMAGE:-node:\d+-/) });
  });
});

test('passes on what .env.example invites to set, and asks for nothing that it does not name', () => {
  const file = read('docker-compose.yml');
  const asked = [...file.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name!);
  const settable = describeEnvironment().map(({ name }) => name);
  expect(settable.filter((name) => !asked.includes(name) && !DECIDED.includes(name))).toEqual([]);
  const named = [...read('.env.example').matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name!);
  // Images by digest are for docs/security.md.
  expect(asked.filter((name) => !named.includes(name) && !name.endsWith('_IMAGE'))).toEqual([]);
});

test('the database is on a network that leads nowhere, with those that ask it and nobody else', () => {
  expect(services.postgres!.networks).toEqual(['database']);
  expect(networks.database).toEqual({ internal: true });
  const neighbours = names.filter((name) => services[name]!.networks!.includes('database'));
  expect(neighbours.sort()).toEqual(['api', 'migrate', 'postgres', 'temporal', 'temporal-schema', 'worker']);
});

test('Temporal is reached by its clients and by nobody from outside, and reaches nobody there', () => {
  expect(services.temporal!.networks).toEqual(['database', 'orchestration']);
  expect(networks.orchestration).toEqual({ internal: true });
  const outside = names.filter((name) => services[name]!.networks!.includes('outside'));
  expect(outside.sort()).toEqual(['api', 'temporal-ui', 'worker']);
});

test('secrets and the public address come from .env, without a default that could go into production', () => {
  for (const [name, { environment = {} }] of Object.entries(services)) {
    for (const [variable, value] of Object.entries(environment)) {
      if (!/KEY|PASSWORD|PWD|DATABASE_URL|PUBLIC_URL/.test(variable)) continue;
      // Of the two of these one is wanted, which Compose can't say: the processes do.
      const wanted = /MASTER_KEYS?$/.test(variable) ? /^\$\{\w+:-\}$/ : /\$\{\w+:\?[^}]+\}/;
      expect([name, variable, value]).toEqual([name, variable, expect.stringMatching(wanted)]);
    }
  }
});

test('the image runs as nobody in particular, without what installs packages', () => {
  const [last] = dockerfile.split(/^FROM /m).slice(-1);
  expect(last).toMatch(/^USER node$/m);
  expect(last).toMatch(/^ENV NODE_ENV=production$/m);
  expect(last).toMatch(/rm -rf .*\/usr\/local\/bin\/npm /);
  // Every stage by the one name that can be a digest.
  expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(Array(3).fill('${NODE_IMAGE}'));
});
