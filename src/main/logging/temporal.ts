import { DefaultLogger, type Logger as TemporalLogger } from '@temporalio/worker';
import type { Logger } from '../logging';

/** Temporal's lines from WARN on, through our own logger: they carry the errors of activities and workflows. */
export function temporalLogger(logger: Logger): TemporalLogger {
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    const { error, ...fields } = meta ?? {};
    const described = { ...fields, ...(error === undefined ? {} : { err: error as unknown }) };
    if (level === 'ERROR') logger.error(described, message);
    else logger.warn(described, message);
  });
}
