import { count, Table } from '../../../../parts';
import type { UploadAnswer } from './uploading';

/** So many are shown at once. */
export const MAX_SHOWN = 50;

export interface RowError {
  row: number;
  value: string;
  message: string;
}

/** Of a file, as the API tells them. */
export const rowProblemsOf = ({ errors }: UploadAnswer): RowError[] =>
  errors.map(({ row, column, value, message }) => ({
    row,
    value: column === null ? value : `${column}: ${value}`,
    message,
  }));

/** Rows that can't be used, with why, where they can't be mended. */
export function RowErrors({ problems }: { problems: readonly RowError[] }) {
  if (problems.length === 0) return null;
  return (
    <Table
      caption={problems.length > MAX_SHOWN ? `The first ${MAX_SHOWN} rows that can’t be used` : 'Rows that can’t be used'}
      captionShown
      rows={problems.slice(0, MAX_SHOWN)}
      keyOf={({ row, value }) => `${row} ${value}`}
      columns={[
        { title: 'Row', number: true, cell: ({ row }) => count(row) },
        { title: 'What stands there', cell: ({ value }) => <code>{value || 'nothing'}</code> },
        { title: 'What is wrong', cell: ({ message }) => message },
      ]}
    />
  ); // prettier-ignore
}
