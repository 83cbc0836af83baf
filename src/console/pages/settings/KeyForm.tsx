/** The form of a new key: what it may do, and until when. */
import { api, may } from '../../api';
import { Checkbox, Field, Form, useForm } from '../../parts';

const SCOPES = [
  ['send', 'send', 'Send messages: all that CleverTap needs.'],
  ['read', 'read', 'Look, with numbers masked and without texts.'],
  ['content', 'content', 'See the texts of messages.'],
  ['manage', 'manage', 'Change gateways, keys and settings; see whole numbers.'],
  ['admin', 'admin', 'All accounts and the deployment.'],
] as const;
type Scope = (typeof SCOPES)[number][0];

export interface KeyFormProps {
  onDone(made: { name: string; key: string }): void;
  onCancel(): void;
}

export function KeyForm({ onDone, onCancel }: KeyFormProps) {
  const form = useForm({ name: '', scopes: 'send', expiresAt: '', ratePerSecond: '' });
  const { name, scopes, expiresAt, ratePerSecond } = form.values;
  const chosen = new Set(scopes.split(',').filter(Boolean));
  const save = (): void =>
    form.send(
      () =>
        api.post('/api/v1/api-keys', {
          body: {
            name: name.trim(),
            scopes: [...chosen] as Scope[],
            ...(expiresAt === '' ? {} : { expiresAt: new Date(`${expiresAt}T23:59:59`).toISOString() }),
            ...(ratePerSecond === '' ? {} : { ratePerSecond: Number(ratePerSecond) }),
          },
        }),
      onDone,
    );
  return (
    <section class="narrow stack" aria-label="Key">
      <h2>Make a key</h2>
      <Form of={form} action="Make the key" onSubmit={save} onCancel={onCancel} disabled={chosen.size === 0}>
        <Field label="Name" help="Who will show it, such as CleverTap." required autofocus {...form.field('name')} />
        <fieldset class="stack">
          <legend>It may</legend>
          {SCOPES.filter(([scope]) => scope !== 'admin' || may('admin')).map(([scope, label, help]) => (
            <Checkbox
              key={scope}
              label={label}
              help={help}
              checked={chosen.has(scope)}
              onChecked={(isOn) => form.set({ scopes: SCOPES.map(([each]) => each).filter((each) => (each === scope ? isOn : chosen.has(each))).join(',') })}
            />
          ))}
        </fieldset>
        <div class="fields">
          <Field label="Good until (optional)" type="date" {...form.field('expiresAt')} />
          <Field label="Requests per second (optional)" help="100 unless given." type="number" min={1} {...form.field('ratePerSecond')} />
        </div>
      </Form>
    </section>
  ); // prettier-ignore
}
