/** A list of things in a form: a line for each, one more, one less. */
import { Field, type FormState } from '../../../parts';
import { rowsOf, rowValues } from './values';

export interface RowColumn {
  name: string;
  label: string;
  type?: 'text' | 'time' | 'password';
  placeholder?: string;
  required?: boolean;
}

export interface RowsProps {
  of: FormState<string>;
  /** Of the list, as the API calls it: `windows`. */
  name: string;
  columns: readonly RowColumn[];
  /** What its button says: `Add a window`. */
  add: string;
  /** What a new line has. */
  fresh: Record<string, string>;
}

export function Rows({ of, name, columns, add, fresh }: RowsProps) {
  const count = rowsOf(of.values, name);
  const names = columns.map((column) => column.name);
  const all = () =>
    Array.from({ length: count }, (_, i) => Object.fromEntries(names.map((each) => [each, of.values[`${name}.${i}.${each}`] ?? '']))); // prettier-ignore
  const write = (rows: Record<string, string>[]): void => of.set(rowValues(name, rows, names));
  return (
    <>
      {Array.from({ length: count }, (_, i) => (
        <div key={i} class="line" role="group" aria-label={`${i + 1}`}>
          {columns.map((column) => {
            const bound = of.field(`${name}.${i}.${column.name}`);
            return (
              <Field
                key={column.name}
                label={column.label}
                type={column.type ?? 'text'}
                placeholder={column.placeholder}
                required={column.required}
                autocomplete={column.type === 'password' ? 'new-password' : 'off'}
                {...bound}
                value={bound.value ?? ''}
              />
            );
          })}
          <button
            type="button"
            class="quiet"
            aria-label={`Remove line ${i + 1}`}
            onClick={() => write(all().filter((_row, at) => at !== i))}
          >
            Remove
          </button>
        </div>
      ))}
      <p class="actions">
        <button type="button" onClick={() => write([...all(), fresh])}>
          {add}
        </button>
      </p>
    </>
  );
}
