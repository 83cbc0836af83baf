import { planColumns } from './upload-file';
import { createRowReader } from './upload-row';

function readerOf(...header: string[]) {
  const reading = planColumns(header, { numberColumn: null, delimiter: ',' });
  if (!reading.ok) throw new Error(reading.problem);
  return createRowReader(reading.plan, 'IN');
}

test('a row becomes number, meta and variables; blanks around values go, the meta stays as it is', () => {
  const read = readerOf('name', 'to', 'custom', 'city');
  expect(read(['Asha ', ' 98000 00001', ' m-1', 'Pune "W"'])).toEqual({
    kind: 'valid',
    msisdn: '+919800000001',
    meta: ' m-1',
    variables: '{"name":"Asha","city":"Pune \\"W\\""}',
  });
});

test('empty and missing cells are no values', () => {
  const read = readerOf('to', 'custom', 'name', 'city');
  const expected = { kind: 'valid', msisdn: '+919800000001', meta: null, variables: '{}' };
  expect(read(['9800000001', '', '', ''])).toEqual(expected);
  expect(read(['9800000001'])).toEqual(expected);
  expect(read(['9800000001', '', '', '', '', ''])).toEqual(expected);
});

test('cells in which nobody sees anything are no values', () => {
  const read = readerOf('to', 'custom', 'name', 'city');
  expect(read(['9800000001', ' ', '\u00a0', '\u200b \ufeff'])).toMatchObject({ meta: null, variables: '{}' });
});

test('what was guarded for a spreadsheet is read without the guard', () => {
  const read = readerOf('to', 'custom');
  expect(read(["'+919800000001", "'=1+1"])).toMatchObject({ msisdn: '+919800000001', meta: '=1+1' });
  expect(read(["'919800000001", "'1107160016156755389"])).toMatchObject({ meta: '1107160016156755389' });
  expect(read(['="9800000001"', "'Asha"])).toMatchObject({ meta: "'Asha" });
});

test('an empty number takes that of the other column, and says so', () => {
  const read = readerOf('Mobile No.', 'phone', 'WhatsApp');
  expect(read(['9800000009', '9800000001', ''])).not.toHaveProperty('note');
  expect(read(['', ' ', '9800000003'])).toMatchObject({
    msisdn: '+919800000003',
    note: { column: 'phone', value: '9800000003', message: 'is empty: the number is that of the column "WhatsApp"' },
  });
  expect(read(['98', '', ''])).toMatchObject({ kind: 'invalid', column: 'Mobile No.' });
});

test.each(['-', '--', "'", '=""', 'NULL', 'N/A', '#N/A', 'nan', 'None', '(null)'])(
  'a number column with %j has none',
  (cell) => {
    expect(readerOf('phone', 'mobile')([cell, '9800000001'])).toMatchObject({ msisdn: '+919800000001' });
    expect(readerOf('phone', 'mobile')([cell, cell])).toMatchObject({ kind: 'invalid', column: 'phone' });
  },
);

test.each(['STOP', 'do not call', '12', '9800000001x', 'Nancy'])('%j is no empty number', (cell) => {
  expect(readerOf('phone', 'mobile')([cell, '9800000001'])).toMatchObject({ kind: 'invalid', column: 'phone' });
});

test.each([
  ['\u200bAsha\u200b', 'Asha'],
  ['\u2060 Asha\ufeff', 'Asha'],
  ['\u2764\ufe0f', '\u2764\ufe0f'],
  ['\u0915\u094d\u200d', '\u0915\u094d\u200d'],
  ['="0012"', '0012'],
  ["'+5", '+5'],
  ["'Asha", "'Asha"],
])('the variable of %j is %j', (cell, value) => {
  expect(readerOf('to', 'name')(['9800000001', cell])).toMatchObject({ variables: JSON.stringify({ name: value }) });
});

test('a formula of nothing is no value', () => {
  expect(readerOf('to', 'custom', 'name')(['9800000001', '=""', '=""'])).toMatchObject({ meta: null, variables: '{}' });
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
  expect(readerOf('to', 'name')(cells)).toMatchObject({ kind: 'invalid', column, value, message });
});

test.each([
  [['98000 00001', 'Jos\ufffd', 'm-1'], '+919800000001', 'm-1'],
  [['12', 'Asha', 'm-2'], '12', 'm-2'],
  [['', 'Asha', ' '], null, null],
  [['9800000001', 'Asha', 'm-3', 'one cell more'], '+919800000001', 'm-3'],
  [['9800000001', 'Asha', 'x'.repeat(513)], '+919800000001', null],
])('the row of an error is told by its number and meta: %j', (cells, msisdn, meta) => {
  expect(readerOf('to', 'name', 'meta')(cells)).toMatchObject({ kind: 'invalid', msisdn, meta });
});

test('a meta has 512 characters at most; values are shown up to 100', () => {
  const read = readerOf('to', 'meta');
  expect(read(['9800000001', 'x'.repeat(512)])).toMatchObject({ kind: 'valid' });
  expect(read(['9800000001', 'x'.repeat(513)])).toMatchObject({
    kind: 'invalid',
    column: 'meta',
    value: 'x'.repeat(100),
    message: 'has 513 characters; 512 is the most',
  });
});
