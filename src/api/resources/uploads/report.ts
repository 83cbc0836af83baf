/** The report of a file's bad rows, as CSV. */
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Pool } from 'pg';
import type { Scope } from '../../../core/accounts/api-key';
import { listUploadErrors } from '../../../store/audience/uploads';
import type { Call } from '../../endpoint';
import { safeCell } from '../../http/csv';
import { toError } from './schema';

/** Rows of the report that are read at once. */
const REPORT_PAGE = 5_000;

/** Page after page, so that a report of any length takes the same memory. */
export async function* reportOf(pool: Pool, uploadId: string, scopes: readonly Scope[]) {
  for (let after = 0; ;) {
    const errors = await listUploadErrors(pool, uploadId, after, REPORT_PAGE);
    for (const error of errors) {
      const { column, value, message, ...rest } = toError(error, scopes);
      yield { ...rest, column: safeCell(column), value: safeCell(value), message: safeCell(message) };
    }
    if (errors.length < REPORT_PAGE) return;
    after = errors.at(-1)!.no;
  }
}

/** Writes a report to its end. */
export async function sendReport(
  { deps, response }: Pick<Call, 'deps' | 'response'>,
  filename: string,
  rows: ReturnType<typeof reportOf>,
): Promise<void> {
  response.type('text/csv').attachment(filename);
  // The values are somebody else's: a spreadsheet must not take one for a formula.
  const csv = stringify({ header: true, columns: ['row', 'column', 'value', 'message'] });
  try {
    await pipeline(rows, csv, response);
  } catch (err) {
    // The status has gone out, so a report that is cut off is all that can tell. Mostly the client has left.
    deps.log.info({ err, filename }, 'a report of errors was not sent to its end');
  }
}
