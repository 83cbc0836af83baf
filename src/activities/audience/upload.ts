/** The `importUpload` activity: turns the stored bytes of an upload into recipients or suppressions, and reports the other rows. */
import type { Pool } from 'pg';
import type { NumberHash } from '../../core/accounts/pseudonyms';
import { createSuppressionRowReader } from '../../core/audience/suppression-row';
import { MAX_ROWS, planColumns } from '../../core/audience/upload-file';
import { createRowReader, type RowError } from '../../core/audience/upload-row';
import { writeSuppressionBlock } from '../../store/audience/suppression-lists';
import {
  countUpload,
  type UploadCounts,
  failImport,
  findImport,
  finishImport,
  readChunk,
  writeImportBlock,
  type ImportBlock,
  type ImportCursor,
  type ImportTask,
} from '../../store/audience/upload-rows';
import { createRecordReader, SLICE_BYTES, UnreadableFile } from './csv-records';

export type { UploadCounts };

/** Rows per statement, and so how much is done again after a crash. */
const BLOCK_ROWS = 2_000;

/**
 * Brings an import to its end, from where an earlier try left it. Harmless to repeat, and to run twice at a time: of
 * two, the one that moves the cursor second stops.
 * @returns what was read; null = the upload is gone.
 * @param stopping when it is aborted, the import stops behind a block and is not over.
 * @param hash keyed, of numbers: records of consent have it.
 */
export async function importUpload(
  pool: Pool,
  uploadId: string,
  stopping: AbortSignal,
  hash: NumberHash,
): Promise<UploadCounts | null> {
  const task = await findImport(pool, uploadId);
  if (task === null) return countUpload(pool, uploadId);
  try {
    if (await importRows(pool, uploadId, task, stopping, hash)) await finishImport(pool, uploadId);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    await failImport(pool, uploadId, error.message);
  }
  return countUpload(pool, uploadId);
}

/** @returns whether the end of the file was reached. */
async function importRows(
  pool: Pool,
  id: string,
  task: ImportTask,
  stopping: AbortSignal,
  hash: NumberHash,
): Promise<boolean> {
  const columns = planColumns(task.columns, task);
  if (!columns.ok) throw new UnreadableFile(columns.problem);
  const { plan } = columns;
  if (task.kind === 'recipients') {
    const blocks = readBlocks(pool, id, task, createRowReader(plan, task.defaultCountry));
    return writeBlocks(task.rows, blocks, stopping, (block) => writeImportBlock(pool, id, block, plan.number.name));
  }
  const blocks = readBlocks(pool, id, task, createSuppressionRowReader(plan, task.defaultCountry, Date.now()));
  return writeBlocks(task.rows, blocks, stopping, (block) => writeSuppressionBlock(pool, id, block, hash));
}

/**
 * @param rows that were read before.
 * @param write false = somebody else has moved the cursor, or the upload was deleted.
 */
async function writeBlocks<Row>(
  rows: number,
  blocks: AsyncGenerator<ImportBlock<Row>>,
  stopping: AbortSignal,
  write: (block: ImportBlock<Row>) => Promise<boolean>,
): Promise<boolean> {
  let total = rows;
  let writing: Promise<boolean> = Promise.resolve(true);
  try {
    for await (const block of blocks) {
      total += block.valid.length + block.invalid.length;
      // One block is written while the next is read, and no more than these two are held.
      if (!(await writing) || stopping.aborted) return false;
      if (total > MAX_ROWS) throw new UnreadableFile(`the file has more than ${MAX_ROWS} rows: split it`);
      writing = write(block);
      // Awaited with the next block, or after the loop; without this a failure until then would end the process.
      writing.catch(() => undefined);
    }
  } finally {
    // A block that is being written must be over before the caller ends the import.
    await writing.catch(() => undefined);
  }
  return writing;
}

/** What a reader makes of a row. */
type RowReading<Row> =
  ({ kind: 'valid'; note?: RowError } & Row) | ({ kind: 'invalid' } & RowError) | { kind: 'blank' };

/** Reads from the task's cursor to the end of the file. */
async function* readBlocks<Row>(
  pool: Pool,
  id: string,
  { delimiter, bytes, cursor }: ImportTask,
  readRow: (cells: readonly string[]) => RowReading<Row>,
): AsyncGenerator<ImportBlock<Row>> {
  const reader = createRecordReader(delimiter, cursor);
  let block = emptyBlock<Row>(cursor);
  let filled = 0;
  const add = (records: Awaited<ReturnType<typeof reader.feed>>): ImportBlock<Row>[] => {
    const full: ImportBlock<Row>[] = [];
    for (const { cells, end } of records) {
      addRow(block, end.row, readRow(cells));
      block.to = end;
      if (++filled < BLOCK_ROWS) continue;
      full.push(block);
      block = emptyBlock(end);
      filled = 0;
    }
    return full;
  };

  for (let offset = cursor.byte; offset < bytes;) {
    const chunk = await readChunk(pool, id, offset);
    // The upload was deleted meanwhile: nothing is left to import, and there is no row that could be finished.
    if (chunk === null) return;
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      yield* add(await reader.feed(chunk.subarray(at, at + SLICE_BYTES)));
    }
    offset += chunk.length;
  }
  yield* add(await reader.end());
  // Line breaks behind the last row belong to it.
  block.to = { ...block.to, byte: bytes };
  yield block;
}

const emptyBlock = <Row>(at: ImportCursor): ImportBlock<Row> => ({
  valid: [],
  invalid: [],
  notes: [],
  from: at,
  to: at,
});

function addRow<Row>({ valid, invalid, notes }: ImportBlock<Row>, no: number, row: RowReading<Row>): void {
  if (row.kind === 'valid') {
    valid.push({ ...row, no });
    if (row.note !== undefined) notes.push({ no, ...row.note });
  } else if (row.kind === 'invalid') {
    const { column, value, message, msisdn, meta } = row;
    invalid.push({ no, column, value, message, msisdn, meta });
  }
}
