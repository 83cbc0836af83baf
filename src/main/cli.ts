#!/usr/bin/env node
/**
 * `heliograph`: the operator's command line (docs/cli.md). What needs the product itself is loaded when it is asked for:
 * most commands only ask the API.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Local } from '../cli/command';
import { EXIT } from '../cli/exit';
import { runCli } from '../cli/run';
import { findAdminKey } from './cli/admin-key';
import { readEnvironmentFile } from './up/environment-file';

const { version } = JSON.parse(readFileSync(path.join(__dirname, '../../package.json'), 'utf8')) as { version: string };

const loaded = () => import('./cli/local.js');

const local: Local = {
  version,
  adminKey: () => Promise.resolve(findAdminKey(process.env)),
  async up() {
    // It stops by itself on signals.
    process.removeAllListeners('SIGINT');
    const { up } = await import('./up.js');
    await up();
  },
  migrate: async () => (await loaded()).migrateHere(),
  reseal: async (onColumn) => (await loaded()).resealHere(onColumn),
  settings: async () => (await loaded()).readSettings(process.env),
  isHere: async () => (await loaded()).isHere(process.env),
  examine: async (deep) => (await loaded()).examine(process.env, deep),
  temporalUi: async () => (await loaded()).findTemporalUi(process.env),
};

async function main(): Promise<void> {
  readEnvironmentFile();
  const stopping = new AbortController();
  process.on('SIGINT', () => {
    if (stopping.signal.aborted) process.exit(EXIT.interrupted);
    stopping.abort();
  });
  // Whoever reads the output may stop reading, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed),
  );
  const { argv, env, stdin, stdout, stderr } = process;
  process.exitCode = await runCli({ argv: argv.slice(2), env, stdin, stdout, stderr, signal: stopping.signal, local });
}

void main();
