#!/usr/bin/env node
/** `npx heliograph …` of a clone: the command line of dist, which is built first where it is not there. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const entry = path.join(root, 'dist', 'main', 'cli.js');

if (!existsSync(entry)) {
  console.error('heliograph: building, once …');
  const { build } = await import('./build.mjs');
  await build();
}
await import(pathToFileURL(entry).href);
