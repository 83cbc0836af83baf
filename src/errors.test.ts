import { readDocument, tableRows } from '../test/support/markdown';
import { RECORD_PROBLEMS } from './api/ingress/record-problem';
import { AppError, ERRORS, type ErrorCode } from './errors';

const page = readDocument('docs/errors.md');

it('docs/errors.md has every code with its status and title, and no other', () => {
  const rows = tableRows(page, ['Code', 'Status', 'Title', 'What happened', 'What to do']);
  const documented = rows.map(([code, status, title]) => ({ code, status: Number(status), title }));
  expect(documented).toEqual(Object.entries(ERRORS).map(([code, { status, title }]) => ({ code, status, title })));
  for (const row of rows) expect(row.every((cell) => cell !== '')).toBe(true);
});

it('docs/errors.md has every reason for which a record is rejected, and no other', () => {
  const rows = tableRows(page, ['Code', 'What is wrong', 'What to do']);
  expect(rows.map(([code]) => code)).toEqual([...RECORD_PROBLEMS]);
  for (const row of rows) expect(row.every((cell) => cell !== '')).toBe(true);
});

it('an error carries the status and title of its code', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const { status, title } = ERRORS[code];
    expect(new AppError(code, 'detail')).toMatchObject({ code, status, title, message: 'detail' });
  }
});
