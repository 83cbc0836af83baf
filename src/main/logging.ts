/**
 * Structured logs on standard output: the one logger of a process. What is logged is chosen field by field and masked
 * (`logging/describe.ts`); request and message bodies never are.
 */
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config';
import { describeError, describeFields } from './logging/describe';
import { maskText } from './logging/mask';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** What may stand in no line, whatever it stands in. */
  secrets?: readonly string[];
  /** For tests; default standard output, pretty on a terminal where pino-pretty is installed. */
  destination?: DestinationStream;
}

/**
 * A logger for one process.
 * @param name Process name, on every line as `process`.
 */
export function createLogger(name: string, level: string, { secrets = [], destination }: LoggerOptions = {}): Logger {
  return pino(
    {
      level,
      base: { process: name, pid: process.pid },
      formatters: {
        log: (fields) => describeFields(fields, secrets),
        bindings: (fields) => describeFields(fields, secrets),
      },
      // Fields are described before; pino's own serializer would take a described error for one of its kind.
      serializers: { err: (described: unknown) => described },
      hooks: {
        logMethod(args, method) {
          const [first, ...rest] = args as unknown[];
          const fields = first instanceof Error ? { err: first } : first;
          const told = first instanceof Error && rest.length === 0 ? [first.name] : rest;
          const masked = [fields, ...told].map((each) => (typeof each === 'string' ? maskText(each, secrets) : each));
          method.apply(this, masked as typeof args);
        },
      },
    },
    destination ?? prettyDestination() ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** What this process holds and no line may: see {@link LoggerOptions.secrets}. */
export function secretsOf({ adminKey, masterKeys = [], databaseUrl, databaseOwnerUrl }: Config): string[] {
  const keys = masterKeys.map(({ key }) => key.toString('base64'));
  return [adminKey, ...keys, ...passwordsOf(databaseUrl), ...passwordsOf(databaseOwnerUrl)].filter(
    (each) => each !== undefined,
  );
}

/** Of a connection string, as it is written and as it is meant. */
function passwordsOf(url: string | undefined): string[] {
  const [, written] = /^[^/]*\/\/[^@/]*?:([^@/]*)@/.exec(url ?? '') ?? [];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}

/** An error as a person reads it who started a process: one masked sentence. */
export function sentenceOf(error: unknown, secrets: readonly string[] = []): string {
  const { message } = describeError(error, secrets) as { message: string };
  return message;
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
