/** Everything that must hold before a change is done: `npm run check`. `-- --quick` leaves out the tests. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** The program `name` of an installed package. */
function program(packageName, name) {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { bin } = require(manifest);
  return path.join(path.dirname(manifest), typeof bin === 'string' ? bin : bin[name]);
}

const script = (name) => path.join(root, 'scripts', name);

const steps = [
  ['format', [program('prettier', 'prettier'), '--check', '--log-level', 'warn', '.']],
  ['types', [program('typescript', 'tsc'), '--noEmit']],
  ['types of the console', [program('typescript', 'tsc'), '--noEmit', '-p', 'src/console']],
  ['lint', [program('eslint', 'eslint'), '.', '--max-warnings', '0']],
  ['.env.example', [script('env-example.mjs'), '--check']],
  ['docs/configuration.md', [script('docs-config.mjs'), '--check']],
  ['docs/openapi.json', [script('openapi.mjs'), '--check']],
  ['docs/README.md', [script('docs-index.mjs'), '--check']],
  ['house', [script('house.mjs')]],
  ['lock file, bill of materials, licences', [script('supply-chain.mjs'), '--check']],
  ['compose and image', [script('check-compose.mjs')]],
  ...(process.argv.includes('--quick') ? [] : [['tests', [program('jest', 'jest')]]]),
];

const failed = [];
for (const [name, args] of steps) {
  const begin = Date.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
