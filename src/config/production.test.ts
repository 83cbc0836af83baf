/** The production profile as a start meets it: through readConfig, with everything wrong at once and one thing at a time. */
import { createHash, randomBytes } from 'node:crypto';
import { ConfigError, readConfig } from '../config';

const SAFE = {
  NODE_ENV: 'production',
  HELIOGRAPH_MASTER_KEY: randomBytes(32).toString('base64'),
  HELIOGRAPH_ADMIN_KEY: randomBytes(24).toString('base64url'),
  HELIOGRAPH_PUBLIC_URL: 'https://sms.example.com',
  DATABASE_URL: 'postgres://app:pw@db.example.com/heliograph?sslmode=verify-full',
};

/** Names of the settings that are refused, and the whole message. */
function refused(changes: NodeJS.ProcessEnv, purpose?: 'migrate'): { names: string[]; message: string } {
  try {
    readConfig({ ...SAFE, ...changes }, purpose);
    return { names: [], message: '' };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const names = [...error.message.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name!);
    return { names, message: error.message };
  }
}

test('what is safe starts: the api for all, metrics for this machine, no simulator', () => {
  expect(readConfig(SAFE)).toMatchObject({
    production: true,
    bind: '0.0.0.0',
    metricsBind: '127.0.0.1',
    simulatorPort: undefined,
    outboundAllow: [],
  });
});

test.each(['production', 'Production', 'PRODUCTION', ' production '])('NODE_ENV=%j is production', (NODE_ENV) => {
  expect(refused({ NODE_ENV, HELIOGRAPH_MASTER_KEY: undefined }).names).toEqual(['HELIOGRAPH_MASTER_KEY']);
});

test('everything that is wrong is told at once, by name and with a remedy, without a secret', () => {
  const { names, message } = refused({
    HELIOGRAPH_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    HELIOGRAPH_ADMIN_KEY: 'a'.repeat(24),
    HELIOGRAPH_PUBLIC_URL: 'http://sms.example.com',
    DATABASE_URL: 'postgres://postgres:hunter2@db.example.com/heliograph',
    HELIOGRAPH_OUTBOUND_ALLOW: '169.254.169.254,localhost',
    HELIOGRAPH_SIMULATOR_PORT: '8090',
    HELIOGRAPH_METRICS_PORT: 'x',
    LOG_LEVEL: 'trace',
  });
  expect(names).toEqual([
    ...['HELIOGRAPH_METRICS_PORT', 'HELIOGRAPH_MASTER_KEY', 'HELIOGRAPH_PUBLIC_URL', 'HELIOGRAPH_ADMIN_KEY'],
    ...['DATABASE_URL', 'HELIOGRAPH_OUTBOUND_ALLOW', 'HELIOGRAPH_SIMULATOR_PORT', 'LOG_LEVEL'],
  ]);
  expect(message).toContain('The environment has 8 problems:');
  for (const remedy of [
    'is one byte repeated: draw one by openssl rand -base64 32',
    'put TLS in front, or say HELIOGRAPH_ALLOW_INSECURE=http-public-url',
    'sha256:<64 hexadecimal digits>',
    'add ?sslmode=verify-full, or say HELIOGRAPH_ALLOW_INSECURE=plain-database',
    'may not name 169.254.169.254: ',
    'set it to off',
    'must be info or above',
  ])
    expect(message).toContain(remedy);
  for (const secret of ['hunter2', 'aaaa', 'AAAA']) expect(message).not.toContain(secret);
});

test('the same is nobody’s business in development', () => {
  expect(
    readConfig({
      HELIOGRAPH_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      HELIOGRAPH_ADMIN_KEY: 'a'.repeat(24),
      HELIOGRAPH_PUBLIC_URL: 'http://sms.example.com',
      DATABASE_URL: 'postgres://postgres:hunter2@db.example.com/heliograph',
      HELIOGRAPH_OUTBOUND_ALLOW: '169.254.169.254',
      LOG_LEVEL: 'trace',
    }),
  ).toMatchObject({ production: false, bind: '127.0.0.1', metricsBind: '127.0.0.1', simulatorPort: 8090 });
});

