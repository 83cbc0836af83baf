/** Files of the data folder are this user's alone, whatever the umask that the supervisor was started with. */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What servers and processes that we start may let others do with their files: nothing. */
const UMASK = 0o077;
const OTHERS = 0o077;
const FOLDER = 0o700;
const FILE = 0o600;
/** Sticky: a folder of everybody, such as /tmp, stays one. */
const SHARED = 0o1000;
/** What we put into a data folder. Somebody may have named a folder that holds other things, too. */
const OURS = /^(postgres(\..*)?|temporal[.-].*|supervisor\.json|(admin|master)\.key)$/;
/** The group may pass: as root, Postgres runs as a user of its own (`postgres-user.ts`). */
const GROUP_PASSES = 0o010;

/** Starts a process whose files are private. A umask can be given to a child in no other way than to inherit it. */
export function withPrivateFiles<T>(start: () => T): T {
  const before = process.umask(UMASK);
  try {
    return start();
  } finally {
    process.umask(before);
  }
}

/**
 * Makes the data folder, or closes to others what an earlier release left open.
 * @throws Error of the file system, with its code.
 */
export function makeDataFolder(folder: string): void {
  if (!existsSync(folder)) {
    makeParents(path.dirname(folder));
    mkdirSync(folder, { mode: FOLDER });
  }
  const { mode, gid } = statSync(folder);
  const passes = process.getuid?.() === 0 && gid !== 0 ? mode & GROUP_PASSES : 0;
  if ((mode & SHARED) === 0) chmodSync(folder, FOLDER | passes);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (!OURS.test(entry.name) || (!entry.isFile() && !entry.isDirectory())) continue;
    if ((statSync(file).mode & OTHERS) !== 0) chmodSync(file, entry.isDirectory() ? FOLDER : FILE);
  }
}

/**
 * Folders on the way can be passed, whatever the umask. Not the recursive option of mkdir: on a file system that can't be
 * written, such as /proc, Node never returns from it.
 */
function makeParents(folder: string): void {
  if (existsSync(folder)) return;
  makeParents(path.dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o711);
}
