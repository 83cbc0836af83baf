/** Suppresses a number, or a list of them as a file. */
import { useId, useState } from 'preact/hooks';
import { api, send, type Schemas } from '../../api';
import { Badge, count, Field, Form, Select, toast, toastProblem, useBusy, useForm } from '../../parts';

type Import = Schemas['SuppressionImport'];

export function AddSuppressions({ onAdded }: { onAdded(): void }) {
  const form = useForm({ to: '', reason: '', classes: '' });
  const add = (): void => {
    const { to, reason, classes } = form.values;
    form.send(
      () =>
        api.post('/api/v1/suppressions', {
          body: {
            to: to.trim(),
            reason: reason.trim() || null,
            ...(classes === '' ? {} : { classes: classes as 'all' | 'promotional' }),
          },
        }),
      () => {
        toast(`Nothing is sent to ${to.trim()} from now on.`);
        form.set({ to: '', reason: '' });
        onAdded();
      },
    );
  };
  return (
    <section class="narrow stack" aria-label="Suppress">
      <h2>Suppress a number</h2>
      <Form of={form} action="Suppress it" onSubmit={add} disabled={form.values.to.trim() === ''}>
        <div class="fields">
          <Field label="Phone number" help="With or without “+”." type="tel" inputMode="tel" {...form.field('to')} />
          <Select
            label="It stops"
            options={[
              ['', 'As the account has it'],
              ['all', 'Everything'],
              ['promotional', 'Promotional messages'],
            ]}
            {...form.field('classes')}
          />
          <Field label="Reason (optional)" {...form.field('reason')} />
        </div>
      </Form>
      <ImportFile onDone={onAdded} />
    </section>
  );
}

const LOOK_MS = 1_000;

/** A CSV with numbers; it can be left, the server goes on. */
function ImportFile({ onDone }: { onDone(): void }) {
  const id = useId();
  const [state, setState] = useState<Import>();
  const [busy, run] = useBusy();
  const bring = (file: File | undefined): void => {
    if (file === undefined) return;
    run(async () => {
      const body = new Blob([file], { type: 'text/csv' });
      const begun = await send<Import>('post', `/api/v1/suppressions?name=${encodeURIComponent(file.name)}`, { body });
      if (!begun.ok) return toastProblem(begun.problem);
      let at = begun.data;
      setState(at);
      while (at.state === 'processing') {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        const next = await api.get('/api/v1/suppressions/imports/{id}', { params: { id: at.id } });
        if (!next.ok) return toastProblem(next.problem);
        setState((at = next.data));
      }
      onDone();
    });
  };
  return (
    <div class="field">
      <label for={id}>Or bring a list as CSV</label>
      <p class="help">With a header row and a column of numbers; “reason”, “classes” and “at” if you like.</p>
      <input id={id} type="file" accept=".csv,text/csv" disabled={busy} onChange={(event) => bring(event.currentTarget.files?.[0])} />
      <div role="status">
        {state !== undefined && (
          <p>
            <Badge state={state.state === 'processing' ? 'running' : state.state} /> {count(state.rows)} rows read,{' '}
            {count(state.added)} numbers added, {count(state.invalid)} rows refused.{' '}
            {state.invalid > 0 && (
              <a href={`/api/v1/suppressions/imports/${state.id}/errors.csv`} download>
                Which, as CSV
              </a>
            )}
          </p>
        )}
      </div>
    </div>
  ); // prettier-ignore
}
