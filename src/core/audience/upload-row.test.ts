import { planColumns } from './upload-file';
import { createRowReader } from './upload-row';

function readerOf(...header: string[]) {
  const reading = planColumns(header, { numberColumn: null, delimiter: ',' });
  if (!reading.ok) throw new Error(reading.problem);
  return createRowReader(reading.plan, 'IN');
}

test('a row becomes number, meta and variables; nothing is trimmed but the number', () => {
  const read = readerOf('name', 'to', 'custom', 'city');
  expect(read(['Asha ', ' 98000 00001', ' m-1', 'Pune "W"'])).toEqual({
    kind: 'valid',
    msisdn: '+919800000001',
    meta: ' m-1',
    variables: '{"name":"Asha ","city":"Pune \\"W\\""}',
  });
});

test('empty and missing cells are no values', () => {
  const read = readerOf('to', 'custom', 'name', 'city');
  const expected = { kind: 'valid', msisdn: '+919800000001', meta: null, variables: '{}' };
  expect(read(['9800000001', '', '', ''])).toEqual(expected);
  expect(read(['9800000001'])).toEqual(expected);
  expect(read(['9800000001', '', '', '', '', ''])).toEqual(expected);
});

test('a column may have any name', () => {
  const row = readerOf('to', '__proto__', 'a"b')(['9800000001', 'x', 'y']);
  expect(row).toMatchObject({ variables: '{"__proto__":"x","a\\"b":"y"}' });
});

test('a row of empty cells is blank', () => {
  expect(readerOf('to', 'name')([' ', ''])).toEqual({ kind: 'blank' });
  expect(readerOf('to', 'name')([''])).toEqual({ kind: 'blank' });
});

test.each([
  [['', 'Asha'], 'to', '', 'the number is empty'],
  [['98000x', 'Asha'], 'to', '98000x', 'the number has characters other than digits'],
  [['12', 'Asha'], 'to', '12', 'the number has an impossible length or country code'],
  [
    ['9.198E+11', 'Asha'],
    'to',
    '9.198E+11',
    'the number was rounded by a spreadsheet: format the column as text before the export',
  ],
  [
    ['9800000001', 'Rao', 'Asha'],
    null,
    'Asha',
    'the row has 3 cells and the header 2: put a value that contains the delimiter in quotes',
  ],
  [['9800000001', 'Jos\ufffd'], 'name', 'Jos\ufffd', 'is not UTF-8: save the file as "CSV UTF-8"'],
])('%j is an error of that row', (cells, column, value, message) => {
  expect(readerOf('to', 'name')(cells)).toEqual({ kind: 'invalid', column, value, message });
});

test('a meta has 512 characters at most; values are shown up to 100', () => {
  const read = readerOf('to', 'meta');
  expect(read(['9800000001', 'x'.repeat(512)])).toMatchObject({ kind: 'valid' });
  expect(read(['9800000001', 'x'.repeat(513)])).toEqual({
    kind: 'invalid',
    column: 'meta',
    value: 'x'.repeat(100),
    message: 'has 513 characters; 512 is the most',
  });
});
