/** Structured logs on standard output. What is logged is chosen field by field; request and message bodies never are. */
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Runs of digits this long may be a phone number; error texts of libraries can carry one. */
const LONG_NUMBER = /\d{8,}/g;

/**
 * A logger for one process.
 * @param name Process name, on every line as `process`.
 * @param destination For tests; default standard output, pretty on a terminal where pino-pretty is installed.
 */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const options = { level, base: { process: name, pid: process.pid }, serializers: { err: describeError } };
  return pino(options, destination ?? prettyDestination() ?? pino.destination({ fd: 1, sync: true }));
}

/** Pino's own serializer copies every property of an error, such as the row in a database error's `detail`. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: maskNumbers(String(error)) };
  return {
    type: error.name,
    message: maskNumbers(error.message),
    code: (error as { code?: unknown }).code,
    stack: maskNumbers(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

function maskNumbers(text: string): string {
  return text.replace(LONG_NUMBER, (digits) => `…${digits.slice(-2)}`);
}

function prettyDestination(): DestinationStream | undefined {
  if (!process.stdout.isTTY || process.env.NODE_ENV === 'production') return undefined;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- a development dependency: absent in the image.
    const { build } = require('pino-pretty') as typeof import('pino-pretty');
    return build({ ignore: 'pid,hostname,process', messageFormat: '{process}: {msg}', sync: true });
  } catch {
    return undefined;
  }
}
