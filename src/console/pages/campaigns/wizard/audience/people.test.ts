/** What people paste, and what spreadsheets write. */
import { parseCsv } from './csv';
import { MAX_SAMPLES, readPeople, samplesOf } from './people';

test('numbers one a line, or several with commas between; what is wrong is told with its row', () => {
  expect(readPeople('+919800000001\n98000 00002\n\nabc\n98000-00002\n')).toMatchObject({
    recipients: [
      { to: '+919800000001', variables: {} },
      { to: '9800000002', variables: {} },
    ],
    places: [
      { row: 1, at: 0 },
      { row: 2, at: 0 },
    ],
    problems: [{ row: 4, at: 0, value: 'abc', message: expect.stringContaining('number') }],
    duplicates: 1,
    columns: [],
  });
  expect(readPeople('9800000001, 9800000002, 12').recipients.map(({ to }) => to)).toEqual(['9800000001', '9800000002']);
  expect(readPeople('9800000001, 12').problems).toEqual([{ row: 1, at: 1, value: ' 12', message: 'the number has an impossible length' }]); // prettier-ignore
  expect(readPeople('')).toMatchObject({ recipients: [], problems: [], duplicates: 0, columns: [] });
});

test('a first row of names: a column of numbers, one of meta, the others are variables', () => {
  const { recipients, columns, problems } = readPeople('name;Mobile;custom\nAsha;9800000001;ct-1\n"R; ""Ravi""";9800000002;\nX;;\n'); // prettier-ignore
  expect(columns).toEqual(['name']);
  expect(recipients).toEqual([
    { to: '9800000001', variables: { name: 'Asha' }, custom: 'ct-1' },
    { to: '9800000002', variables: { name: 'R; "Ravi"' } },
  ]);
  expect(problems).toMatchObject([{ row: 4, value: '' }]);
});

test('cells in quotes hold line breaks; a byte order mark is no part of a name', () => {
  expect(parseCsv('\uFEFFto,text\r\n1,"a\nb"\r\n')).toEqual([
    { row: 1, cells: ['to', 'text'], from: 1, to: 8 },
    { row: 2, cells: ['1', 'a\nb'], from: 10, to: 17 },
  ]);
});

test('samples are whole rows, and not too many', () => {
  const rows = Array.from({ length: 80 }, (_, i) => `98000000${10 + i},P${i}`);
  expect(samplesOf(['to,name', ...rows].join('\n'), false)).toHaveLength(MAX_SAMPLES);
  expect(samplesOf('to,name\n9800000001,Asha\n98000', true)).toEqual([
    { to: '9800000001', variables: { name: 'Asha' } },
  ]);
});
