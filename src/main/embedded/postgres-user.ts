/**
 * Postgres refuses to run as root. A root supervisor therefore runs it as the user `postgres`, which must be able to
 * reach the binaries and the data folder.
 */
import { execFile } from 'node:child_process';
import { chmod, chown, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemEnvironment } from './server-environment';

const run = (program: string, args: string[]) => promisify(execFile)(program, args, { env: systemEnvironment() });
const ACCOUNT = 'postgres';

/** How to run a Postgres program here. */
export interface Runner {
  /** Owner that the cluster's files need; absent when we run it as ourselves. */
  owner?: { uid: number; gid: number };
  command(
    program: string,
    args: string[],
  ): { command: string; args: string[]; identity?: { uid: number; gid: number } };
}

/**
 * Finds out how to run Postgres as a user who isn't root and who can reach both folders. Of the data folder it lets that
 * user pass, by the group, and nobody else.
 * @throws Error naming the folder in the way and the remedies.
 */
export async function runAs(dataDir: string, binaries: string): Promise<Runner> {
  if (process.getuid?.() !== 0) return { command: (command, args) => ({ command, args }) };
  const owner = await account();
  // Where it can't be done, the folder is closed like any other.
  await letPass(dataDir, owner.gid).catch(() => undefined);
  const folders = [dataDir, binaries];
  const closed = await firstClosed(folders, owner);
  if (closed === undefined) return { owner, command: (command, args) => ({ command, args, identity: owner }) };

  // A clone below a 0700 folder (mktemp -d, /root). The right to pass closed folders can be handed to Postgres alone.
  const handOver = [
    ...[`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'],
    ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override'],
  ];
  const works = await run('setpriv', [
    ...handOver,
    'ls',
    '-d',
    ...folders.map((folder) => `${path.resolve(folder)}/.`),
  ]).then(
    () => true,
    () => false,
  );
  if (works)
    return { owner, command: (program, args) => ({ command: 'setpriv', args: [...handOver, program, ...args] }) };
  throw new Error(
    `Postgres runs as the user "${ACCOUNT}" when started by root, and ${closed} is closed to it: chmod o+x ${closed}, ` +
      'set HELIOGRAPH_DATA_DIR to a folder that it can reach, start as a user other than root, or set DATABASE_URL.',
  );
}

async function letPass(dataDir: string, gid: number): Promise<void> {
  const { uid, mode } = await stat(dataDir);
  if ((mode & 0o001) !== 0) return;
  await chown(dataDir, uid, gid);
  await chmod(dataDir, 0o710);
}

/** Ids of the system account `postgres`, which is created when there is none. */
async function account(): Promise<{ uid: number; gid: number }> {
  try {
    return await ids();
  } catch {
    try {
      await run('useradd', ['--system', '--user-group', '--no-create-home', ACCOUNT]);
      return await ids();
    } catch {
      throw new Error(
        `Postgres can't run as root and no user "${ACCOUNT}" could be made: start as another user, or set DATABASE_URL.`,
      );
    }
  }
}

async function ids(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT]), run('id', ['-g', ACCOUNT])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** The outermost folder on the way to `folders` that `owner` may not pass. */
async function firstClosed(folders: string[], owner: { uid: number; gid: number }): Promise<string | undefined> {
  for (const folder of folders) {
    const parts = path.resolve(folder).split(path.sep);
    for (let depth = 1; depth <= parts.length; depth++) {
      const part = parts.slice(0, depth).join(path.sep) || path.sep;
      const { mode, uid, gid } = await stat(part);
      const passBit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
      if ((mode & passBit) === 0) return part;
    }
  }
  return undefined;
}
