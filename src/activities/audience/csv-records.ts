/** CSV records out of bytes: a parser that says where each record ends, and gives up on one that does not end. */
import { Parser } from 'csv-parse';
import { csvOptions, MAX_LINE_BYTES } from '../../core/audience/upload-file';
import type { ImportCursor } from '../../store/audience/upload-rows';

export interface CsvRecord {
  cells: string[];
  /** Where the record ends in the file. */
  end: ImportCursor;
}

/** The file can't be read any further. The message is for whoever uploaded it. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

/** Bytes that are parsed at once. With {@link MAX_LINE_BYTES} it bounds what the parser holds. */
export const SLICE_BYTES = 64 * 1_024;
/** The parser keeps so many bytes back, in case a line break begins in them. */
const HELD_BACK_BYTES = 2;

export interface RecordReader {
  /**
   * @param bytes the next ones, up to {@link SLICE_BYTES}.
   * @returns the records that end in them.
   * @throws UnreadableFile naming the line.
   */
  feed(bytes: Buffer): Promise<CsvRecord[]>;
  /** There are no more bytes. @returns the last record, when no line break ends it. @throws UnreadableFile */
  end(): Promise<CsvRecord[]>;
}

/**
 * The parser, calling for each record when it ends. As a stream it would queue them without their ends; its own
 * `on_record` tells the ends, by copying all that it knows for each record, which takes as long as parsing does.
 */
class CallingParser extends Parser {
  constructor(
    delimiter: string,
    private readonly onRecord: (cells: string[], position: { bytes: number; lines: number }) => void,
  ) {
    super(csvOptions(delimiter));
  }

  override push(record: string[] | null): boolean {
    if (record === null) return super.push(null);
    this.onRecord(record, this.info);
    return true;
  }
}

/** @param from where the first bytes stand in the file: behind the header, or behind any later record. */
export function createRecordReader(delimiter: string, from: ImportCursor): RecordReader {
  let records: CsvRecord[] = [];
  let last = from;
  let fed = from.byte;
  let problem: UnreadableFile | undefined;
  const parser = new CallingParser(delimiter, (cells, { bytes, lines }) => {
    const end = { byte: from.byte + bytes, row: last.row + 1, line: from.line + lines };
    if (end.byte - last.byte > MAX_LINE_BYTES) problem ??= tooLong();
    last = end;
    records.push({ cells, end });
  });
  // Errors are taken from the callbacks of write and end; an event without a listener would end the process.
  parser.on('error', () => undefined);

  const tooLong = (): UnreadableFile =>
    new UnreadableFile(
      `line ${last.line + 1} is longer than ${MAX_LINE_BYTES / 1_024} KB, or a quote opens in it and is never closed`,
    );

  const take = (): CsvRecord[] => {
    if (problem !== undefined) throw problem;
    const taken = records;
    records = [];
    return taken;
  };

  return {
    async feed(bytes) {
      const nul = bytes.indexOf(0);
      if (nul >= 0) {
        const line = last.line + 1 + lineBreaks(bytes.subarray(0, nul));
        throw new UnreadableFile(`there is a NUL byte near line ${line}: the file is binary, or broken`);
      }
      await new Promise<void>((resolve, reject) => {
        parser.write(bytes, (error) => (error ? reject(asUnreadable(error, last.line + 1)) : resolve()));
      });
      fed += bytes.length;
      if (fed - last.byte > MAX_LINE_BYTES + HELD_BACK_BYTES) problem ??= tooLong();
      return take();
    },
    async end() {
      await new Promise<void>((resolve, reject) => {
        parser.once('error', (error) => reject(asUnreadable(error, last.line + 1)));
        parser.end(resolve);
      });
      return take();
    },
  };
}

function lineBreaks(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

/** A mistake in the file, as opposed to one in this program. */
function asUnreadable(error: Error, line: number): Error {
  if ((error as { code?: string }).code !== 'CSV_QUOTE_NOT_CLOSED') return error;
  return new UnreadableFile(`a quote opens in line ${line} and is never closed`);
}
