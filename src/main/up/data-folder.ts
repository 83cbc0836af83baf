/** The data folder: one supervisor at a time, keys that outlive it, and the record of what it runs. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeDataFolder } from '../embedded/private-files';
import { commandLineOf, stopLeftover } from '../embedded/server-process';
import { createFile, replaceFile } from '../embedded/whole-files';

/** A process as recorded; the command line tells it from another one that got its number later. */
interface RecordedProcess {
  pid: number;
  commandLine: string;
}

interface Record {
  supervisor: RecordedProcess;
  children: (RecordedProcess & { name: string })[];
}

export interface DataFolder {
  /**
   * Keeps what runs, in the order of its start, on file: a next start stops it should this process be killed. Resolves
   * once it is there.
   * @throws the file's error; the next record is tried again.
   */
  record(running: { name: string; pid: number }[]): Promise<void>;
  /** The secret kept in `file`, made at first use. Readable by this user only. */
  secret(file: string, make: () => string): string;
  /** Gives the folder back; nothing may be recorded after it. */
  release(): Promise<void>;
}

/**
 * Makes the data folder and takes it for this process. Children of a supervisor that was killed are stopped.
 * @throws Error with one sentence: the folder can't be used, or another supervisor uses it.
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const file = path.join(folder, 'supervisor.json');
  const own: Record = { supervisor: await describe(process.pid), children: [] };
  try {
    makeDataFolder(folder);
    await take(file, folder, own);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(
      `The data folder ${folder} can't be used (${code}): make it a folder that this user can write, or set HELIOGRAPH_DATA_DIR.`,
    );
  }
  let writing = Promise.resolve();
  return {
    record: (running) => {
      const written = writing.then(async () => {
        const children = await Promise.all(running.map(async ({ name, pid }) => ({ name, ...(await describe(pid)) })));
        replaceFile(file, JSON.stringify({ ...own, children }));
      });
      writing = written.catch(() => undefined);
      return written;
    },
    secret: (name, make) => keep(path.join(folder, name), make),
    release: async () => {
      await writing;
      rmSync(file, { force: true });
    },
  };
}

async function take(file: string, folder: string, own: Record): Promise<void> {
  for (;;) {
    if (createFile(file, JSON.stringify(own))) return;
    const earlier = readRecord(file);
    if (earlier !== undefined && (await isRunning(earlier.supervisor))) {
      throw new Error(
        `The data folder ${folder} is in use by process ${earlier.supervisor.pid}: stop it, or set HELIOGRAPH_DATA_DIR.`,
      );
    }
    for (const { name, pid, commandLine } of (earlier?.children ?? []).toReversed()) {
      // Postgres would wait for its clients on SIGTERM.
      await stopLeftover(pid, [commandLine], name === 'postgres' ? 'SIGINT' : 'SIGTERM');
    }
    rmSync(file, { force: true });
  }
}

/** `undefined` when it is gone, or is no record: an earlier release left one half written when it was killed. */
function readRecord(file: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function isRunning(recorded: RecordedProcess): Promise<boolean> {
  return recorded.pid !== process.pid && (await commandLineOf(recorded.pid)) === recorded.commandLine;
}

async function describe(pid: number): Promise<RecordedProcess> {
  return { pid, commandLine: (await commandLineOf(pid)) ?? '(gone)' };
}

function keep(file: string, make: () => string): string {
  createFile(file, `${make()}\n`);
  return readFileSync(file, 'utf8').trim();
}

/** A new admin key. */
export function newAdminKey(): string {
  return `admin_${randomBytes(24).toString('base64url')}`;
}

/** A new master key: 32 bytes, base64. */
export function newMasterKey(): string {
  return randomBytes(32).toString('base64');
}
