import { count, Table } from '../../../../parts';
import type { RowProblem } from './people';

/** So many are shown at once. */
export const MAX_SHOWN = 50;

/** Rows that can't be used, with why: they are mended above, and the list gets shorter. */
export function RowErrors({ problems }: { problems: readonly RowProblem[] }) {
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
