/** Everything that must hold before a change is done: `npm run check`. `-- --quick` leaves out the tests. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
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

/** Those that take longest begin first. */
const checks = [
  ['lint', [program('eslint', 'eslint'), '.', '--max-warnings', '0']],
  ['types', [program('typescript', 'tsc'), '--noEmit']],
  ['types of the console', [program('typescript', 'tsc'), '--noEmit', '-p', 'src/console']],
  ['format', [program('prettier', 'prettier'), '--check', '--log-level', 'warn', '.']],
  ['house', [script('house.mjs')]],
  ['docs/openapi.json', [script('openapi.mjs'), '--check']],
  ['.env.example', [script('env-example.mjs'), '--check']],
  ['docs/configuration.md', [script('docs-config.mjs'), '--check']],
  ['docs/README.md', [script('docs-index.mjs'), '--check']],
  ['lock file, bill of materials, licences', [script('supply-chain.mjs'), '--check']],
  ['compose and image', [script('check-compose.mjs')]],
];
const tests = ['tests', [program('jest', 'jest')]];

const failed = [];

/** Runs one step; what several say at the same time does not mix, each is shown when it has ended. */
function run([name, args], stdio = 'pipe') {
  const begin = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['inherit', stdio, stdio] });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => said.push(chunk));
    child.once('error', reject);
    child.once('close', (status) => {
      if (status !== 0) failed.push(name);
      process.stdout.write(Buffer.concat(said));
      console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
      resolve();
    });
  });
}

/** One after the other, as many such rows side by side as there are cores. */
async function runAll(waiting) {
  const row = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await run(step);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, row));
}

await runAll([...checks]);
if (!process.argv.includes('--quick')) await run(tests, 'inherit');
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
