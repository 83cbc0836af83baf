/** What is the same for all commands: the key, the terminal, help and completion. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { useCliApi } from '../../test/support/cli-api';
import { commands } from './commands';

const { seen, replies, run } = useCliApi();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heliograph-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the key', () => {
  beforeEach(() => (replies['GET /api/v1/gateways'] = { body: { items: [] } }));
  const list = ['gateway', 'list'];
  const presented = () => seen.map(({ headers }) => headers.authorization);

  test('is never taken from the command line, and not repeated', async () => {
    for (const argv of [[...list, '--key', 'hg_secret'], [...list, '--key=hg_secret'], ['--api-key', 'hg_secret', ...list]]) {
      const { code, err } = await run(argv);
      expect(code).toBe(2);
      expect(err).toContain('--key-file');
      expect(err).not.toContain('hg_secret');
    }
    expect(seen).toEqual([]);
  }); // prettier-ignore

  test('comes from a file, which only its owner should read, or from standard input', async () => {
    const file = path.join(folder, 'key');
    writeFileSync(file, 'hg_c_d\n');
    chmodSync(file, 0o644);
    expect((await run([...list, '--key-file', file])).err).toContain(`chmod 600 ${file}`);
    chmodSync(file, 0o600);
    expect((await run([...list, '--key-file', file])).err).toBe('');
    await run([...list, '--key-file', '-'], { stdin: 'hg_e_f\n' });
    expect(presented()).toEqual(['Bearer hg_c_d', 'Bearer hg_c_d', 'Bearer hg_e_f']);
    expect((await run([...list, '--key-file', `${file}.none`])).code).toBe(2);
  });

  test('is the deployment’s own where the API is on this machine, and nowhere else', async () => {
    const local = { adminKey: () => Promise.resolve('admin_key') };
    await run(list, { env: { HELIOGRAPH_KEY: '' }, local });
    expect(presented()).toEqual(['Bearer admin_key']);
    const { code, err } = await run(list, { env: { HELIOGRAPH_KEY: '', HELIOGRAPH_URL: 'http://192.0.2.1:1' }, local });
    expect(code).toBe(4);
    expect(err).toContain('without TLS');
    expect(err).toContain('Set HELIOGRAPH_KEY');
  });

  test('acts in another account when asked to', async () => {
    await run([...list, '--account', 'acme']);
    await run(list, { env: { HELIOGRAPH_ACCOUNT: 'other' } });
    expect(seen.map(({ headers }) => headers['x-account-id'])).toEqual(['acme', 'other']);
  });
});

describe('on a terminal', () => {
  const gateway = { id: 'gw_1', name: 'One\u001b[2J', provider: 'infobip', status: 'active', priority: 1, defaultSender: null, health: { state: 'up', deliveryRate: 0.5 } }; // prettier-ignore
  beforeEach(() => (replies['GET /api/v1/gateways'] = { body: { items: [gateway] } }));

  test('states have colours, unless NO_COLOR is set or it is none', async () => {
    const colour = (text: string) => text.includes('\u001b[32mactive\u001b[0m');
    expect(colour((await run(['gateway', 'list'], { isTTY: true })).out)).toBe(true);
    expect(colour((await run(['gateway', 'list'], { isTTY: true, env: { NO_COLOR: '1' } })).out)).toBe(false);
    expect((await run(['gateway', 'list'])).out).not.toContain('\u001b');
  });

  test('what others wrote can’t move the cursor', async () => {
    expect((await run(['gateway', 'list'], { isTTY: true })).out).not.toContain('\u001b[2J');
    replies['GET /api/v1/alerts'] = {
      body: { items: [{ subject: {}, sentence: 'A \u001b]0;title\u0007', closedAt: null }] },
    };
    expect((await run(['alerts'], { isTTY: true })).out).toContain('A  ]0;title ');
    replies['GET /api/v1/gateways'] = { status: 400, body: { title: '\u001b[2J' } };
    expect((await run(['gateway', 'list'], { isTTY: true })).err).not.toContain('\u001b');
  });

  test('what can’t be undone asks; a no does nothing', async () => {
    replies['POST /api/v1/campaigns/cmp_1/cancel'] = { body: {} };
    const { code, err } = await run(['campaign', 'cancel', 'cmp_1'], { isTTY: true, stdin: 'n\n' });
    expect([code, err]).toEqual([130, expect.stringContaining('can’t be undone. [y/N]')]);
    expect(seen).toEqual([]);
  });
});

test('every command has a summary and an example that begins with it', () => {
  for (const { name, summary, example } of commands) {
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(example).toMatch(new RegExp(`heliograph ${name}( |\\)|$)`));
  }
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
});

test('help names every command and says the exit codes', async () => {
  const { code, out } = await run(['--help']);
  expect(code).toBe(0);
  for (const { name } of commands) expect(out).toContain(`  ${name.split(' ')[0]}`);
  expect(out).toContain('Exit codes: 0 done');
  expect((await run(['campaign', 'create', '--help'])).out).toContain('Example:\n  heliograph campaign create');
});

test('bash completes groups, commands and options by the script', async () => {
  const { out } = await run(['completion', 'bash']);
  const file = path.join(folder, 'completion.bash');
  writeFileSync(file, out);
  const complete = (...words: string[]): string[] =>
    execFileSync('bash', ['-c', `source "$0"; COMP_WORDS=(heliograph "$@"); COMP_CWORD=$#; _heliograph; printf '%s\\n' "\${COMPREPLY[@]}"`, file, ...words], { encoding: 'utf8' }).trim().split('\n'); // prettier-ignore
  expect(complete('camp')).toEqual(['campaign']);
  expect(complete('campaign', 're')).toEqual(['resume', 'reschedule']);
  expect(complete('campaign', 'create', '--dra')).toEqual(['--draft']);
  expect(complete('open', 't')).toEqual(['temporal']);
  for (const shell of ['zsh', 'fish']) expect((await run(['completion', shell])).out).toContain('campaign');
});
