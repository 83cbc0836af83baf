/** Writes docs/openapi.json from what the routes say of themselves (dist/api); `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(root, 'docs', 'openapi.json');
const require = createRequire(import.meta.url);
const api = path.join(root, 'dist', 'api');
const { committedDocument } = require(path.join(api, 'openapi', 'committed.js'));
const { operations } = require(path.join(api, 'operations.js'));

const text = committedDocument(operations);
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error(
    'docs/openapi.json is not what the routes say of themselves: npm run build && node scripts/openapi.mjs',
  );
  process.exitCode = 1;
}
