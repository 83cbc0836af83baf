import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../logging';

/** What the SDK warns of where a worker is meant for workflows alone, or for activities alone, as all of ours are. */
const MEANT_SO = /^No (workflows|activities) registered, not polling for /;

/** Temporal's lines from WARN on, through our own logger: they carry the errors of activities and workflows. */
export function temporalLogger(logger: Logger): TemporalLogger {
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    if (level === 'WARN' && MEANT_SO.test(message)) return;
    const { error, ...fields } = meta ?? {};
    const described = { ...fields, ...(error === undefined ? {} : { err: error as unknown }) };
    if (level === 'ERROR') logger.error(described, message);
    else logger.warn(described, message);
  });
}
