/**
 * Moves files as the table of docs/decisions/0015-same-wings-on-every-floor.md says, and rewrites what names them:
 * relative imports, and paths in documents, comments and scripts. Run once, on the commit before the move.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const TABLE = 'docs/decisions/0015-same-wings-on-every-floor.md';
const TEXT = /\.(ts|mjs|js|json|md|yml|yaml|sql)$|^\.ci\/run$|Dockerfile$/;

const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n');

/** `a{b,c}d` → `abd`, `acd`. */
function expand(pattern) {
  const braces = /\{([^}]*)\}/.exec(pattern);
  if (braces === null) return [pattern];
  return braces[1].split(',').flatMap((one) => expand(pattern.replace(braces[0], one)));
}

const moves = new Map();
for (const [, from, to] of readFileSync(TABLE, 'utf8').matchAll(/^\| `([^`]+)`\s*\| `([^`]+)`\s*\|$/gm)) {
  const targets = expand(to);
  expand(from).forEach((source, index) => {
    const target = targets.length === 1 ? targets[0] : targets[index];
    const files = source.endsWith('/')
      ? tracked.filter((file) => file.startsWith(source))
      : [source, source.replace(/\.ts$/, '.test.ts')].filter((file, i) => i === 0 || tracked.includes(file));
    for (const file of files) {
      if (!tracked.includes(file)) throw new Error(`${file} is not here`);
      if (source.endsWith('/')) moves.set(file, target + file.slice(source.length));
      else if (target.endsWith('/')) moves.set(file, target + path.basename(file));
      else moves.set(file, file === source ? target : target.replace(/\.ts$/, '.test.ts'));
    }
  });
}

const now = (file) => moves.get(file) ?? file;

/** The tracked file that `specifier` means in `from`, and the ending that it leaves out. */
function resolve(from, specifier) {
  const base = path.posix.join(path.posix.dirname(from), specifier);
  for (const ending of ['', '.ts', '/index.ts']) if (tracked.includes(base + ending)) return [base + ending, ending];
  return null;
}

function relative(from, to) {
  const way = path.posix.relative(path.posix.dirname(from), to);
  return way.startsWith('.') ? way : `./${way}`;
}

/** Paths from the top that a text names: files, with or without their ending, and whole folders that moved. */
const named = new Map();
for (const [from, to] of moves) {
  named.set(from, to);
  named.set(from.replace(/\.ts$/, ''), to.replace(/\.ts$/, ''));
}
for (const [, from, to] of readFileSync(TABLE, 'utf8').matchAll(/^\| `([^`]+)\/`\s*\| `([^`]+)\/`\s*\|$/gm)) {
  const targets = expand(to);
  expand(from).forEach((source, index) => named.set(source, targets[index]));
}

for (const file of tracked) {
  if (file === TABLE || !TEXT.test(file) || file === 'package-lock.json' || !existsSync(file)) continue;
  const before = readFileSync(file, 'utf8');
  let after = before.replace(/(['"`])(\.{1,2}\/[\w./-]+)\1/g, (whole, quote, specifier) => {
    const found = resolve(file, specifier);
    if (found === null) return whole;
    const [target, ending] = found;
    const way = relative(now(file), now(target));
    return quote + (ending === '' ? way : way.replace(/(\/index)?\.ts$/, '')) + quote;
  });
  after = after.replace(/(?<![\w/.-])src\/[\w./-]*\w/g, (name) => named.get(name) ?? name);
  if (after !== before) writeFileSync(file, after);
}
for (const [from, to] of moves) {
  mkdirSync(path.dirname(to), { recursive: true });
  execFileSync('git', ['mv', from, to]);
}
for (const folder of readdirSync('src', { recursive: true })) {
  const full = path.join('src', folder);
  if (statSync(full).isDirectory() && readdirSync(full).length === 0) execFileSync('rmdir', [full]);
}
