/** The form of a template, with its preview beside it. */
import { useState } from 'preact/hooks';
import { charactersBeyondGsm } from '../../../core/messages/segments';
import { Badge, Checkbox, Field, Form, plural, Select, TextArea, type FormState } from '../../parts';
import { idProblem, readText, type Reading } from './dlt';

export type TemplateField = 'name' | 'text' | 'dltTemplateId' | 'dltText' | 'entityId' | 'class' | 'sensitive';

export interface TemplateFormProps {
  of: FormState<TemplateField>;
  onSubmit(): void;
  onCancel(): void;
  mayChange: boolean;
}

export function TemplateForm({ of, onSubmit, onCancel, mayChange }: TemplateFormProps) {
  const [samples, setSamples] = useState<Record<string, string>>({});
  const reading = readText(of.values.text, samples, of.values.dltText);
  const text = of.field('text');
  const dltId = of.field('dltTemplateId');
  const entity = of.field('entityId');
  const registered = of.field('dltText');
  const mismatch = reading.dlt?.ok === false ? reading.dlt.reason : undefined;
  return (
    <div class="columns">
      <Form
        of={of}
        action="Save the template"
        onSubmit={onSubmit}
        onCancel={onCancel}
        disabled={!mayChange || reading.problem !== undefined}
      >
        {!mayChange && <p>Your key may look, not change: that needs the scope “manage”.</p>}
        <Field label="Name" required {...of.field('name')} />
        <TextArea
          label="Text"
          help="{name} is a variable, {name|friend} one with a default, {{ a brace."
          rows={5}
          required
          {...text}
          error={text.error ?? reading.problem}
        />
        <fieldset class="stack">
          <legend>India: as it is registered on the DLT</legend>
          <Field
            label="DLT template id"
            help="19 digits."
            inputMode="numeric"
            {...dltId}
            error={dltId.error ?? idProblem(of.values.dltTemplateId)}
          />
          <TextArea
            label="Registered text"
            help="With {#var#}, letter by letter. Operators drop what differs, after it was paid for."
            rows={4}
            spellcheck={false}
            {...registered}
            error={registered.error ?? mismatch}
          />
          <p role="status">{reading.dlt?.ok === true && <Badge state="ok" word="The text fits what is registered" />}</p>
          <div class="fields">
            <Field
              label="DLT entity id"
              help="19 digits; else the sender ID’s."
              inputMode="numeric"
              {...entity}
              error={entity.error ?? idProblem(of.values.entityId)}
            />
            <Select
              label="Registered for"
              options={[
                ['', 'Not told'],
                ['transactional', 'Transactional'],
                ['promotional', 'Promotional'],
                ['service', 'Service'],
                ['government', 'Government'],
              ]}
              {...of.field('class')}
            />
          </div>
        </fieldset>
        <Checkbox
          label="Sensitive"
          help="Such as passwords: nobody is shown its messages’ texts, and they are deleted once sent."
          checked={of.values.sensitive === 'true'}
          onChecked={(isOn) => of.set({ sensitive: isOn ? 'true' : '' })}
        />
      </Form>
      <Preview reading={reading} samples={samples} onSample={(name, value) => setSamples({ ...samples, [name]: value })} />
    </div>
  ); // prettier-ignore
}

interface PreviewProps {
  reading: Reading;
  samples: Record<string, string>;
  onSample(name: string, value: string): void;
}

function Preview({ reading: { preview, segments, variables }, samples, onSample }: PreviewProps) {
  const odd = segments.encoding === 'ucs2' ? [...charactersBeyondGsm(preview)] : [];
  return (
    <section class="stack" aria-label="Preview">
      <h2>Preview</h2>
      <p class="bubble">{preview === '' ? ' ' : marked(preview, odd)}</p>
      <p role="status">
        <b>{plural(segments.parts, 'part')}</b>, {plural(segments.units, 'character')}{' '}
        {segments.encoding === 'gsm7' ? 'of the SMS alphabet.' : 'as Unicode: 70 fit one part, not 160.'}
      </p>
      {odd.length > 0 && (
        <p>
          Because of: {odd.map((char) => <code key={char}>{char} </code>)}
        </p>
      )}
      {variables.length > 0 && (
        <fieldset class="stack">
          <legend>Try values</legend>
          {variables.map((name) => (
            <Field key={name} label={name} value={samples[name] ?? ''} onValue={(value) => onSample(name, value)} />
          ))}
          <p class="soft small">Parts are counted with these values; others may take more.</p>
        </fieldset>
      )}
    </section>
  ); // prettier-ignore
}

/** Marks what makes a text longer. */
function marked(text: string, odd: readonly string[]) {
  if (odd.length === 0) return text;
  const of = new Set(odd);
  return [...text].map((char, i) => (of.has(char) ? <mark key={i}>{char}</mark> : char));
}
