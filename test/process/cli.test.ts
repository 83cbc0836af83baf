/** `heliograph` as a process: what it does on this machine without the API. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { drawFreePort } from '../../src/main/embedded/ports';
import { printProblems } from '../support/cli';
import { createDatabase, type TestDatabase } from '../support/database';
import { ROOT } from '../support/markdown';
import { joinStack, type SharedStack } from '../support/shared';
import { ADMIN_KEY, temporaryFolder } from '../support/servers';
import { until } from '../support/until';

const PROGRAM = path.join(ROOT, 'scripts', 'heliograph.mjs');

let stack: SharedStack;
let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  stack = await joinStack();
  folder = temporaryFolder();
  database = await createDatabase();
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
  await until('all connections are closed', () => database.drop().then(() => true));
});

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs it in an empty folder, with this environment and nothing else. */
function heliograph(argv: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, ...argv], options, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
    child.stdin?.end();
  });
}

/** Of the running product, asked at a port where nobody listens. */
const beside = async (): Promise<NodeJS.ProcessEnv> => ({
  ...stack.env,
  HELIOGRAPH_DATA_DIR: folder,
  HELIOGRAPH_URL: `http://127.0.0.1:${await drawFreePort()}`,
});

test('doctor looks by itself while the API is away, ends with 1, and says what to start', async () => {
  const env = await beside();
  // Temporal and Postgres may be slow for a moment, which is told too.
  const { code, document } = await until('all but the API is in order', async () => {
    const { code, out } = await heliograph(['doctor', '--json'], env);
    const document = JSON.parse(out) as { checks: { id: string; state: string; remedy: string | null }[] };
    expect(printProblems('#Doctor', document)).toEqual([]);
    const states = Object.fromEntries(document.checks.map(({ id, state }) => [id, state]));
    expect(states).toMatchObject({
      api: 'fail', settings: 'ok', database: 'ok', schema: 'ok', temporal: 'ok', workers: 'ok', 'search-attributes': 'ok',
    }); // prettier-ignore
    return { code, document };
  });
  expect(document.checks[0]!.remedy).toContain('heliograph up');
  expect(code).toBe(1);
});

test('doctor without a database says so, and without a deployment that it saw none', async () => {
  const env: NodeJS.ProcessEnv = {
    ...(await beside()),
    DATABASE_URL: `postgres://x:hidden@127.0.0.1:${await drawFreePort()}/x`,
  };
  const { code, out } = await heliograph(['doctor'], env);
  expect(code).toBe(1);
  expect(out).toMatch(/^FAIL {2}database +Postgres at 127\.0\.0\.1:\d+\/x does not answer: .*\n +→ Start Postgres/m);
  expect(out).not.toContain('hidden');
  const none = await heliograph(['doctor'], { HELIOGRAPH_URL: env.HELIOGRAPH_URL });
  expect(none.code).toBe(1);
  expect(none.out).toContain('Servers and machine were not looked at');
});

test('settings are shown with their origin, secrets hidden, and what is wrong with them', async () => {
  const env = { HELIOGRAPH_ADMIN_KEY: ADMIN_KEY, DATABASE_URL: 'postgres://u:secret@h/d', HELIOGRAPH_PORTT: '1' };
  const json = await heliograph(['config', '--json'], env);
  expect(printProblems('#Settings', JSON.parse(json.out))).toEqual([]);
  const { code, out } = await heliograph(['config', '--print'], env);
  expect(code).toBe(0);
  expect(out).toMatch(/^HELIOGRAPH_ADMIN_KEY +\(hidden\) +environment$/m);
  expect(out).toMatch(/^HELIOGRAPH_PORT +8080 +default$/m);
  expect(out).toMatch(/^warn {2}HELIOGRAPH_PORTT is no setting and is not read: did you mean HELIOGRAPH_PORT\?$/m);
  expect(out).not.toMatch(/secret|test-admin/);
  const wrong = await heliograph(['config'], { HELIOGRAPH_PORT: 'x', HELIOGRAPH_MASTER_KEY: 'short' });
  expect(wrong.code).toBe(1);
  expect(wrong.out).toMatch(/^FAIL {2}HELIOGRAPH_PORT must be a port number/m);
  expect(wrong.out).not.toContain('short');
});

test('what the command line itself reads is no mistake in the settings', async () => {
  const { out } = await heliograph(['config'], { HELIOGRAPH_URL: 'http://x', HELIOGRAPH_KEY: 'k', HELIOGRAPH_ACCOUNT: 'a' });
  expect(out).toBe('The settings are right. --print shows them.\n');
}); // prettier-ignore

test('the schema is migrated and values are sealed anew by the functions of the product', async () => {
  const migrated = await heliograph(['migrate', '--json'], { DATABASE_URL: database.url });
  expect([migrated.code, migrated.err]).toEqual([0, '']);
  expect(printProblems('#Migrated', JSON.parse(migrated.out))).toEqual([]);
  const resealed = await heliograph(['keys', 'reseal', '--json'], { ...stack.env, HELIOGRAPH_MASTER_KEY: stack.env.HELIOGRAPH_MASTER_KEY }); // prettier-ignore
  expect([resealed.code, resealed.err]).toEqual([0, '']);
  expect(printProblems('#Resealed', JSON.parse(resealed.out))).toEqual([]);
  const lines = await heliograph(['keys', 'reseal'], stack.env);
  expect(lines.out).toMatch(/^gateways\.credentials: 0 sealed anew$/m);
  expect(lines.out).toMatch(/^Everything is sealed with the key [\da-f]{8}\.$/m);
});

test('the admin key of the data folder is found for the API of this machine', async () => {
  const data = path.join(folder, '.heliograph');
  mkdirSync(data);
  writeFileSync(path.join(data, 'admin.key'), `${ADMIN_KEY}\n`);
  const env = { HELIOGRAPH_PORT: stack.env.HELIOGRAPH_PORT };
  expect((await heliograph(['gateway', 'list', '--account', stack.accountId], env)).out).toContain('Simulator');
  rmSync(data, { recursive: true });
  const without = await heliograph(['gateway', 'list'], env);
  expect([without.code, without.err]).toEqual([4, expect.stringContaining('There is no API key')]);
});

test('a reader that stops reading is no error', async () => {
  const { code, err } = await heliograph(['--version']);
  expect([code, err]).toEqual([0, '']);
  const shell = `"$0" "$1" completion fish | head -1; echo "\${PIPESTATUS[0]}"`;
  const piped = await new Promise<string>((resolve) =>
    execFile('bash', ['-c', shell, process.execPath, PROGRAM], (_, out) => resolve(out)),
  );
  expect(piped.trimEnd().split('\n').at(-1)).toBe('0');
});
