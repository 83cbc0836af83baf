/** The form of a new webhook. */
import { api } from '../../api';
import { Checkbox, Field, Form, Select, toast, useForm } from '../../parts';

const EVENTS = [
  ['message.delivered', 'Delivered'],
  ['message.failed', 'Failed'],
  ['message.replied', 'Replied'],
  ['message.clicked', 'Clicked'],
] as const;
type Event = (typeof EVENTS)[number][0];

export interface WebhookFormProps {
  onDone(made: { secret?: string }): void;
  onCancel(): void;
}

export function WebhookForm({ onDone, onCancel }: WebhookFormProps) {
  const form = useForm({
    kind: 'clevertap',
    url: '',
    isDefault: 'true',
    events: EVENTS.map(([name]) => name).join(','),
  });
  const { kind, url, isDefault, events } = form.values;
  const chosen = new Set(events.split(',').filter(Boolean));
  const isCleverTap = kind === 'clevertap';
  const save = (): void =>
    form.send(
      () =>
        api.post('/api/v1/webhooks', {
          body: {
            kind: isCleverTap ? 'clevertap' : 'standard',
            url: url.trim(),
            ...(isCleverTap ? { isDefault: isDefault === 'true' } : {}),
            ...(isCleverTap || chosen.size === EVENTS.length ? {} : { events: [...chosen] as Event[] }),
          },
        }),
      (made) => {
        toast('Outcomes are told to it from now on.');
        onDone(made as { secret?: string });
      },
    );
  return (
    <section class="narrow stack" aria-label="Webhook">
      <h2>Add a webhook</h2>
      <Form of={form} action="Add the webhook" onSubmit={save} onCancel={onCancel} disabled={!isCleverTap && chosen.size === 0}>
        <Select
          label="Kind"
          options={[
            ['clevertap', 'CleverTap: the callback URL that its provider form shows'],
            ['standard', 'Standard: a system of your own, each event signed'],
          ]}
          {...form.field('kind')}
        />
        <Field label="URL" help={isCleverTap ? 'It carries your CleverTap account; it is stored sealed.' : 'With https.'} type="url" placeholder="https://" required {...form.field('url')} />
        {isCleverTap ? (
          <Checkbox
            label="For all messages that name no other"
            checked={isDefault === 'true'}
            onChecked={(isOn) => form.set({ isDefault: isOn ? 'true' : '' })}
          />
        ) : (
          <fieldset class="stack">
            <legend>Events</legend>
            <div class="row">
              {EVENTS.map(([name, says]) => (
                <Checkbox
                  key={name}
                  label={says}
                  checked={chosen.has(name)}
                  onChecked={(isOn) => form.set({ events: EVENTS.map(([each]) => each).filter((each) => (each === name ? isOn : chosen.has(each))).join(',') })}
                />
              ))}
            </div>
          </fieldset>
        )}
      </Form>
    </section>
  ); // prettier-ignore
}
