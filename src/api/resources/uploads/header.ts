/** What the first bytes of an uploaded file tell: whether it is a list of recipients at all. */
import { parse } from 'csv-parse/sync';
import {
  csvOptions,
  looksLike,
  MAX_LINE_BYTES,
  planColumns,
  type ColumnSettings,
} from '../../../core/audience/upload-file';
import { AppError } from '../../../errors';
import type { UploadDraft } from '../../../store/audience/upload-bytes';

/** The header row, and a little of what follows. */
const HEAD_BYTES = 2 * MAX_LINE_BYTES;

/**
 * Reads the header row.
 * @param start the first bytes of the file, {@link HEAD_BYTES} or the whole of it.
 * @throws AppError invalid-request saying what is wrong with the file, and the remedy.
 */
export function readHeader(start: Buffer, settings: ColumnSettings): Pick<UploadDraft, 'columns' | 'headerEnd'> {
  const kind = looksLike(start);
  if (kind !== null) throw refuseFile(`it looks like ${kind}: upload CSV as UTF-8 text`);
  const head = start.subarray(0, HEAD_BYTES);
  const [header, first] = readRecords(head, settings.delimiter);
  if (header === undefined) throw refuseFile('it is empty');
  if (header.end.byte > MAX_LINE_BYTES) {
    throw refuseFile(`line ${header.end.line}, the header, is longer than ${MAX_LINE_BYTES / 1_024} KB`);
  }
  const reading = planColumns(header.cells, settings);
  if (!reading.ok) throw refuseFile(reading.problem);
  // Where there is more than we have looked at, the import will find the rows, or say that there are none.
  if (first === undefined && head.length === start.length) throw refuseFile('it has only a header row');
  return { columns: header.cells, headerEnd: header.end };
}

export function refuseFile(problem: string): AppError {
  return new AppError('invalid-request', `The file can’t be used: ${problem}`, {
    problems: [{ field: 'file', message: problem }],
  });
}

interface HeadRecord {
  cells: string[];
  end: UploadDraft['headerEnd'];
}

/** The first two records that hold anything. What is cut off at the end of `head` is a record too. */
function readRecords(head: Buffer, delimiter: string): HeadRecord[] {
  const found: HeadRecord[] = [];
  let row = 0;
  try {
    parse(head, {
      ...csvOptions(delimiter),
      bom: true,
      on_record(cells: string[], { bytes, lines }) {
        row++;
        if (found.length < 2 && cells.some((cell) => cell.trim() !== '')) {
          found.push({ cells, end: { byte: bytes, row, line: lines } });
        }
        return null;
      },
    });
  } catch (error) {
    if ((error as { code?: string }).code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
    if (found.length === 0) throw refuseFile('a quote opens in the header row and is never closed');
    // Else it is a later row that has it, which may go on behind these bytes.
    found.push({ cells: [], end: { byte: head.length, row: row + 1, line: 0 } });
  }
  return found;
}
