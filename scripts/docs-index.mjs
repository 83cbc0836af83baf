/** Writes docs/README.md, the index of the pages, from their first lines; `--check` only compares. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexMarkdown, readPages } from './docs/index.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(root, 'docs', 'README.md');
const text = indexMarkdown(readPages(root));

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('docs/README.md is not what the pages say of themselves: node scripts/docs-index.mjs');
  process.exitCode = 1;
}
