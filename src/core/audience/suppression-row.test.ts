import { createSuppressionRowReader } from './suppression-row';
import { planColumns } from './upload-file';

const NOW = Date.UTC(2026, 10, 29);

function reader(header: string[]) {
  const columns = planColumns(header, { numberColumn: null, delimiter: ',' });
  if (!columns.ok) throw new Error(columns.problem);
  return createSuppressionRowReader(columns.plan, 'IN', NOW);
}

const read = reader(['id', 'to', 'Classes', 'source', 'REASON', 'at']);

it('takes number, classes, reason and time, and passes over other columns', () => {
  expect(read(['x', '9800000001', 'Promotional', 'import', ' asked by phone ', '2026-11-21T10:00:00+05:30'])).toEqual({
    kind: 'valid',
    msisdn: '+919800000001',
    classes: 'promotional',
    reason: 'asked by phone',
    at: new Date('2026-11-21T04:30:00Z'),
  });
  expect(reader(['phone'])(['+919800000001'])).toEqual({
    kind: 'valid', msisdn: '+919800000001', classes: null, reason: null, at: null,
  }); // prettier-ignore
});

it.each([
  ['2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['2026-11-21 10:00Z', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21T10:00:00.5Z', '2026-11-21T10:00:00.500Z'],
])('at %s', (at, iso) => {
  expect(read(['', '9800000001', '', '', '', at])).toMatchObject({ kind: 'valid', at: new Date(iso) });
});

it.each([
  [['', '12', '', '', '', ''], 'to', '12', 'impossible length'],
  [['', '9800000001', 'some', '', '', ''], 'Classes', 'some', 'neither all nor promotional'],
  [['', '9800000001', '', '', 'x'.repeat(201), ''], 'REASON', 'x'.repeat(100), 'has 201 characters'],
  [['', '9800000001', '', '', 'caf\ufffd', ''], 'REASON', 'caf\ufffd', 'not UTF-8'],
  [['', '9800000001', '', '', '', '21/11/2026'], 'at', '21/11/2026', 'no date of the past'],
  [['', '9800000001', '', '', '', '2026-13-01'], 'at', '2026-13-01', 'no date of the past'],
  [['', '9800000001', '', '', '', '2026-11-21T10:00'], 'at', '2026-11-21T10:00', 'no date of the past'],
  [['', '9800000001', '', '', '', '2027-01-01'], 'at', '2027-01-01', 'no date of the past'],
])('%j is an error of column %s', (cells, column, value, message) => {
  expect(read(cells)).toMatchObject({ kind: 'invalid', column, value, message: expect.stringContaining(message) });
});

it('a row without anything is blank', () => {
  expect(read(['', ' ', ''])).toEqual({ kind: 'blank' });
});
