/** Writes the table of docs/configuration.md from the configuration's own schema (dist/config.js); `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(root, 'docs', 'configuration.md');
const { describeEnvironment } = createRequire(import.meta.url)(path.join(root, 'dist', 'config.js'));

const BEGIN = '<!-- configuration: generated from src/config.ts by scripts/docs-config.mjs -->';
const END = '<!-- /configuration -->';

/** What would end a cell, or be taken for HTML. */
const plain = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const rows = describeEnvironment().map(
  ({ name, description, fallback }) => `| \`${name}\` | ${fallback ? `\`${fallback}\`` : ''} | ${plain(description)} |`,
);
const table = ['| Variable | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');

const before = readFileSync(file, 'utf8');
const [head, rest] = before.split(BEGIN);
const tail = rest?.split(END)[1];
if (tail === undefined) throw new Error(`docs/configuration.md has lost its markers ${BEGIN} and ${END}`);
const after = `${head}${BEGIN}\n<!-- prettier-ignore -->\n${table}\n\n${END}${tail}`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, after);
} else if (before !== after) {
  console.error('The table of docs/configuration.md is not what src/config.ts says: node scripts/docs-config.mjs');
  process.exitCode = 1;
}
