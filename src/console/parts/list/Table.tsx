/** A table; on a narrow screen each row becomes a card whose cells say what they are. */
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  title: string;
  cell(row: Row): ComponentChildren;
  /** Numbers stand under each other at the right. */
  number?: boolean;
  /** Its heading is for those who don't see the table: a column of buttons. */
  titleUnseen?: boolean;
}

export interface TableProps<Row> {
  /** What the rows are: read out, and not shown unless `captionShown`. */
  caption: string;
  captionShown?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
}

export function Table<Row>({ caption, captionShown = false, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <div class="scroll">
      <table>
        <caption class={captionShown ? '' : 'unseen'}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, number, titleUnseen }) => (
              <th key={title} scope="col" class={number === true ? 'number' : ''}>
                {titleUnseen === true ? <span class="unseen">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, number, titleUnseen }) => (
                <td key={title} class={number === true ? 'number' : ''} data-label={titleUnseen === true ? '' : title}>
                  <Cell of={cell(row)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One thing beside its label, whatever it is made of; what is nothing leaves its cell empty, so that a card leaves it out. */
function Cell({ of }: { of: ComponentChildren }) {
  if (of === null || of === undefined || of === '' || of === false) return null;
  return (
    <div class="cell" dir="auto">
      {of}
    </div>
  );
}
