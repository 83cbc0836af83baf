/** Judges imports and SQL of src by the table in import-rules.json. The linter and test/imports.test.ts use it. */
const path = require('node:path');
const table = require('./import-rules.json');

const ROOT = path.dirname(__dirname);

/**
 * Why a file may not import something; null = it may.
 * @param {string} file `src/…/x.ts`, with slashes
 * @param {string} specifier as written: `../store/database`, `node:fs`
 * @param {boolean} typesOnly nothing is left of the import when the code runs
 */
function importProblem(file, specifier, typesOnly) {
  const from = inSrc(file);
  if (!specifier.startsWith('.')) return packageProblem(from, specifier);
  const target = path.posix.join(path.posix.dirname(file), specifier).replace(/\/index$/, '');
  if (!target.startsWith('src/')) return `${target} is no part of the product`;
  return roomProblem(table, from, inSrc(target), typesOnly);
}

function roomProblem(rules, from, to, typesOnly) {
  const here = roomOf(rules, from);
  if (here.rule === undefined) return `${here.name} has no rule in scripts/import-rules.json`;
  if (here.name === roomOf(rules, to).name) {
    const inside = rules.inside?.[here.name];
    return inside === undefined ? null : roomProblem(inside, below(from), below(to), typesOnly);
  }
  const { may, why } = here.rule;
  if (may.includes('*') || may.some((place) => isWithin(to, place))) return null;
  if (isException(rules, from, to, typesOnly)) return null;
  return `${here.name} may not import ${to}${typesOnly ? ' (types)' : ''}: ${why}`;
}

/** Rooms that name packages may use those and what the rooms around them name; rooms without a list use any. */
function packageProblem(from, specifier) {
  const listed = [];
  for (let [rules, rest] = [table, from]; rules !== undefined;) {
    const { name, rule } = roomOf(rules, rest);
    if (rule?.packages !== undefined) listed.push(rule);
    if (rule?.packages?.some((known) => isWithin(specifier, known))) return null;
    if (isException(rules, rest, specifier, false)) return null;
    [rules, rest] = [rules.inside?.[name], below(rest)];
  }
  return listed.length === 0 ? null : `${from} may not import ${specifier}: ${listed.at(-1).why}`;
}

/** `audience/groups` → the room `audience`; where a room's folders stand apart, `resources/groups/routes` → `resources/groups`. */
function roomOf(rules, place) {
  const [first, second] = place.split('/');
  const rule = Object.hasOwn(rules.rooms, first) ? rules.rooms[first] : undefined;
  return { name: rule?.apart ? `${first}/${second}` : first, rule };
}

function isException(rules, from, to, typesOnly) {
  return Object.keys(rules.exceptions).some((exception) => {
    const [, user, used, types] = /^(\S+) → (\S+)( \(types\))?$/.exec(exception);
    return isWithin(from, user) && isWithin(to, used) && (types === undefined || typesOnly);
  });
}

const inSrc = (file) => file.replace(/^src\//, '').replace(/\.tsx?$/, '');
const below = (place) => place.slice(place.indexOf('/') + 1);
const isWithin = (place, around) => place === around || place.startsWith(`${around}/`);

const BUILDERS = new Set(['selectFrom', 'insertInto', 'updateTable', 'deleteFrom', 'selectNoFrom', 'mergeInto']);
const STATEMENT = /^\s*(?:select\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s)/;

/** Why a file may not hold SQL; null = it may. */
function sqlProblem(file) {
  const { rooms, exceptions, why } = table.sql;
  const mayHold = [...rooms, ...Object.keys(exceptions)].some((place) => isWithin(inSrc(file), place));
  return mayHold ? null : why;
}

/** `src/…` with slashes, undefined for a file elsewhere and for tests, which set the stage with whatever they need. */
function subject(filename) {
  const file = path.relative(ROOT, filename).split(path.sep).join('/');
  const isJudged = file.startsWith('src/') && !/\.test\.tsx?$|^src\/providers\/testing\//.test(file);
  return isJudged ? file : undefined;
}

/** Calls `found(node, specifier, typesOnly)` for whatever a file imports. */
function importVisitor(found) {
  const seen = (node, source, typesOnly) => {
    if (source?.type === 'Literal') found(node, String(source.value), typesOnly);
  };
  const onlyTypes = (specifiers, kind) => specifiers.length > 0 && specifiers.every((each) => each[kind] === 'type');
  return {
    ImportDeclaration: (node) =>
      seen(node, node.source, node.importKind === 'type' || onlyTypes(node.specifiers, 'importKind')),
    ExportNamedDeclaration: (node) =>
      seen(node, node.source, node.exportKind === 'type' || onlyTypes(node.specifiers, 'exportKind')),
    ExportAllDeclaration: (node) => seen(node, node.source, node.exportKind === 'type'),
    ImportExpression: (node) => seen(node, node.source, false),
    TSImportType: (node) => seen(node, node.source ?? node.argument?.literal, true),
    CallExpression: (node) => {
      if (node.callee.name === 'require') seen(node, node.arguments[0], false);
    },
  };
}

/** Lint rule: rooms import what the table lets them. */
const imports = {
  meta: { type: 'problem', schema: [], messages: { banned: '{{problem}} (scripts/import-rules.json)' } },
  create(context) {
    const file = subject(context.filename);
    if (file === undefined) return {};
    return importVisitor((node, specifier, typesOnly) => {
      const problem = importProblem(file, specifier, typesOnly);
      if (problem !== null) context.report({ node, messageId: 'banned', data: { problem } });
    });
  },
};

/** Lint rule: SQL and the query builder as values stand where the table says. */
const sql = {
  meta: { type: 'problem', schema: [], messages: { banned: '{{problem}} (scripts/import-rules.json)' } },
  create(context) {
    const file = subject(context.filename);
    const problem = file === undefined ? null : sqlProblem(file);
    if (problem === null) return {};
    const report = (node) => context.report({ node, messageId: 'banned', data: { problem } });
    const visitor = importVisitor((node, specifier, typesOnly) => {
      if (!typesOnly && table.sql.packages.some((name) => isWithin(specifier, name))) report(node);
    });
    return {
      ...visitor,
      CallExpression(node) {
        visitor.CallExpression(node);
        if (BUILDERS.has(node.callee.property?.name)) report(node);
      },
      TaggedTemplateExpression: (node) => node.tag.name === 'sql' && report(node),
      Literal: (node) => typeof node.value === 'string' && STATEMENT.test(node.value) && report(node),
      TemplateLiteral: (node) => STATEMENT.test(node.quasis[0].value.raw) && report(node),
    };
  },
};

module.exports = { importProblem, roomOf, rules: { imports, sql } };
