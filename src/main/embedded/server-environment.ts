/** The environment of programs that are not ours: they need none of our settings, and must not be told our secrets. */

/** What programs need of a system to run at all, and to write times and texts. */
const SYSTEM =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TZDIR|TMPDIR|TEMP|TMP|SYSTEMROOT|(DY)?LD_LIBRARY_PATH)$/;
/** What is ours, or may hold a secret of ours. */
const OURS = /^(HELIOGRAPH_|TEMPORAL_|DATABASE_URL$|PG[A-Z]+$)/;

/** For a program that runs as long as the supervisor, or that reads nothing else from its environment. */
export function systemEnvironment(source: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(source).filter(([name]) => SYSTEM.test(name)));
}

/** For one that is configured by whatever there is, such as pip by its index and its proxy. */
export function withoutOurs(source: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(source).filter(([name]) => !OURS.test(name)));
}
