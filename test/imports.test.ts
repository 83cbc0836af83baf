/** Who may import whom: walks the imports of src and checks them against scripts/import-rules.json, as the linter does. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import table from '../scripts/import-rules.json';

const SRC = path.join(__dirname, '..', 'src');

interface Rules {
  may: Record<string, string[]>;
  mayImportTypesOf: Record<string, string[]>;
  packages: Record<string, string[]>;
}

interface Import {
  specifier: string;
  typeOnly: boolean;
}

/** `src/api/server.ts` → `api`, `src/config.ts` → `config`. */
function partOf(file: string): string {
  return file.split('/')[1]!.replace(/\.ts$/, '');
}

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly === true : node.isTypeOnly;
      found.push({ specifier: (node.moduleSpecifier as ts.StringLiteral).text, typeOnly });
    } else if (ts.isCallExpression(node) && node.arguments[0] && ts.isStringLiteral(node.arguments[0])) {
      const called = node.expression;
      const isRequire = ts.isIdentifier(called) && called.text === 'require';
      if (isRequire || called.kind === ts.SyntaxKind.ImportKeyword) {
        found.push({ specifier: node.arguments[0].text, typeOnly: false });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return found;
}

/** What `file` (`src/…`) imports against the rules, one line each. */
function violations(file: string, text: string, rules: Rules): string[] {
  const part = partOf(file);
  const may = rules.may[part];
  if (may === undefined) return [`${file}: ${part} has no rule in scripts/import-rules.json`];
  const lines: string[] = [];
  for (const { specifier, typeOnly } of importsOf(file, text)) {
    if (specifier.startsWith('.')) {
      const target = path.posix.join(path.posix.dirname(file), specifier);
      const other = partOf(target);
      const inside = target
        .split('/')
        .slice(1)
        .join('/')
        .replace(/\/index$/, '');
      const allowed =
        other === part ||
        may.includes('*') ||
        may.includes(other) ||
        may.includes(inside) ||
        (typeOnly && (rules.mayImportTypesOf[part] ?? []).includes(other));
      if (!target.startsWith('src/') || !allowed) lines.push(`${file} imports ${inside}${typeOnly ? ' (types)' : ''}`);
    } else {
      const packages = rules.packages[part];
      const allowed = packages?.some((name) => specifier === name || specifier.startsWith(`${name}/`)) ?? true;
      if (!allowed) lines.push(`${file} imports ${specifier}`);
    }
  }
  return lines;
}

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join('src', file.split(path.sep).join('/')))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('src/providers/testing/'));
}

test('every import of src is allowed by the table', () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(20);
  expect(files.flatMap((file) => violations(file, readFileSync(path.join(SRC, '..', file), 'utf8'), table))).toEqual(
    [],
  );
});

test('every rule has its reason', () => {
  expect(Object.keys(table.why).sort()).toEqual(Object.keys(table.may).sort());
  for (const reason of [...Object.values(table.why), ...Object.values(table.exceptions)]) expect(reason).not.toBe('');
});

test.each([
  ['src/core/x.ts', `import { pool } from '../store/database';`, 'src/core/x.ts imports store/database'],
  ['src/core/x.ts', `import fs from 'node:fs';`, 'src/core/x.ts imports node:fs'],
  ['src/workflows/x.ts', `import { send } from '../activities';`, 'src/workflows/x.ts imports activities'],
  ['src/workflows/x.ts', `import { z } from 'zod';`, 'src/workflows/x.ts imports zod'],
  ['src/workflows/x.ts', `export * from '../store/claim';`, 'src/workflows/x.ts imports store/claim'],
  ['src/api/deep/x.ts', `import { http } from '../../providers/http';`, 'src/api/deep/x.ts imports providers/http'],
  ['src/api/x.ts', `import { send } from '../workflows/send';`, 'src/api/x.ts imports workflows/send'],
  ['src/providers/x/index.ts', `const s = require('../../store/seal');`, 'src/providers/x/index.ts imports store/seal'],
  ['src/store/x.ts', `const e = await import('../errors');`, 'src/store/x.ts imports errors'],
  [
    'src/simulator/x.ts',
    `import type { P } from '../providers/provider';`,
    'src/simulator/x.ts imports providers/provider (types)',
  ],
  ['src/api/x.ts', `import { until } from '../../test/support/until';`, 'src/api/x.ts imports support/until'],
  ['src/new/x.ts', '', 'src/new/x.ts: new has no rule in scripts/import-rules.json'],
])('a planted violation is found: %s, %s', (file, text, expected) => {
  expect(violations(file, text, table)).toEqual([expected]);
});

test.each([
  ['src/workflows/x.ts', `import type { Activities } from '../activities';`],
  ['src/api/deep/x.ts', `import { start } from '../../workflows/client'; import { here } from '../near';`],
  ['src/main/up/x.ts', `import { startApi } from '../../runtime';`],
])('what the table allows is left alone: %s, %s', (file, text) => {
  expect(violations(file, text, table)).toEqual([]);
});
