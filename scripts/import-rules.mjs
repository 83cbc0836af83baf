/** The table of who may import whom (import-rules.json) as lint rules. test/imports.test.ts checks the same table by itself. */
import { readFileSync } from 'node:fs';

const table = JSON.parse(readFileSync(new URL('./import-rules.json', import.meta.url), 'utf8'));
const parts = Object.keys(table.may);

/** Deepest folder below a part. A path such as `../errors` means another file at each depth, so each has its own rule. */
const MAX_DEPTH = 4;

/** ESLint configuration objects for every part of src that has a restriction. */
export function importRules() {
  return parts.filter((part) => !table.may[part].includes('*')).flatMap(rulesFor);
}

function rulesFor(part) {
  const depths = Array.from({ length: MAX_DEPTH }, (_, index) => index + 1);
  return [
    rule(part, `src/${part}.ts`, '\\./'),
    ...depths.map((depth) => rule(part, `src/${part}/${'*/'.repeat(depth - 1)}*.ts`, `(\\./)?(\\.\\./){${depth}}`)),
  ];
}

function rule(part, files, wayToSrc) {
  return {
    files: [files],
    // Tests set the stage with whatever they need.
    ignores: ['**/*.test.ts', 'src/providers/testing/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: patternsFor(part, wayToSrc) }] },
  };
}

function patternsFor(part, wayToSrc) {
  const may = table.may[part];
  const types = table.mayImportTypesOf[part] ?? [];
  const message = `Not from ${part}: ${table.why[part]} (scripts/import-rules.json)`;
  const banned = parts.filter((other) => other !== part && !may.includes(other));
  const patterns = banned.map((other) => {
    const files = may.filter((entry) => entry.startsWith(`${other}/`)).map((entry) => entry.slice(other.length + 1));
    const except = files.length === 0 ? '' : `(?!/(${files.join('|')})$)`;
    return { regex: `^${wayToSrc}${other}${except}(/|$)`, message, allowTypeImports: types.includes(other) };
  });
  const packages = table.packages[part];
  if (packages !== undefined) patterns.push({ regex: `^(?!\\.)(?!(${packages.join('|')})(/|$))`, message });
  return patterns;
}
