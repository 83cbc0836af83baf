/** The request of a sender ID, and what can be changed of one that is there. */
import { api, type Result, type Schemas } from '../../api';
import { Checkbox, Field, Form, Select, TextArea, toast, useForm, useLoad } from '../../parts';
import { CLASSES, idProblem, readIds } from './dlt';

type Sender = Schemas['Sender'];

export interface SenderFormProps {
  /** Absent = a new one. */
  sender?: Sender;
  onDone(): void;
  onCancel(): void;
}

export function SenderForm({ sender, onDone, onCancel }: SenderFormProps) {
  const gateways = useLoad((signal) => api.get('/api/v1/gateways', { signal }), []);
  const form = useForm({
    sender: sender?.sender ?? '',
    class: sender?.class ?? 'transactional',
    entityId: sender?.entityId ?? '',
    templates: sender?.templates.join('\n') ?? '',
    gatewayIds: sender?.gatewayIds.join(',') ?? '',
    default: sender?.default === true ? 'true' : '',
    ratePerSecond: String(sender?.ratePerSecond ?? ''),
  });
  const { values } = form;
  const chosen = new Set(values.gatewayIds.split(',').filter(Boolean));
  const save = (): void => {
    const body = {
      class: values.class as Sender['class'],
      entityId: values.entityId.trim() || null,
      templates: readIds(values.templates),
      gatewayIds: [...chosen],
      default: values.default === 'true',
      ratePerSecond: values.ratePerSecond === '' ? null : Number(values.ratePerSecond),
    };
    const send = (): Promise<Result<Sender>> =>
      sender === undefined
        ? api.post('/api/v1/senders', { body: { sender: values.sender.trim(), ...body } })
        : api.patch('/api/v1/senders/{id}', { params: { id: sender.id }, body });
    form.send(send, (saved) => {
      toast(
        sender === undefined ? `${saved.sender} is requested.` : `${saved.sender} is saved: it is ${saved.status}.`,
      );
      onDone();
    });
  };
  const entityField = form.field('entityId');
  const templatesField = form.field('templates');
  const badTemplate = readIds(values.templates).find((id) => idProblem(id) !== undefined);
  return (
    <section class="narrow stack" aria-label="Sender request">
      <h2>{sender === undefined ? 'Request a sender ID' : `Change ${sender.sender}`}</h2>
      <Form of={form} action={sender === undefined ? 'Create sender request' : 'Save'} onSubmit={save} onCancel={onCancel}>
        <div class="fields">
          {sender === undefined && (
            <Field label="Sender name" help="In India six letters; promotional ones may have six digits." required maxLength={34} autofocus {...form.field('sender')} />
          )}
          <Select label="Account type" help={sender === undefined ? 'What its messages are.' : 'Another one has to be approved again.'} options={CLASSES} {...form.field('class')} />
          <Field label="DLT principal entity id" help="19 digits, for numbers of India." inputMode="numeric" {...entityField} error={entityField.error ?? idProblem(values.entityId)} />
          <Field label="Messages per second" help="What the operator allows for it; empty = no limit." type="number" min={1} {...form.field('ratePerSecond')} />
        </div>
        <TextArea label="DLT template ids" help="One in each line; empty = not told, and no hindrance." rows={3} spellcheck={false} {...templatesField} error={templatesField.error ?? (badTemplate && `${badTemplate} ${idProblem(badTemplate)}`)} />
        <fieldset class="stack">
          <legend>Gateways that may use it</legend>
          <p class="soft small">None marked = every one.</p>
          <div class="row">
            {gateways.data?.items.map(({ id, name }) => (
              <Checkbox
                key={id}
                label={name}
                checked={chosen.has(id)}
                onChecked={(isOn) => form.set({ gatewayIds: [...chosen].filter((each) => each !== id).concat(isOn ? id : []).join(',') })}
              />
            ))}
          </div>
        </fieldset>
        <Checkbox
          label="The default of its type"
          help="For messages that name no sender ID, where only approved ones send."
          checked={values.default === 'true'}
          onChecked={(isOn) => form.set({ default: isOn ? 'true' : '' })}
        />
      </Form>
    </section>
  ); // prettier-ignore
}
