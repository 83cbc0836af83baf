/**
 * Compiles src to dist, bundles the workflows for Temporal's sandbox and the console for browsers, and makes the pages of
 * /docs. Each step is skipped when a hash of what goes into it is the same as at its last success (dist/.built.json).
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole, consoleTypes, CONSOLE } from './console.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const src = path.join(root, 'src');
const dist = path.join(root, 'dist');
const stampFile = path.join(dist, '.built.json');
const bundleFile = path.join(dist, 'workflow-bundle.js');
/** Made of Markdown, and of nothing that is compiled. */
const docs = path.join(dist, 'docs');
const require = createRequire(import.meta.url);

const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'];
/** Workflow code may import nothing else (scripts/import-rules.mjs). */
const bundled = ['src/workflows', 'src/core'];
/** What the pages are made of, beside `docs`. */
const documents = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'package-lock.json'].map(
  (file) => path.join(root, file),
);
const framing = ['page.ts', 'style.ts', 'html.ts', 'guides/page.ts'].map((file) =>
  path.join(src, 'api', 'openapi', file),
);

/**
 * Brings dist up to date.
 * @throws Error when the code doesn't compile; the compiler's own messages are on standard error.
 */
export async function build() {
  const all = filesBelow(src).filter((file) => !/\.test\.tsx?$/.test(file));
  const isConsole = (file) => file.startsWith(path.join(root, CONSOLE.sources) + path.sep);
  const sources = all.filter((file) => !isConsole(file));
  const stamp = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
  const hashOf = (files, more = settings) => hash([...files, ...more.map((file) => path.join(root, file))]);
  const done = (step) => saveStamp(Object.assign(stamp, step));

  const types = hashOf([], CONSOLE.typesFrom);
  if (existsSync(path.join(root, CONSOLE.typesFrom[0])) && (stamp.types !== types || !existsSync(CONSOLE.types))) {
    await consoleTypes();
    done({ types });
  }
  const compiled = hashOf(sources);
  if (stamp.compiled !== compiled) {
    compile();
    removeOrphans();
    done({ compiled });
  }
  const isBundled = (file) => bundled.some((folder) => file.startsWith(path.join(root, folder) + path.sep));
  const workflows = hashOf(sources.filter(isBundled));
  if (stamp.workflows !== workflows || !existsSync(bundleFile)) {
    await bundle();
    done({ workflows });
  }
  // The console uses rules of core, too.
  const page = hashOf(
    all.filter((file) => isConsole(file) || isBundled(file)),
    CONSOLE.settings,
  );
  if (stamp.console !== page || !existsSync(CONSOLE.page)) {
    console.error('Bundling the console …');
    await buildConsole();
    done({ console: page });
  }
  const pages = hash([
    ...filesBelow(path.join(root, 'docs')),
    ...filesBelow(path.join(root, 'scripts', 'docs')),
    ...documents,
    ...framing,
  ]);
  if (stamp.pages !== pages || !existsSync(path.join(docs, 'index.html'))) {
    console.error('Making the pages of /docs …');
    const { buildDocs } = await import('./docs/build.mjs');
    await buildDocs(root);
    done({ pages });
  }
}

function compile() {
  console.error('Compiling (the first time from 20 s to some minutes, after that only what has changed) …');
  // The compiler keeps what it knows in dist; without the outputs that would be a lie.
  if (!existsSync(path.join(dist, 'main'))) rmSync(path.join(dist, '.tsbuildinfo'), { force: true });
  const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('src does not compile: see the messages above.');
}

async function bundle() {
  console.error('Bundling the workflows for Temporal …');
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(dist, 'workflows', 'index.js'),
    failureConverterPath: path.join(dist, 'workflows', 'failure-converter.js'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(bundleFile, code);
}

/** Outputs whose source is gone would still be found by `require`. */
function removeOrphans() {
  for (const file of filesBelow(dist)) {
    const isOurs = file === bundleFile || [CONSOLE.output, docs].some((folder) => file.startsWith(folder + path.sep));
    if (isOurs || !/\.js(\.map)?$/.test(file)) continue;
    const source = path.join(src, path.relative(dist, file)).replace(/\.js(\.map)?$/, '.ts');
    if (!existsSync(source)) rmSync(file);
  }
}

function saveStamp(stamp) {
  mkdirSync(dist, { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hash(files) {
  const digest = createHash('sha256');
  for (const file of files)
    digest.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  return digest.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
