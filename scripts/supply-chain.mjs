/**
 * What Heliograph is made of, from package-lock.json alone: docs/sbom.cdx.json (CycloneDX 1.6) and docs/licenses.md.
 * The same lock file gives the same bytes. `--check` only compares, and judges the lock file itself.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const { componentsOf, lockProblems, toBom, toLicenceList } = createRequire(import.meta.url)('./lock-file.cjs');

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const read = (file) => readFileSync(path.join(root, file), 'utf8');

const lock = JSON.parse(read('package-lock.json'));
const manifest = JSON.parse(read('package.json'));
const components = componentsOf(lock);
const files = {
  'docs/sbom.cdx.json': `${JSON.stringify(toBom(lock, components), null, 1)}\n`,
  'docs/licenses.md': toLicenceList(components),
};

if (process.argv.includes('--check')) {
  const problems = lockProblems(lock, manifest);
  for (const [file, text] of Object.entries(files)) {
    if (read(file) !== text) problems.push(`${file} is not what package-lock.json says: node scripts/supply-chain.mjs`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
} else {
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(root, file), text);
}
