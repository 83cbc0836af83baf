/**
 * Builds the console: `src/console` becomes `dist/console`, files whose names have their hash, and a page that names them.
 * Its types of the API are made from docs/openapi.json, beside its sources; git does not keep them.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const output = path.join(root, 'dist', 'console');

export const CONSOLE = {
  sources: 'src/console',
  output,
  page: path.join(output, 'index.html'),
  types: path.join(root, 'src', 'console', 'api', 'schema.d.ts'),
  typesFrom: ['docs/openapi.json', 'package-lock.json', 'scripts/console.mjs'],
  settings: ['package-lock.json', 'scripts/console.mjs'],
};

/** Writes `src/console/api/schema.d.ts`. */
export async function consoleTypes() {
  const { default: openapi, astToString } = await import('openapi-typescript');
  const ast = await openapi(pathToFileURL(path.join(root, CONSOLE.typesFrom[0])), { silent: true });
  writeFileSync(CONSOLE.types, `/** Made from docs/openapi.json by scripts/console.mjs. */\n${astToString(ast)}`);
}

/** Where the server shows what is built here: `src/api/console`. */
const PUBLIC_PATH = '/console/assets/';

/** @returns what was written: bytes by name. */
export async function buildConsole() {
  const { build } = await import('esbuild');
  rmSync(output, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'src/console/main.tsx', theme: 'src/console/theme.ts', style: 'src/console/style/index.css' },
    outdir: path.join('dist', 'console', 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: PUBLIC_PATH,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  mkdirSync(output, { recursive: true });
  writeFileSync(CONSOLE.page, pageFor(metafile));
  return metafile;
}

function pageFor({ outputs }) {
  const built = Object.entries(outputs).map(([file, about]) => ({ ...about, name: path.posix.basename(file) }));
  const of = (entry) => built.find(({ entryPoint }) => entryPoint === entry);
  const main = of('src/console/main.tsx');
  const early = main.imports
    .filter(({ kind }) => kind === 'import-statement')
    .map((each) => path.posix.basename(each.path));
  const page = readFileSync(path.join(root, CONSOLE.sources, 'index.html'), 'utf8');
  const url = (name) => PUBLIC_PATH + name;
  return page
    .replace('%STYLE%', url(of('src/console/style/index.css').name))
    .replace('%THEME%', url(of('src/console/theme.ts').name))
    .replace('%PRELOAD%', early.map((name) => `<link rel="modulepreload" href="${url(name)}" />`).join('\n    '))
    .replace('%MAIN%', url(main.name));
}
