/** `.env`: settings in a file, for the commands that people run in the project's folder. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';

/**
 * Puts what `.env` in `folder` says into `environment`; what stands there already wins, and an empty value is none.
 * @returns the names that were taken from the file
 * @throws Error naming a file that can't be read.
 */
export function readEnvironmentFile(
  folder: string = process.cwd(),
  environment: NodeJS.ProcessEnv = process.env,
): string[] {
  const file = path.join(folder, '.env');
  if (!existsSync(file)) return [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} can't be read (${(error as NodeJS.ErrnoException).code}): correct its permissions.`);
  }
  const taken = Object.entries(parseEnv(text)).filter(
    ([name, value]) => value !== '' && environment[name] === undefined,
  );
  for (const [name, value] of taken) environment[name] = value;
  return taken.map(([name]) => name);
}
