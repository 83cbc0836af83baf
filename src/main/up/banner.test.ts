import { readConfig } from '../../config';
import { banner } from './banner';

const KEY = 'admin_0123456789abcdef0123456789';
const KEYS = { HELIOGRAPH_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };

test('leads to the console, the first hour, the API and the Temporal UI, and has a command that works as pasted', () => {
  const text = banner(readConfig({ HELIOGRAPH_PORT: '9080', HELIOGRAPH_TEMPORAL_UI_PORT: '9233' }), KEY);
  for (const link of [
    'http://127.0.0.1:9080/console',
    'http://127.0.0.1:9080/docs/first-hour',
    'http://127.0.0.1:9080/docs/api',
    'http://127.0.0.1:9233',
  ]) {
    expect(text).toMatch(new RegExp(`^  \\S.* {2}${link.replaceAll('.', '\\.')}$`, 'm'));
  }
  expect(text).toMatch(new RegExp(`^curl -s http://127.0.0.1:9080/\\S+ -H 'Authorization: Bearer ${KEY}'`, 'm'));
});

test('of a Temporal that runs elsewhere it shows no page, and of a key that is kept as a hash no key', () => {
  const config = readConfig({ TEMPORAL_ADDRESS: 'temporal.example.com:7233', ...KEYS });
  const text = banner(config, `sha256:${'ab'.repeat(32)}`);
  expect(text).not.toContain('Temporal UI');
  expect(text).toContain('<admin key>');
});
