import { safeCell } from './csv';

test.each([
  '=1+1',
  '+1',
  '-1',
  '@sum(a1)',
  '\t=1',
  '\r=1',
  '\n=1+1',
  ' =1',
  '\u00a0=1',
  '\u200b=1',
  '\0=1',
  '\uff1d1',
  ' \uff0b1',
  '\ttext',
  '\ntext',
])('%j can’t be a formula', (text) => {
  expect(safeCell(text)).toBe(`'${text}`);
});

test.each(['text', '1=1', 'a\n=1', '', ' text', null, undefined])('%j stays as it is', (text) => {
  expect(safeCell(text)).toBe(text);
});

test('a number that a spreadsheet would round stays a text', () => {
  expect(['919800000001', '1107160016156755389', '+919800000001'].map(safeCell)).toEqual([
    "'919800000001",
    "'1107160016156755389",
    "'+919800000001",
  ]);
  expect(['2300', '98000 00001', '12345678901'].map(safeCell)).toEqual(['2300', '98000 00001', '12345678901']);
});
