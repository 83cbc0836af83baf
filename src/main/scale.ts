/**
 * `npm run scale [-- --messages 5000000] [-- --json]`: what each statement costs with next to no history and with that of
 * so many settled messages, in a database of its own, and by how much the slowest of them grew (`history_factor`).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { connectDatabase } from '../store/database';
import { migrate } from './migrate';
import { startPostgres } from './embedded/postgres';
import { makeScaleBed, type ScaleBed } from './scale/bed';
import { measure, type Cost } from './scale/measure';
import { SCALE_STATEMENTS, type ScaleStatement } from './scale/statements';

const MESSAGES = '5000000';
/** An empty table has no page of an old day to show: next to nothing, so that both answer the same. */
const NEXT_TO_NONE = 20_000;
/** As where one request in ten is a single one. */
const LONE_SHARE = 0.1;
/** The most that a slice takes, as a campaign has them. */
const SLICE_SIZE = 1_000;
const RUNS = 5;
const ROUNDS = 3;
/** Shorter times are those of the way to Postgres and back. */
const LEAST_MS = 2;

type Say = (line: string) => void;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { messages: { type: 'string', default: MESSAGES }, json: { type: 'boolean', default: false } },
  });
  const messages = Number(values.messages);
  if (!Number.isInteger(messages) || messages < NEXT_TO_NONE) {
    throw new Error(`--messages must be a whole number from ${NEXT_TO_NONE}`);
  }
  const say: Say = (line) => void process.stderr.write(`${line}\n`);
  const before: Record<string, Cost> = {};
  const after: Record<string, Cost> = {};
  const small = await openBed(NEXT_TO_NONE, say);
  try {
    const large = await openBed(messages, say);
    try {
      for (const statement of SCALE_STATEMENTS) {
        [before[statement.name], after[statement.name]] = await compare(small.bed, large.bed, statement);
      }
    } finally {
      await large.close();
    }
  } finally {
    await small.close();
  }
  const factor = (name: string): number => Math.max(after[name]!.ms, LEAST_MS) / Math.max(before[name]!.ms, LEAST_MS);
  const names = SCALE_STATEMENTS.map(({ name }) => name);
  const history_factor = Number(Math.max(...names.map(factor)).toFixed(2));
  if (values.json) process.stdout.write(`${JSON.stringify({ messages, history_factor, before, after })}\n`);
  else process.stdout.write(`${table(names, before, after, factor)}\nhistory_factor ${history_factor}\n`);
}

function table(
  names: readonly string[],
  before: Record<string, Cost>,
  after: Record<string, Cost>,
  factor: (name: string) => number,
): string {
  const pair = (name: string, of: (cost: Cost) => number, digits = 0): string =>
    `${of(before[name]!).toFixed(digits)} → ${of(after[name]!).toFixed(digits)}`;
  const lines = names.map((name) => [
    name,
    pair(name, ({ ms }) => ms, 1),
    pair(name, ({ buffers }) => buffers),
    pair(name, ({ rows }) => rows),
    factor(name).toFixed(2),
  ]);
  const cells = [['statement', 'ms', 'buffers', 'rows read', 'factor'], ...lines];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

interface OpenBed {
  bed: ScaleBed;
  close(): Promise<void>;
}

/** A database with a history of so many messages, on a server of its own. */
async function openBed(messages: number, say: Say): Promise<OpenBed> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'heliograph-scale-'));
  const server = await startPostgres({ dataDir, durable: false });
  const database = connectDatabase({ url: server.superuserUrl, connections: 1, onError: () => undefined });
  const close = async (): Promise<void> => {
    await database.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await migrate(server.superuserUrl);
    say(`a history of ${messages} messages …`);
    const history = { messages, loneShare: LONE_SHARE, sliceSize: SLICE_SIZE };
    return { bed: await makeScaleBed(database, history, say), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The cheapest of a few rounds, in which both take turns: what else the machine does falls on both. */
async function compare(small: ScaleBed, large: ScaleBed, statement: ScaleStatement): Promise<[Cost, Cost]> {
  const costs: [Cost, Cost][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    costs.push([await measure(small, statement, RUNS), await measure(large, statement, RUNS)]);
  }
  const least = (side: 0 | 1): Cost => costs.map((pair) => pair[side]).reduce((a, b) => (b.ms < a.ms ? b : a));
  return [least(0), least(1)];
}

main().catch((error: unknown) => {
  process.stderr.write(`scale: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
