import { describeEnvironment } from '../../config';
import { environmentOf } from './child-environment';

const EVERYTHING = {
  ...Object.fromEntries(describeEnvironment().map(({ name }) => [name, 'set'])),
  PATH: '/bin',
  TEMPORAL_API_KEY: 'a key',
  TEMPORAL_TLS_CLIENT_KEY_DATA: 'a key',
  PGSSLROOTCERT: '/ca.pem',
  NODE_EXTRA_CA_CERTS: '/ca.pem',
  https_proxy: 'http://proxy',
  GITHUB_TOKEN: 'a secret',
  npm_config__auth: 'a secret',
};

test('api and worker can reach what they reach, and hear of nothing else', () => {
  for (const child of ['api', 'worker'] as const) {
    expect(environmentOf(child, EVERYTHING)).toMatchObject({
      PATH: '/bin',
      TEMPORAL_API_KEY: 'a key',
      TEMPORAL_TLS_CLIENT_KEY_DATA: 'a key',
      PGSSLROOTCERT: '/ca.pem',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      https_proxy: 'http://proxy',
      DATABASE_URL: 'set',
      HELIOGRAPH_MASTER_KEYS: 'set',
    });
    expect(Object.keys(environmentOf(child, EVERYTHING))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/OWNER_URL|GITHUB|npm_/)]),
    );
  }
  expect(environmentOf('worker', EVERYTHING)).not.toHaveProperty('HELIOGRAPH_ADMIN_KEY');
});

test('the simulator has no key and no database', () => {
  expect(environmentOf('simulator', EVERYTHING)).toEqual({
    PATH: '/bin',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    HELIOGRAPH_SIMULATOR_PORT: 'set',
    LOG_LEVEL: 'set',
  });
});
