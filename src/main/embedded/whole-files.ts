/** Small files of the data folder that are there whole or not at all, whenever this process is killed and whoever reads them. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Puts `text` in the place of what `file` had. The file is its owner's alone. */
export function replaceFile(file: string, text: string): void {
  renameSync(written(file, text), file);
}

/** Makes `file`, unless it is there. @returns whether it was made. */
export function createFile(file: string, text: string): boolean {
  if (existsSync(file)) return false;
  const draft = written(file, text);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

/** Writes `text` beside `file`, and on the disk: a name must not outlive its content when the power goes. */
function written(file: string, text: string): string {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`);
  const descriptor = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return draft;
}
