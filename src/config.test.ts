import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ConfigError, describeEnvironment, readConfig, readMistakes } from './config';

const MASTER_KEY = randomBytes(32);

function problemsOf(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('readConfig took it');
}

test('an empty environment is a complete development configuration', () => {
  expect(readConfig({})).toMatchObject({
    production: false,
    dataDir: path.resolve('.heliograph'),
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    temporal: { namespace: 'default', port: 7233, uiPort: 8233 },
    simulatorPort: 8090,
    outboundAllow: ['127.0.0.1:8090'],
    bind: '127.0.0.1',
    metricsPort: 9464,
    metricsBind: '127.0.0.1',
    logLevel: 'info',
  });
});

test('an empty value counts as not set', () => {
  expect(readConfig({ HELIOGRAPH_PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8080, databaseUrl: undefined });
});

test('all problems come at once, each with its name, its value and a remedy', () => {
  const message = problemsOf({
    NODE_ENV: 'production',
    HELIOGRAPH_PORT: 'eighty',
    HELIOGRAPH_METRICS_PORT: '70000',
    HELIOGRAPH_SIMULATOR_PORT: 'on',
    HELIOGRAPH_PUBLIC_URL: 'sms.example.com',
    TEMPORAL_ADDRESS: 'http://temporal',
    LOG_LEVEL: 'loud',
  });
  expect(message.split('\n')).toEqual([
    'The environment has 7 problems:',
    '  HELIOGRAPH_PORT must be a port number, for example 8080 (it is "eighty")',
    '  TEMPORAL_ADDRESS must be host:port, for example 127.0.0.1:7233 (it is "http://temporal")',
    '  HELIOGRAPH_SIMULATOR_PORT must be a port number between 1 and 65535, for example 8090, or off (it is "on")',
    '  HELIOGRAPH_PUBLIC_URL must be a URL such as https://sms.example.com (it is "sms.example.com")',
    '  HELIOGRAPH_METRICS_PORT must be between 1 and 65535 (it is "70000")',
    '  LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent (it is "loud")',
    '  HELIOGRAPH_MASTER_KEY is required with NODE_ENV=production: openssl rand -base64 32 (it is not set)',
  ]);
});

test.each([
  ['HELIOGRAPH_ADMIN_KEY', 'too-short-secret'],
  ['HELIOGRAPH_MASTER_KEY', 'bm90LTMyLWJ5dGVz'],
  ['DATABASE_URL', 'mysql://root:secret@db/x'],
  ['HELIOGRAPH_DATABASE_OWNER_URL', 'mysql://root:secret@db/x'],
  ['HELIOGRAPH_DATABASE_OWNER_URL', 'postgres://owner:secret@db/x'],
])('the value of %s is never shown', (name, value) => {
  const message = problemsOf({ [name]: value });
  expect(message).toContain(name);
  expect(message).toContain('(it is (hidden))');
  expect(message).not.toContain(value);
});

test('the simulator can be switched off, which also takes it from the hosts that may be called', () => {
  expect(readConfig({ HELIOGRAPH_SIMULATOR_PORT: 'off' })).toMatchObject({
    simulatorPort: undefined,
    outboundAllow: [],
  });
});

test('a master key is decoded', () => {
  expect(readConfig({ HELIOGRAPH_MASTER_KEY: MASTER_KEY.toString('base64') }).masterKeys).toEqual([
    { key: MASTER_KEY },
  ]);
});

test('a setting that is spelt wrong is told, with the one that it may be; other programs’ variables are not', () => {
  const mistakes = readMistakes({
    HELIOGRAPH_METRIC_PORT: '9464',
    HELIOGRAPH_MASTERKEY: 'secret',
    HELIOGRAPH_COLOUR_OF_THE_SKY: 'blue',
    HELIOGRAPH_PORT: '8080',
    HELIOGRAPH_TEST_DATABASE_URL: 'postgres://x',
    PATH: '/bin',
  });
  expect(mistakes).toEqual([
    'HELIOGRAPH_COLOUR_OF_THE_SKY is no setting and is not read: docs/configuration.md lists those that there are',
    'HELIOGRAPH_MASTERKEY is no setting and is not read: did you mean HELIOGRAPH_MASTER_KEY?',
    'HELIOGRAPH_METRIC_PORT is no setting and is not read: did you mean HELIOGRAPH_METRICS_PORT?',
  ]);
});

const ONE_KEY = Buffer.alloc(32, 7).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 8).toString('base64');

