import { createRecordReader, SLICE_BYTES, type CsvRecord } from './csv-records';

const START = { byte: 0, row: 0, line: 0 };

/** Feeds a file in slices of `size`. */
async function read(file: string | Buffer, size = SLICE_BYTES, from = START): Promise<CsvRecord[]> {
  const bytes = Buffer.from(file).subarray(from.byte);
  const reader = createRecordReader(',', from);
  const records: CsvRecord[] = [];
  for (let at = 0; at < bytes.length; at += size) records.push(...(await reader.feed(bytes.subarray(at, at + size))));
  return [...records, ...(await reader.end())];
}

const FILE = 'to,name\r\n+919800000001,"Rao, ""A"""\n\n+919800000002,"two\nlines é"\r\nlast,row';

test('quotes, all line breaks, blank rows and a last row without a break', async () => {
  const records = await read(FILE);
  expect(records.map(({ cells }) => cells)).toEqual([
    ['to', 'name'],
    ['+919800000001', 'Rao, "A"'],
    [''],
    ['+919800000002', 'two\nlines é'],
    ['last', 'row'],
  ]);
  expect(records.map(({ end }) => [end.row, end.line])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 5],
    [5, 6],
  ]);
  expect(records.at(-1)!.end.byte).toBe(Buffer.byteLength(FILE));
});

test.each([1, 2, 3, 7])('slices of %i bytes make no difference', async (size) => {
  expect(await read(FILE, size)).toEqual(await read(FILE));
});

test('reading goes on from the end of any record', async () => {
  const whole = await read(FILE);
  for (const [i, { end }] of whole.entries()) expect(await read(FILE, 5, end)).toEqual(whole.slice(i + 1));
});

test('a quote inside a bare cell is a character', async () => {
  const [record] = await read('9800000001,5" pipe\n');
  expect(record!.cells).toEqual(['9800000001', '5" pipe']);
});

describe('what can’t be read names the line', () => {
  const rejects = (file: string | Buffer, message: string) => expect(read(file)).rejects.toThrow(message);

  test('a line of 64 KB is read; one byte more is not', async () => {
    const line = (bytes: number) => `to\n9800000001,${'x'.repeat(bytes - 12)}\n9800000002\n`;
    expect(await read(line(65_536))).toHaveLength(3);
    await rejects(line(65_537), 'line 2 is longer than 64 KB');
  });

  test('a quote that is never closed, in a short and in a long file', async () => {
    await rejects('to,name\n1,a\n2,"b\n3,c\n', 'a quote opens in line 3 and is never closed');
    await rejects(
      `to,name\n1,a\n2,"b\n${'3,c\n'.repeat(50_000)}`,
      'line 3 is longer than 64 KB, or a quote opens in it',
    );
  });

  test('a NUL byte', async () => {
    await rejects(Buffer.from('to,name\n1,a\n2,\0b\n'), 'there is a NUL byte near line 3');
  });
});

test.each(['x', ','])('of a line of 5 MB made of %j no more than 128 KB are taken', async (character) => {
  const reader = createRecordReader(',', START);
  const slice = Buffer.alloc(SLICE_BYTES, character);
  await reader.feed(Buffer.from('to,name\n'));
  let fed = 0;
  const feeding = async () => {
    for (; fed < 5 * 1_024 * 1_024; fed += SLICE_BYTES) await reader.feed(slice);
  };
  await expect(feeding()).rejects.toThrow('line 2 is longer than 64 KB');
  expect(fed).toBeLessThanOrEqual(2 * SLICE_BYTES);
});
