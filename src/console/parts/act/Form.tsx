/** A form whose fields know what the API said of them. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem, Result } from '../../api';
import { useBusy } from '../hooks';
import { errorOf } from './Field';

/** What {@link Field} and its like take: `<Field label="Name" {...form.field('name')} />`. */
interface Bound {
  name: string;
  value: string;
  onValue(value: string): void;
  error: string | undefined;
}

export interface FormState<Name extends string> {
  values: Record<Name, string>;
  /** Takes the place of these values. */
  set(values: Partial<Record<Name, string>>): void;
  /** @param of what the API calls it, where that differs from the name here. */
  field(name: Name, of?: string): Bound;
  problem: Problem | undefined;
  busy: boolean;
  /** Names that a field shows the error of; the others are told at the end of the form. */
  shown: ReadonlySet<string>;
  /** Sends, once at a time; what is refused stands at its field. */
  send<T>(request: () => Promise<Result<T>>, done: (answer: T) => unknown): void;
  /** Says of a field what is wrong before anybody was asked. */
  refuse(field: Name, message: string): void;
}

/** @param initial the values that fields have at first, all as text. */
export function useForm<Name extends string>(initial: Record<Name, string>): FormState<Name> {
  const [values, setValues] = useState(initial);
  const [problem, setProblem] = useState<Problem>();
  const [busy, run] = useBusy();
  const shown = new Set<string>();
  return {
    values,
    problem,
    busy,
    shown,
    set: (changed) => setValues((before) => ({ ...before, ...changed })),
    field(name, of = name) {
      shown.add(of);
      return {
        name,
        value: values[name],
        onValue: (value) => setValues((before) => ({ ...before, [name]: value })),
        error: errorOf(problem, of),
      };
    },
    send: (request, done) =>
      run(async () => {
        const result = await request();
        setProblem(result.ok ? undefined : result.problem);
        if (result.ok) await done(result.data);
      }),
    refuse: (field, message) =>
      setProblem({
        status: 0,
        code: 'unfit',
        title: 'Something is missing',
        detail: message,
        errors: [{ field, message }],
      }),
  };
}

export interface FormProps<Name extends string> {
  of: FormState<Name>;
  onSubmit(): void;
  /** What its button says: `Add the gateway`. */
  action: string;
  /** Leaves it; absent = there is nothing to leave. */
  onCancel?: () => void;
  /** Why it can't be sent. */
  disabled?: boolean;
  /** Without a panel around it, as in a dialog. */
  bare?: boolean;
  children: ComponentChildren;
}

export function Form<Name extends string>({
  of,
  onSubmit,
  action,
  onCancel,
  disabled,
  bare,
  children,
}: FormProps<Name>) {
  const form = useRef<HTMLFormElement>(null);
  // Who is told that something is wrong is led to where it is.
  useEffect(() => {
    if (of.problem !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [of.problem]);
  return (
    <form
      ref={form}
      class={bare === true ? 'stack' : 'panel'}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <FormProblem of={of} />
      <p class="actions">
        <button type="submit" class="main" disabled={of.busy || disabled === true} aria-busy={of.busy}>
          {action}
          {of.busy && <span class="spinner" aria-hidden="true" />}
        </button>
        {onCancel !== undefined && (
          <button type="button" class="quiet" onClick={onCancel}>
            Cancel
          </button>
        )}
      </p>
    </form>
  ); // prettier-ignore
}

/** What no field of the form shows. */
function FormProblem<Name extends string>({ of: { problem, shown } }: { of: FormState<Name> }) {
  if (problem === undefined) return null;
  const isShown = (field: string): boolean => [...shown].some((name) => name === field || field.endsWith(`.${name}`));
  const others = (problem.errors ?? []).filter(({ field }) => !isShown(field));
  if (problem.errors !== undefined && problem.errors.length > 0 && others.length === 0) {
    return (
      <p class="wrongly" role="alert">
        It was not saved: see the marked field.
      </p>
    );
  }
  return (
    <div class="wrongly" role="alert">
      {others.length === 0 ? (
        <p>
          {problem.title}. {problem.detail}
        </p>
      ) : (
        others.map(({ field, message }) => (
          <p key={field}>
            <code>{field}</code> {message}
          </p>
        ))
      )}
    </div>
  );
}
