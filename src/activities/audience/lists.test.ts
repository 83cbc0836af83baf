/** Files as spreadsheets, address books and tools write them, good and bad: what is read out of each, by the real reader. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { hashNumber, startStore, type TestStore } from '../../../test/support/rows';
import { storeUpload } from '../../../test/support/uploads';
import { chunksOf } from '../../api/resources/uploads/body';
import { findUpload, listUploadErrors, readUploadRows } from '../../store/audience/uploads';
import { importUpload } from './upload';

interface Listed {
  file: string;
  why: string;
  charset?: string;
  delimiter?: string;
  numberColumn?: string;
  /** Of the account; India's unless given. */
  country?: string;
  expected:
    | { valid: number; invalid: number; duplicates?: number; otherColumn?: number }
    /** Refused as a whole; part of the message. */
    | { refused: string };
}

const FOLDER = join(__dirname, '../../../test/fixtures/lists');
const INDEX = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8')) as Listed[];
const NEVER = new AbortController().signal;

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
  for (const country of ['IN', 'BR', 'FR', 'US']) {
    await store.db
      .insertInto('accounts')
      .values({ id: `acc_${country}`, name: country, default_country: country })
      .execute();
  }
});
afterAll(() => store.stop());

/** Bytes as the upload route stores them, whatever pieces they come in. */
async function received(bytes: Buffer, charset: string | null, pieceBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));
  const chunks: Buffer[] = [];
  for await (const chunk of chunksOf(Readable.from(pieces, { objectMode: true }), 10_000, charset))
    chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function imported(file: Buffer, { charset, delimiter, numberColumn, country = 'IN' }: Partial<Listed>) {
  const accountId = `acc_${country}`;
  // Three bytes at a time: nothing may depend on where a piece ends.
  const bytes = await received(file, charset ?? null, 3);
  const id = await storeUpload(store, bytes, {
    accountId,
    ...(delimiter !== undefined && { delimiter }),
    ...(numberColumn !== undefined && { numberColumn }),
  });
  await importUpload(store.pool, id, NEVER, hashNumber);
  return {
    id,
    row: (await findUpload(store.db, accountId, id))!,
    errors: await listUploadErrors(store.pool, id, 0, 100),
  };
}

test.each(INDEX.map((listed) => [listed.file, listed.why, listed] as const))('%s: %s', async (file, _why, listed) => {
  const bytes = readFileSync(join(FOLDER, file));
  if ('refused' in listed.expected) {
    await expect(imported(bytes, listed)).rejects.toThrow(listed.expected.refused);
    return;
  }
  const { row, errors } = await imported(bytes, listed);
  const { valid, invalid, duplicates, other_column: otherColumn } = row;
  const counts = { valid, invalid, duplicates, otherColumn };
  expect([counts, errors]).toEqual([{ duplicates: 0, otherColumn: 0, ...listed.expected }, errors]);
  const { duplicates: twice, otherColumn: other } = counts;
  expect(errors).toHaveLength(invalid + twice + other);
});

test('the index names every file of the folder, and there are enough', () => {
  const files = INDEX.map(({ file }) => file);
  expect(new Set(files).size).toBe(files.length);
  expect(files.length).toBeGreaterThanOrEqual(20);
});

test('what the rows say: numbers in full, values without blanks around them, the other column told', async () => {
  const rowsOf = async (file: string, over: Partial<Listed> = {}) => {
    const { id, errors } = await imported(readFileSync(join(FOLDER, file)), over);
    return { rows: await readUploadRows(store.pool, id, 0, 100), errors };
  };
  const { rows, errors } = await rowsOf('two-number-columns.csv');
  expect(rows.map(({ position, msisdn }) => [position, msisdn])).toEqual([
    [2, '+919800000001'],
    [3, '+919800000002'],
  ]);
  expect(errors.map(({ no, column_name: column, message }) => `${no} ${column}: ${message}`)).toEqual([
    '3 phone: is empty: the number is that of the column "Mobile No."',
    '4 Mobile No.: the number has an impossible length or country code',
    '5 phone: the number is in an earlier row, which is the one that counts',
    '6 phone: the number is empty',
  ]);
  expect((await rowsOf('blank-cells.csv')).rows.map(({ variables }) => variables)).toEqual([
    { city: 'Pune' },
    { name: 'Asha' },
  ]);
  expect((await rowsOf('excel-unicode-text.txt')).rows[0]).toMatchObject({ variables: { Name: 'आशा', City: 'पुणे' } });
  const declared = await rowsOf('excel-windows-1252-declared.csv', { charset: 'windows-1252' });
  expect(declared.rows.map(({ variables }) => variables['nom'])).toEqual(['José', 'Zoé', '5 €']);
  const [, second] = (await rowsOf('excel-sep-line.csv')).errors;
  expect(second).toBeUndefined();
  // As Excel counts, which doesn't show the line that names the delimiter.
  expect((await rowsOf('excel-sep-line.csv')).errors[0]).toMatchObject({ no: 4, value: '980' });
});
