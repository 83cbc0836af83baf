/** Rows that are refused, with cells that can be written into: mended, they are tried again. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { count, plural, Table, useBusy, type Column } from '../../../../parts';
import { shownColumns, type Mended, type RefusedRow, type RefusedTable } from './refused';

/** So many are shown at once: the next ones come when these are mended. */
const MAX_SHOWN = 50;

export interface RefusedRowsProps {
  table: RefusedTable;
  /** How many rows are refused in all. */
  total: number;
  /** They are being read: what is refused is not known yet. */
  isReading?: boolean;
  /** Tries these rows again, as they are written now. */
  onTry(mended: Mended): unknown;
  /** Where all of them are as a file. */
  children?: ComponentChildren;
}

/** What was written into a row; another row may stand in its place by now. */
interface Change {
  was: readonly string[];
  now: readonly string[];
}

export function RefusedRows({ table, total, isReading = false, onTry, children }: RefusedRowsProps) {
  const [changes, setChanges] = useState<ReadonlyMap<number, Change>>(new Map());
  const [isTried, setTried] = useState(false);
  const [busy, run] = useBusy();
  const says = useRef<HTMLParagraphElement>(null);
  const rows = table.rows.slice(0, MAX_SHOWN);
  const changeOf = ({ row, cells }: RefusedRow): Change | undefined => {
    const change = changes.get(row);
    return change !== undefined && isSame(change.was, cells) && !isSame(change.now, cells) ? change : undefined;
  };
  const mended = new Map(rows.flatMap((each) => (changeOf(each) ? [[each.row, changeOf(each)!.now]] : [])));
  if (rows.length === 0 && !isTried) return null;
  const write = (of: RefusedRow, at: number, value: string): void => {
    const now = [...(changeOf(of)?.now ?? of.cells)];
    while (now.length <= at) now.push('');
    now[at] = value;
    setChanges(new Map(changes).set(of.row, { was: of.cells, now }));
  };
  const retry = (event: Event): void => {
    event.preventDefault();
    if (mended.size === 0) return;
    run(async () => {
      await onTry(mended);
      setChanges(new Map());
      setTried(true);
      // The fields that were written into may be gone.
      says.current?.focus();
    });
  };
  const columns = columnsOf(table, (row) => changeOf(row)?.now, write);
  return (
    <form class="stack refused" onSubmit={retry} aria-label="Refused rows" noValidate>
      <p ref={says} role="status" tabIndex={-1}>
        {isReading ? 'The rows are being read …' : sentenceOf(rows.length, total, isTried)}
      </p>
      {rows.length > 0 && (
        <>
          <Table caption="Refused rows" rows={rows} keyOf={({ row }) => String(row)} columns={columns} />
          <p class="actions">
            <button type="submit" aria-busy={busy} disabled={mended.size === 0}>
              {mended.size === 0 ? 'Try these again' : `Try ${plural(mended.size, 'row')} again`}
            </button>
            {mended.size === 0 && <span class="soft">Write into the cells that are wrong first.</span>}
          </p>
          <p>{children}</p>
        </>
      )}
    </form>
  ); // prettier-ignore
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((cell, at) => cell === b[at]);

/** `7 rows are refused: mend them here, or leave them out.` */
function sentenceOf(shown: number, total: number, isTried: boolean): string {
  if (shown === 0) return 'Every row can be used now.';
  const still = isTried ? ' still' : '';
  const first = total > shown ? ` These are the first ${count(shown)}.` : '';
  return `${plural(total, 'row is', 'rows are')}${still} refused: mend ${total === 1 ? 'it' : 'them'} here, or leave ${total === 1 ? 'it' : 'them'} out.${first}`;
}

function columnsOf(
  table: RefusedTable,
  changed: (row: RefusedRow) => readonly string[] | undefined,
  write: (row: RefusedRow, at: number, value: string) => void,
): Column<RefusedRow>[] {
  return [
    { title: 'Row', number: true, cell: ({ row }) => count(row) },
    ...shownColumns(table).map((at): Column<RefusedRow> => {
      const title = titleOf(table.names, at);
      return {
        title,
        cell: (of) => {
          const isWrong = of.wrong.includes(at);
          return (
            <input
              aria-label={`${title} of row ${of.row}`}
              aria-invalid={isWrong && changed(of) === undefined}
              aria-describedby={isWrong ? `refused-${of.row}` : undefined}
              autocomplete="off"
              spellcheck={false}
              value={(changed(of) ?? of.cells)[at] ?? ''}
              onInput={(event) => write(of, at, event.currentTarget.value)}
            />
          );
        },
      };
    }),
    { title: 'What is wrong', cell: ({ row, message }) => <span id={`refused-${row}`}>{message}</span> },
  ];
}

/** A name that stands twice is told apart by its place. */
function titleOf(names: readonly string[], at: number): string {
  const name = names[at]!.trim();
  if (name === '') return `Column ${at + 1}`;
  return names.some((other, i) => i < at && other.trim() === name) ? `${name} (${at + 1})` : name;
}