test('a ring is taken in its order, with its ids', () => {
  const config = readConfig({
    HELIOGRAPH_MASTER_KEYS: `2027:${OTHER_KEY}, old-1:${ONE_KEY}`,
  });
  expect(config.masterKeys).toEqual([
    { id: '2027', key: Buffer.alloc(32, 8) },
    { id: 'old-1', key: Buffer.alloc(32, 7) },
  ]);
});

const ZERO = Buffer.alloc(32).toString('base64');
const SHORT = Buffer.alloc(31, 7).toString('base64');
test.each([
  [{ HELIOGRAPH_MASTER_KEY: ZERO }, 'HELIOGRAPH_MASTER_KEY is all zero: openssl rand -base64 32'],
  [{ HELIOGRAPH_MASTER_KEY: SHORT }, 'HELIOGRAPH_MASTER_KEY must be 32 bytes in base64'],
  [{ HELIOGRAPH_MASTER_KEY: `${ONE_KEY}!` }, 'HELIOGRAPH_MASTER_KEY must be 32 bytes in base64'],
  [{ HELIOGRAPH_MASTER_KEYS: `a:${ZERO}` }, 'HELIOGRAPH_MASTER_KEYS has a wrong key a, which is all zero'],
  [{ HELIOGRAPH_MASTER_KEYS: `a:${ONE_KEY},b:${SHORT}` }, 'has a wrong key b, which must be 32 bytes in base64'],
  [{ HELIOGRAPH_MASTER_KEYS: `a:${ONE_KEY},a:${OTHER_KEY}` }, 'has the id a twice: give each key an id of its own'],
  [{ HELIOGRAPH_MASTER_KEYS: `a:${ONE_KEY},b:${ONE_KEY}` }, 'has the same key as a and as b: leave one out'],
  [{ HELIOGRAPH_MASTER_KEYS: ONE_KEY }, 'has no id of 1 to 32 letters, digits, - or _ in its part 1: write id:key,…'],
  [{ HELIOGRAPH_MASTER_KEYS: `${ONE_KEY}:a` }, 'has no id of 1 to 32 letters'],
  [{ HELIOGRAPH_MASTER_KEYS: `a.b:${ONE_KEY}` }, 'has no id of 1 to 32 letters'],
  [{ HELIOGRAPH_MASTER_KEYS: `a:${ONE_KEY},` }, 'in its part 2: write id:key,…'],
  [
    { HELIOGRAPH_MASTER_KEY: ONE_KEY, HELIOGRAPH_MASTER_KEYS: `a:${OTHER_KEY}` },
    'HELIOGRAPH_MASTER_KEYS is set beside HELIOGRAPH_MASTER_KEY: make that one a key of the ring',
  ],
])('of wrong master keys %#, what is wrong is named and no key is shown', (environment, expected) => {
  const message = problemsOf(environment);
  expect(message).toContain(expected);
  for (const key of [ONE_KEY, OTHER_KEY, SHORT, ZERO]) expect(message).not.toContain(key.slice(0, 12));
});

test('every variable is described, and the described defaults are the ones in use', () => {
  const variables = describeEnvironment();
  expect(variables.filter(({ description }) => description === '')).toEqual([]);
  const defaults = variables.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]]));
  expect(readConfig(Object.fromEntries(defaults) as NodeJS.ProcessEnv)).toEqual(readConfig({}));
});
