/** What the first bytes of an uploaded file tell: whether it is a list of recipients at all. */
import { parse } from 'csv-parse/sync';
import { csvOptions, DELIMITERS, looksLike, MAX_LINE_BYTES, planColumns } from '../../../core/audience/upload-file';
import { AppError } from '../../../errors';
import type { UploadDraft } from '../../../store/audience/upload-bytes';

/** The header row, and a little of what follows. */
const HEAD_BYTES = 2 * MAX_LINE_BYTES;

/** How a file is to be read, as far as somebody said so. */
export interface FileSettings {
  numberColumn: string | null;
  /** Null = as the file says, or shows, itself. */
  delimiter: string | null;
}

/** Spreadsheets write their delimiter into a line of its own before the header, and take it from there. */
const SEPARATOR_LINE = /^(?:\ufeff)?"?sep=(\\t|[^"\r\n])"?[,;|\t ]*(?:\r\n|\n|\r)/i;

/**
 * Reads the header row.
 * @param start the first bytes of the file, {@link HEAD_BYTES} or the whole of it.
 * @throws AppError invalid-request saying what is wrong with the file, and the remedy.
 */
export function readHeader(
  start: Buffer,
  { numberColumn, delimiter: wanted }: FileSettings,
): Pick<UploadDraft, 'columns' | 'headerEnd' | 'delimiter'> {
  const kind = looksLike(start);
  if (kind !== null) throw refuseFile(`it looks like ${kind}: upload CSV as UTF-8 text`);
  const named = SEPARATOR_LINE.exec(start.toString('latin1', 0, SEPARATOR_BYTES).replace(/^\xef\xbb\xbf/, '\ufeff'));
  const skipped = named === null ? 0 : named[0].length + (named[0].startsWith('\ufeff') ? 2 : 0);
  const head = start.subarray(skipped, HEAD_BYTES);
  const delimiter = named === null ? (wanted ?? delimiterOf(head, numberColumn)) : separatorOf(named[1]!);
  const [header, first] = readRecords(head, delimiter);
  if (header === undefined) throw refuseFile('it is empty');
  // Rows are counted as a spreadsheet does, which shows no line that names the delimiter.
  const headerEnd = { ...header.end, byte: skipped + header.end.byte, line: header.end.line + (skipped > 0 ? 1 : 0) };
  if (header.end.byte > MAX_LINE_BYTES) {
    throw refuseFile(`line ${headerEnd.line}, the header, is longer than ${MAX_LINE_BYTES / 1_024} KB`);
  }
  const reading = planColumns(header.cells, { numberColumn, delimiter });
  if (!reading.ok) throw refuseFile(reading.problem);
  // Where there is more than we have looked at, the import will find the rows, or say that there are none.
  if (first === undefined && skipped + head.length === start.length) throw refuseFile('it has only a header row');
  return { columns: header.cells, headerEnd, delimiter };
}

/** Enough for the line that names the delimiter. */
const SEPARATOR_BYTES = 64;

function separatorOf(named: string): string {
  const delimiter = named === '\\t' ? '\t' : named;
  if (DELIMITERS.includes(delimiter)) return delimiter;
  throw refuseFile(
    `its first line names ${JSON.stringify(delimiter)} as delimiter: comma, semicolon, tab and pipe are known`,
  );
}

/** The delimiter that makes a header with numbers of the first row, in as many columns as can be. */
function delimiterOf(head: Buffer, numberColumn: string | null): string {
  let best = { delimiter: DELIMITERS[0]!, fits: false, width: 0 };
  for (const delimiter of DELIMITERS) {
    const cells = firstRow(head, delimiter);
    const fits = planColumns(cells, { numberColumn, delimiter }).ok;
    const width = cells.length;
    if ((fits && !best.fits) || (fits === best.fits && width > best.width)) best = { delimiter, fits, width };
  }
  return best.delimiter;
}

/** Empty: it can't be read with this delimiter. */
function firstRow(head: Buffer, delimiter: string): string[] {
  try {
    return readRecords(head, delimiter)[0]?.cells ?? [];
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
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
