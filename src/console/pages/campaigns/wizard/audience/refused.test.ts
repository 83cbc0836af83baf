/** Rows are mended where they stand: everything else of a text or file stays as it is written. */
import { readPeople } from './people';
import { mendFile, mendPasted, readAgain, refusedCsv, refusedOfFile, refusedPasted, shownColumns } from './refused';

const PASTED = 'to;name\n9800000001;Asha\n\nabc;"R; ""Ravi"""\n98;Meera';

test('pasted rows: what the browser refuses, and what the API refuses of the others', () => {
  const people = readPeople(PASTED);
  const table = refusedPasted(people, [{ position: 0, message: 'is no number of IN' }]);
  expect(table).toEqual({
    names: ['to', 'name'],
    rows: [
      { row: 2, cells: ['9800000001', 'Asha'], wrong: [0], message: 'is no number of IN' },
      { row: 4, cells: ['abc', 'R; "Ravi"'], wrong: [0], message: expect.any(String) },
      { row: 5, cells: ['98', 'Meera'], wrong: [0], message: expect.any(String) },
    ],
  });
  const mended = mendPasted(PASTED, people, new Map([[4, ['9800000002', 'R; "Ravi"']]]));
  expect(mended).toBe('to;name\n9800000001;Asha\n\n9800000002;"R; ""Ravi"""\n98;Meera');
  expect(readPeople(mended).problems.map(({ row }) => row)).toEqual([5]);
});

test('several numbers on a line without a header: each cell is one', () => {
  const people = readPeople('9800000001, 12, abc');
  expect(refusedPasted(people, [])).toMatchObject({ names: ['Number 1', 'Number 2', 'Number 3'], rows: [{ row: 1, wrong: [1, 2] }] }); // prettier-ignore
});

test.each([
  ['comma', 'to,name\r\nabc,"A, B"\r\n9800000001,C\r\n', 'to,name\r\n9800000002,"A, B"\r\n9800000001,C\r\n'],
  ['a line that names the delimiter', 'sep=|\nto|name\nabc|"A, B"\n', 'sep=|\nto|name\n9800000002|A, B\n'],
  [
    'a byte order mark, and no line break at the end',
    '\uFEFFto\tname\nabc\t"A, B"',
    '\uFEFFto\tname\n9800000002\tA, B',
  ],
])('a file with %s is the same but for its mended rows', (_, text, after) => {
  const file = readAgain(text, { columns: ['to', 'name'], errors: [] })!;
  const table = refusedOfFile(file, [{ row: 2, column: 'to', message: 'is no number' }]);
  expect(table.rows).toEqual([{ row: 2, cells: ['abc', 'A, B'], wrong: [0], message: 'is no number' }]);
  expect(mendFile(file, new Map([[2, ['9800000002', 'A, B']]]))).toBe(after);
});

test('another file is told by its columns and rows; a row that only says where its number was is not refused', () => {
  expect(readAgain('to,name\nabc,A\n', { columns: ['to', 'first name'], errors: [] })).toBeNull();
  const missing = [{ row: 3, column: 'to', message: 'is no number' }];
  expect(readAgain('to,name\nabc,A\n', { columns: ['to', 'name'], errors: missing })).toBeNull();
  const file = readAgain('to,mobile\n,9800000001\nabc,\n', { columns: ['to', 'mobile'], errors: [] })!;
  const errors = [
    { row: 2, column: 'to', message: 'is empty: the number is that of the column "mobile"' },
    { row: 3, column: null, message: 'the row has too many cells' },
  ];
  expect(refusedOfFile(file, errors).rows).toEqual([{ row: 3, cells: ['abc', ''], wrong: [], message: 'the row has too many cells' }]); // prettier-ignore
});

test('of many columns those are shown that are wrong, then numbers, then the first', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'mobile', 'note'];
  const rows = [{ row: 2, cells: [], wrong: [8], message: '' }];
  expect(shownColumns({ names, rows })).toEqual([0, 1, 2, 3, 7, 8]);
});

test('as a file: no cell of it is a formula', () => {
  const rows = [{ row: 2, cells: ['=1+1', 'a,b'], wrong: [0], message: 'is no number' }];
  expect(refusedCsv({ names: ['to', 'name'], rows })).toBe('to,name,what is wrong\r\n\'=1+1,"a,b",is no number');
});