test.each([
  ['HELIOGRAPH_MASTER_KEY', Buffer.alloc(32, 9).toString('base64')],
  ['HELIOGRAPH_MASTER_KEY', Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')],
  ['HELIOGRAPH_ADMIN_KEY', 'change-me-change-me-change-me'],
  ['HELIOGRAPH_ADMIN_KEY', 'sha256:abc0123456789abcdef0123'],
  ['HELIOGRAPH_PUBLIC_URL', ''],
  ['HELIOGRAPH_PUBLIC_URL', 'http://127.0.0.1:8080'],
  ['DATABASE_URL', 'postgres://app:pw@10.0.0.5:5432/heliograph'],
  ['DATABASE_URL', 'postgres://app:pw@db/heliograph?sslmode=prefer'],
  ['DATABASE_URL', 'postgres://app:pw@db/heliograph?sslmode=no-verify'],
  ['DATABASE_URL', 'postgres://app:pw@db/heliograph?uselibpqcompat=true&sslmode=require'],
  ['DATABASE_URL', 'postgres://app:pw@localhost.example.com/heliograph'],
  ['HELIOGRAPH_SIMULATOR_PORT', '8090'],
  ['LOG_LEVEL', 'debug'],
  ['HELIOGRAPH_ALLOW_INSECURE', 'everything'],
])('%s=%j is refused', (name, value) => expect(refused({ [name]: value }).names).toEqual([name]));

test.each([
  '169.254.169.254', '169.254.169.254:80', '169.254.1.2', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376',
  '::ffff:169.254.169.254', '[::ffff:a9fe:a9fe]:80', 'fe80::1', '[fe80::1]:8080', 'fd00:ec2::254', '100.100.100.200',
  '168.63.129.16', 'metadata.google.internal', 'METADATA.google.internal.', 'metadata', 'metadata:80',
])('%s may not be called from production', (host) => {
  const { names, message } = refused({ HELIOGRAPH_OUTBOUND_ALLOW: `10.1.2.3,${host}` });
  expect(names).toEqual(['HELIOGRAPH_OUTBOUND_ALLOW']);
  expect(message).toContain(`may not name ${host}: `);
}); // prettier-ignore

test.each<[string, NodeJS.ProcessEnv]>([
  ['a hash in place of the admin key', { HELIOGRAPH_ADMIN_KEY: `sha256:${createHash('sha256').update('k').digest('hex')}` }],
  ['no admin key', { HELIOGRAPH_ADMIN_KEY: undefined }],
  ['an http URL that was said', { HELIOGRAPH_PUBLIC_URL: 'http://sms.internal', HELIOGRAPH_ALLOW_INSECURE: 'http-public-url' }],
  ['a plain database that was said', { DATABASE_URL: 'postgres://a:b@db/h', HELIOGRAPH_ALLOW_INSECURE: 'http-public-url, plain-database' }],
  ['a database on this machine', { DATABASE_URL: 'postgres://a:b@127.0.0.1:5432/h' }],
  ['a database on this machine, by IPv6', { DATABASE_URL: 'postgres://a:b@[::1]:5432/h' }],
  ['a Unix socket', { DATABASE_URL: 'postgres://a:b@%2Fvar%2Frun%2Fpostgresql/h' }],
  ['TLS by sslmode=require', { DATABASE_URL: 'postgres://a:b@db/h?sslmode=require' }],
  ['private hosts that may be called', { HELIOGRAPH_OUTBOUND_ALLOW: '10.1.2.3,sms.internal:8080,metadata.example.com,localhost' }],
  ['a simulator that is off', { HELIOGRAPH_SIMULATOR_PORT: 'off' }],
])('%s is accepted', (_, changes) => expect(refused(changes)).toEqual({ names: [], message: '' })); // prettier-ignore

test('a migration needs neither keys nor an address, but no plain database either', () => {
  const bare = { HELIOGRAPH_MASTER_KEY: undefined, HELIOGRAPH_ADMIN_KEY: undefined, HELIOGRAPH_PUBLIC_URL: undefined };
  expect(refused(bare, 'migrate').names).toEqual([]);
  expect(refused({ ...bare, DATABASE_URL: 'postgres://a:b@db/h' }, 'migrate').names).toEqual(['DATABASE_URL']);
});
