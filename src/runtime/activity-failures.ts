/**
 * What fails in an activity, as Temporal is told of it: codes. The words of Postgres quote rows, those of parsers their
 * input, those of vendors what they like. They go into the log, by way of its own masks, and not into a history.
 */
import { CompleteAsyncError, type Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker';
import { OutboundError } from '../outbound/errors';

/** Failures that activities throw for their workflow: their messages are ours, and say nothing of anybody. */
const OWN_TYPES: ReadonlySet<string> = new Set(['Interrupted', 'Goes on']);
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Of Node and undici: `ECONNREFUSED`, `UND_ERR_BODY_TIMEOUT`. */
const SYSTEM_CODE = /^(E|ERR_|UND_ERR_)[A-Z_]{2,60}$/;
const CLASS_NAME = /^[A-Z][A-Za-z]{0,59}$/;
/** Of an error and its causes. */
const MAX_CODES = 5;

export interface FailureLog {
  warn(fields: object, message: string): void;
}

/** Interceptors that turn whatever an activity throws into codes; the log has the rest. */
export function createFailureInterceptors(log: FailureLog): ActivityInterceptorsFactory {
  return (context) => ({ inbound: new FailureCodes(context, log) });
}

class FailureCodes implements ActivityInboundCallsInterceptor {
  constructor(
    private readonly context: Context,
    private readonly log: FailureLog,
  ) {}

  async execute(
    ...[input, next]: Parameters<NonNullable<ActivityInboundCallsInterceptor['execute']>>
  ): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      if (isOfTemporal(error, this.context.cancellationSignal)) throw error;
      const { activityType, workflowExecution, attempt } = this.context.info;
      const told = toldFailure(activityType, error);
      const workflowId = workflowExecution?.workflowId;
      this.log.warn({ err: error, activity: activityType, workflowId, attempt }, 'an activity failed');
      throw told;
    }
  }
}

/** What Temporal itself has to see as it is. */
function isOfTemporal(error: unknown, cancelled: AbortSignal): boolean {
  if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) return true;
  if (error instanceof ApplicationFailure) return OWN_TYPES.has(error.type ?? '');
  return cancelled.aborted && error instanceof Error && error.name === 'AbortError';
}

/** The same failure in codes: retried, or not, as before. */
function toldFailure(activityType: string, error: unknown): ApplicationFailure {
  const codes = [codeOf(error)];
  for (let one = causeOf(error); one != null && codes.length < MAX_CODES; one = causeOf(one)) codes.push(codeOf(one));
  const own = error instanceof ApplicationFailure ? error : undefined;
  const told = ApplicationFailure.create({
    message: `${activityType} failed: ${codes.join(', because of ')}`,
    type: classOf(error),
    nonRetryable: own?.nonRetryable ?? false,
    nextRetryDelay: own?.nextRetryDelay ?? undefined,
    category: own?.category ?? undefined,
  });
  told.stack = `${told.name}: ${told.message}\n${framesOf(error)}`;
  return told;
}

const causeOf = (error: unknown): unknown => (error as { cause?: unknown } | null | undefined)?.cause;

/** Its class, and the code of whoever refused: of Postgres, the system, a provider, a parser. */
function codeOf(error: unknown): string {
  const name = classOf(error);
  if (error instanceof OutboundError) return `${name} ${error.class}`;
  const { code, issues } = Object(error) as { code?: unknown; issues?: unknown };
  if (typeof code === 'string' && (SQLSTATE.test(code) || SYSTEM_CODE.test(code))) return `${name} ${code}`;
  if (Array.isArray(issues)) return `${name} with ${issues.length} issues`;
  return name;
}

function classOf(error: unknown): string {
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return CLASS_NAME.test(name) ? name : 'Error';
}

/** Where it was thrown: the lines of a stack that are places in code. */
const framesOf = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? '') : '')
    .split('\n')
    .filter((line) => /^ {4}at [^()]*(\([^()]*:\d+:\d+\)|[^\s]*:\d+:\d+)$/.test(line))
    .join('\n');
