/**
 * Counts how src is divided: rooms (the entries of a folder), arrows (imports between rooms), circles, loose files, long
 * functions and long files. Fails beyond the bounds of docs/decisions/0015-same-wings-on-every-floor.md. Tests don't
 * count.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const MAX_FUNCTION_LINES = 80;
const MAX_FILE_LINES = 400;
/** A page of the console answers one question. */
const MAX_PAGE_LINES = 250;
/** Tables of codes and texts: long, and read line by line. */
const TABLE = /(^|\/)tables\.ts$/;

const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\.d\.ts$|\/testing\//.test(file))
  .map((file) => {
    const text = readFileSync(path.join(root, 'src', file), 'utf8');
    return { file, text, source: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) };
  });

/** The room that a file is in, seen from `folder`; null = it is not below that. */
function roomOf(folder, file) {
  const prefix = folder === '' ? '' : `${folder}/`;
  return file.startsWith(prefix)
    ? file
        .slice(prefix.length)
        .split('/')[0]
        .replace(/\.tsx?$/, '')
    : null;
}

/** @param valuesOnly leave out imports of types, of which nothing is left when the code runs. */
function importsOf({ file, source }, valuesOnly) {
  return source.statements.flatMap((statement) => {
    const specifier = statement.moduleSpecifier?.text;
    if (!specifier?.startsWith('.') || (valuesOnly && isOfTypes(statement))) return [];
    return [path.posix.join(path.posix.dirname(file), specifier)];
  });
}

function isOfTypes({ importClause, isTypeOnly }) {
  const named = importClause?.namedBindings?.elements;
  return isTypeOnly || importClause?.isTypeOnly || (named?.length > 0 && named.every((each) => each.isTypeOnly));
}

/** Which rooms of a folder import which. */
function arrowsOf(folder, valuesOnly = false) {
  const arrows = new Map();
  for (const one of files) {
    const from = roomOf(folder, one.file);
    if (from === null) continue;
    if (!arrows.has(from)) arrows.set(from, new Set());
    for (const target of importsOf(one, valuesOnly)) {
      const to = roomOf(folder, target);
      if (to !== null && to !== from) arrows.get(from).add(to);
    }
  }
  return arrows;
}

/** Rooms from which one comes back to them by imports of values. */
function circlesIn(arrows) {
  const reach = (from, seen = new Set()) => {
    for (const to of arrows.get(from) ?? []) {
      if (seen.has(to)) continue;
      seen.add(to);
      reach(to, seen);
    }
    return seen;
  };
  return [...arrows.keys()].filter((room) => reach(room).has(room));
}

const looseIn = (folder) => files.map(({ file }) => file).filter((file) => path.posix.dirname(file) === folder);

function longFunctions() {
  return files
    .filter(({ file }) => !TABLE.test(file))
    .flatMap(({ file, source }) => {
      const found = [];
      const visit = (node) => {
        if (ts.isFunctionLike(node) && node.body !== undefined) {
          const [first, last] = [node.getStart(source), node.end].map(
            (at) => source.getLineAndCharacterOfPosition(at).line,
          );
          const lines = last - first + 1;
          const name = node.name?.getText(source) ?? node.parent.name?.getText?.(source) ?? 'a function';
          if (lines > MAX_FUNCTION_LINES) found.push(`${file}:${first + 1} ${name} (${lines} lines)`);
        }
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
}

const circles = ['', 'store', 'core', 'api'].flatMap((folder) =>
  circlesIn(arrowsOf(folder, true)).map((room) => path.posix.join('src', folder, room)),
);
const linesOf = ({ text }) => text.split('\n').length - 1;
const longFiles = files.filter((each) => linesOf(each) > MAX_FILE_LINES).map(({ file }) => file);
const longPages = files
  .filter((each) => each.file.startsWith('console/pages/') && linesOf(each) > MAX_PAGE_LINES)
  .map(({ file }) => file);
const arrows = (folder) => [...arrowsOf(folder).values()].reduce((sum, to) => sum + to.size, 0);
const rooms = (folder) => [...arrowsOf(folder).keys()];

/** What is counted, what was found, and the most that there may be. */
const counts = [
  ['rooms in src', rooms(''), 16],
  ['rooms in src/store', rooms('store'), 12],
  ['loose files in src/core', looseIn('core'), 0],
  ['loose files in src/api', looseIn('api'), 6],
  ['rooms in a circle', circles, 0],
  [`functions over ${MAX_FUNCTION_LINES} lines`, longFunctions(), 0],
  [`files over ${MAX_FILE_LINES} lines`, longFiles, 0],
  [`files of the console’s pages over ${MAX_PAGE_LINES} lines`, longPages, 0],
];
for (const [what, found, most] of counts) {
  const tooMany = found.length > most;
  console.log(`${tooMany ? 'TOO MANY' : 'ok      '} ${what}: ${found.length} (at most ${most})`);
  if (!tooMany) continue;
  for (const one of found) console.log(`           ${one}`);
  process.exitCode = 1;
}
const drawn = ['', 'store', 'core', 'api'].map((folder) => `${path.posix.join('src', folder)} ${arrows(folder)}`);
console.log(`arrows between rooms: ${drawn.join(', ')}`);
