/**
 * Holds a running Heliograph against its own /openapi.json with Schemathesis: generated requests, good and bad, must never
 * be answered with a 5xx or with anything that the document does not say. Starts a Heliograph of its own on free ports with
 * a data folder of its own, prints the counts, and stops it.
 *
 *   npm run build && node scripts/schemathesis.mjs [--max-examples 25] [--seed 1] [further options of `st run`]
 *
 * Needs Python 3 and, the first time, PyPI. Nothing leaves this machine: generated gateways and webhooks name all kinds of
 * hosts, so every process runs with scripts/loopback-only.mjs, and the run fails if one that could call out has not.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SCHEMATHESIS = 'schemathesis==4.32.5';
const ADMIN_KEY = 'schemathesis-admin-key-0123456789';
const START_MS = 120_000;
const STOP_MS = 30_000;
const MAX_SECONDS = 900;
/** What the document must hold. What is missing: checks for which callers are stricter than CleverTap's partners are. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'missing_required_header',
  'ignored_auth',
];

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { drawFreePort } = createRequire(import.meta.url)(path.join(root, 'dist', 'main', 'embedded', 'ports.js'));
const venv = path.join(tmpdir(), `heliograph-${SCHEMATHESIS.replace('==', '-')}`);
const folder = mkdtempSync(path.join(tmpdir(), 'heliograph-schemathesis-'));
const log = path.join(folder, 'connections.log');

/** Installs Schemathesis once; returns its command. */
function install() {
  const command = path.join(venv, 'bin', 'st');
  if (existsSync(command)) return command;
  console.error(`Installing ${SCHEMATHESIS} into ${venv} …`);
  for (const [program, ...args] of [
    ['python3', '-m', 'venv', venv],
    [path.join(venv, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', SCHEMATHESIS],
  ]) {
    if (spawnSync(program, args, { stdio: ['ignore', 2, 2] }).status !== 0) {
      rmSync(venv, { recursive: true, force: true });
      throw new Error(`${program} ${args.join(' ')} failed`);
    }
  }
  return command;
}

async function environment() {
  const guard = pathToFileURL(path.join(root, 'scripts', 'loopback-only.mjs'));
  guard.searchParams.set('log', log);
  const env = {
    ...process.env,
    HELIOGRAPH_DATA_DIR: path.join(folder, 'data'),
    HELIOGRAPH_ADMIN_KEY: ADMIN_KEY,
    HELIOGRAPH_OUTBOUND_ALLOW: undefined,
    DATABASE_URL: undefined,
    LOG_LEVEL: 'warn',
    NODE_ENV: 'development',
    NODE_OPTIONS: `--import=${guard.href}`,
  };
  for (const name of ['', 'METRICS_', 'SIMULATOR_', 'TEMPORAL_', 'TEMPORAL_UI_']) {
    env[`HELIOGRAPH_${name}PORT`] = String(await drawFreePort());
  }
  return env;
}

/** Starts Heliograph; resolves when it is ready. */
async function start(env) {
  const child = spawn(process.execPath, [path.join(root, 'dist', 'main', 'up.js')], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 2],
  });
  const deadline = Date.now() + START_MS;
  while (!(await isReady(`http://127.0.0.1:${env.HELIOGRAPH_PORT}/readyz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop(child);
      throw new Error('Heliograph did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return child;
}

const isReady = (url) =>
  fetch(url).then(
    async (answer) => answer.ok && (await answer.json()).status === 'ok',
    () => false,
  );

/** Ends the supervisor, which ends its children. */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}

/** Runs Schemathesis; resolves with its exit code. */
function run(command, env, options) {
  const base = `http://127.0.0.1:${env.HELIOGRAPH_PORT}`;
  const args = [
    ['run', `${base}/openapi.json`, '--url', base],
    ['--header', `Authorization: Bearer ${ADMIN_KEY}`],
    // An account that nobody has would be 404 to nearly every request.
    ['--header', 'X-Account-Id: default'],
    ['--checks', CHECKS.join(',')],
    // Streams of events don't end.
    ['--exclude-path-regex', '/events$'],
    ['--max-examples', '25', '--max-time', String(MAX_SECONDS), '--seed', '1', '--request-timeout', '30'],
    ['--continue-on-failure', '--no-color', '--generation-database', 'none', '--warnings', 'off'],
    options,
  ].flat();
  const clean = { ...process.env, SCHEMATHESIS_HOOKS: undefined };
  const child = spawn(command, args, { cwd: folder, env: clean, stdio: ['ignore', 1, 2] });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

/** Lines that the guard wrote, by their first word. */
const guarded = (word) =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1));

async function main() {
  writeFileSync(log, '');
  const command = install();
  const env = await environment();
  const heliograph = await start(env);
  let code;
  try {
    for (const name of ['api.js', 'worker.js']) {
      if (!guarded('loaded').some((script) => script.endsWith(name))) throw new Error(`${name} runs without the guard`);
    }
    code = await run(command, env, process.argv.slice(2));
  } finally {
    await stop(heliograph);
  }
  const refused = guarded('refused');
  console.log(`${refused.length} connections to ${new Set(refused).size} other hosts were refused on this machine.`);
  console.log(code === 0 ? 'Schemathesis found nothing.' : 'Schemathesis found something: see above.');
  process.exitCode = code;
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
