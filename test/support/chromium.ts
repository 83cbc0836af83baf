/** Where a Chromium is that tests of pages can start. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const DEBIANS = '/usr/bin/chromium';
const NAMES = ['chromium', 'google-chrome'];

/** The program; undefined = none is installed. `HELIOGRAPH_CHROMIUM` says which, and is not second-guessed. */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.HELIOGRAPH_CHROMIUM !== undefined) return env.HELIOGRAPH_CHROMIUM;
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return [DEBIANS, ...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)))].find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is said once where there is none. */
export const NO_CHROMIUM =
  'Tests in a browser are skipped: no Chromium was found (apt-get install chromium, or name one in HELIOGRAPH_CHROMIUM).';
