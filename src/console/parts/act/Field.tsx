/** A field of a form with its label, help and error, which are read out with it. */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Problem } from '../../api';

interface FieldBase {
  label: string;
  /** What is wanted, said before it is wrong. */
  help?: ComponentChildren;
  /** What is wrong with what was given. */
  error?: string;
}

interface Ids {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

function Labelled({ label, help, error, children }: FieldBase & { children(ids: Ids): ComponentChildren }) {
  const id = useId();
  const described = [help === undefined ? '' : `${id}-help`, error === undefined ? '' : `${id}-error`].filter(Boolean);
  return (
    <div class={error === undefined ? 'field' : 'field wrong'}>
      <label for={id}>{label}</label>
      {help !== undefined && (
        <p class="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {children({ id, 'aria-describedby': described.join(' ') || undefined, 'aria-invalid': error !== undefined })}
      {error !== undefined && (
        <p class="wrongly" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

interface Common {
  value: string;
  onValue(value: string): void;
  name?: string;
  required?: boolean;
  disabled?: boolean;
  autofocus?: boolean;
}

type Typed = 'text' | 'password' | 'number' | 'search' | 'url' | 'tel' | 'date' | 'time' | 'datetime-local' | 'range';

export interface FieldProps extends FieldBase, Common {
  type?: Typed;
  placeholder?: string;
  min?: number | string;
  max?: number | string;
  step?: number | string;
  maxLength?: number;
  inputMode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'url';
  autocomplete?: string;
  spellcheck?: boolean;
  readOnly?: boolean;
  /** Id of a `<datalist>`. */
  list?: string;
  onBlur?(): void;
}

/** One line of text, or what `type` says. */
export function Field({ label, help, error, value, onValue, ...rest }: FieldProps) {
  return (
    <Labelled label={label} help={help} error={error}>
      {(ids) => (
        <input
          type="text"
          dir="auto"
          autocomplete="off"
          {...(rest as object)}
          {...ids}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

export interface TextAreaProps extends FieldBase, Common {
  rows?: number;
  placeholder?: string;
  maxLength?: number;
  spellcheck?: boolean;
}

export function TextArea({ label, help, error, value, onValue, ...rest }: TextAreaProps) {
  return (
    <Labelled label={label} help={help} error={error}>
      {(ids) => (
        <textarea
          rows={4}
          dir="auto"
          {...(rest as object)}
          {...ids}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Labelled>
  );
}

export interface SelectProps extends FieldBase, Common {
  /** Each value with what it says. */
  options: readonly (readonly [value: string, says: string])[];
}

/** One of several. */
export function Select({ label, help, error, value, onValue, options, ...rest }: SelectProps) {
  return (
    <Labelled label={label} help={help} error={error}>
      {(ids) => (
        <select {...(rest as object)} {...ids} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
          {options.map(([of, says]) => (
            <option key={of} value={of}>
              {says}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

export function Checkbox({
  label,
  help,
  checked,
  onChecked,
  disabled,
  name,
}: {
  name?: string;
  label: string;
  help?: ComponentChildren;
  checked: boolean;
  onChecked(checked: boolean): void;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div class="field check">
      <input id={id} type="checkbox" name={name} checked={checked} disabled={disabled} aria-describedby={help === undefined ? undefined : `${id}-help`} onChange={(event) => onChecked(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      {help !== undefined && <p class="help" id={`${id}-help`}>{help}</p>}
    </div>
  ); // prettier-ignore
}

/** What a problem says of one field; of `audience.groupId` also under `groupId`. */
export function errorOf(problem: Problem | undefined, field: string): string | undefined {
  return problem?.errors?.find(({ field: at }) => at === field || at.endsWith(`.${field}`))?.message;
}
