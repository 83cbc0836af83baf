import { readHeader } from './header';

const SETTINGS = { delimiter: ',', numberColumn: null };
const read = (file: string | Buffer, over = {}) => readHeader(Buffer.from(file), { ...SETTINGS, ...over });

test('where the header ends, with a BOM, blank rows before it and quotes in it', () => {
  expect(read('to,name\n1,2\n')).toEqual({
    columns: ['to', 'name'],
    headerEnd: { byte: 8, row: 1, line: 1 },
    delimiter: ',',
  });
  const file = '\ufeff\r\n"to","first\nname"\r\n1,2\r\n';
  expect(read(file)).toEqual({
    columns: ['to', 'first\nname'],
    headerEnd: { byte: Buffer.byteLength(file) - 5, row: 2, line: 3 },
    delimiter: ',',
  });
});

test.each([
  ['to;name\n1;2\n', ';', 8],
  ['name\tMobile No.\n1\t2\n', '\t', 16],
  ['name|to\n1|2\n', '|', 8],
  ['to\n1\n', ',', 3],
  ['"a,b";to;c\n1;2;3\n', ';', 11],
  ['sep=;\nto;name\n1;2\n', ';', 14],
  ['\ufeffsep=\t\r\nto\tname\r\n1\t2\n', '\t', 19],
  ['sep=,\r\nto,name\r\n1,2\n', ',', 16],
  ['sep=; \r\nto;name\r\n1;2\r\n', ';', 17],
])('the delimiter that nobody named: %j', (file, delimiter, byte) => {
  expect(read(file, { delimiter: null })).toMatchObject({ delimiter, headerEnd: { byte, row: 1 } });
});

test('the line that names the delimiter counts before what the request says', () => {
  expect(read('sep=;\nto;name\n1;2\n').delimiter).toBe(';');
  expect(() => read('sep=:\nto:name\n1:2\n')).toThrow('names ":" as delimiter');
});

test('a file whose first row with recipients lies behind what is looked at', () => {
  expect(read(`to\n${'\n'.repeat(200_000)}9800000001`).columns).toEqual(['to']);
});

test('a quote that is open where the look ends is the import’s to judge', () => {
  expect(read(`to,name\n9800000001,"${'x'.repeat(200_000)}`).columns).toEqual(['to', 'name']);
});

test.each([
  ['', 'it is empty'],
  ['\ufeff', 'it is empty'],
  [' \n\r\n', 'it is empty'],
  ['to,name', 'it has only a header row'],
  ['to,name\n\n,\n', 'it has only a header row'],
  ['"to,name\n1,2', 'a quote opens in the header row and is never closed'],
  [`to,${'x'.repeat(70_000)}\n1,2`, 'line 1, the header, is longer than 64 KB'],
  ['x'.repeat(300_000), 'the header, is longer than 64 KB'],
  ['to;name\n1;2', 'seems to use semicolon'],
  ['name,city\n1,2', 'there is no column with the numbers'],
  ['PK\x03\x04 and more', 'a zip archive or an Excel workbook'],
])('400: %j', (file, message) => {
  expect(() => read(file)).toThrow(message);
});
