/** Step 2: what it says, with its parts, the characters that make it longer, and how it reads for each recipient. */
import { api, type Schemas } from '../../../api';
import { Field, Select, Shown, TextArea, useLoad } from '../../../parts';
import { href } from '../../../router';
import { change, form } from './draft';
import type { Form } from './form';
import { Delivery } from './Delivery';
import { Preview } from './Preview';
import { Shared } from './Shared';
import { wrongWith, type StepProps } from './Refused';

type Template = Schemas['Template'];

const MAX_TEXT = 4_000;
const TYPES = [
  ['A', 'As short as it can be (recommended)'],
  ['U', 'Unicode always'],
  ['N', 'Plain letters only: others are refused'],
] as const;

export function Text({ now, wrong }: StepProps) {
  const templates = useLoad((signal) => api.get('/api/v1/templates', { query: { limit: 500 }, signal }), []);
  const template = templates.data?.items.find(({ id }) => id === now.templateId);
  return (
    <div class="stack wide-form">
      <fieldset class="choices">
        <legend>Text</legend>
        {(['message', 'template'] as const).map((from) => (
          <label key={from}>
            <input type="radio" name="textFrom" checked={now.textFrom === from} onChange={() => change({ textFrom: from })} />{' '}
            {from === 'message' ? 'Write it here' : 'A template'}
          </label>
        ))}
      </fieldset>
      {now.textFrom === 'message' ? (
        <Written now={now} wrong={wrong} />
      ) : (
        <Shown of={templates} what="the templates" lines={2}>
          {({ items }) => <Templates now={now} wrong={wrong} items={items} />}
        </Shown>
      )}
      <Select
        label="Characters"
        value={now.type}
        onValue={(type) => change({ type: type as Form['type'] })}
        options={TYPES}
        error={wrongWith(wrong, 'type')}
      />
      {now.textFrom === 'message' && <Dlt now={now} />}
      <Shared text={now.textFrom === 'message' ? now.message : (template?.text ?? '')} now={now} />
      <Delivery now={now} wrong={wrong} />
      <Preview text={now.textFrom === 'message' ? now.message : (template?.text ?? '')} now={now} />
    </div>
  ); // prettier-ignore
}

function Written({ now, wrong }: StepProps) {
  return (
    <div class="stack">
      <TextArea
        label="Message"
        rows={5}
        maxLength={MAX_TEXT}
        spellcheck
        autofocus
        required={!now.hasUnseenText}
        placeholder={now.hasUnseenText ? 'The text that is stored is sensitive: nobody is shown it. What you write here takes its place.' : ''}
        help="{name} stands for a variable, {name|there} for one with a default; {{ writes a brace."
        value={now.message}
        onValue={(message) => change({ message })}
        error={wrongWith(wrong, 'message')}
      />
      {now.columns.length > 0 && (
        <p class="actions">
          <span class="soft">Put in:</span>
          {now.columns.slice(0, 20).map((name) => (
            <button key={name} type="button" class="small" onClick={() => change({ message: `${form.value!.message}{${name}}` })}>
              {`{${name}}`}
            </button>
          ))}
        </p>
      )}
    </div>
  ); // prettier-ignore
}

/** What India's operators ask for with each text; another text has ids of its own. */
function Dlt({ now }: { now: Form }) {
  return (
    <details open={now.entityId !== '' || now.dltTemplateId !== ''}>
      <summary>DLT ids, for India</summary>
      <div class="columns">
        <Field
          label="Entity id"
          inputMode="numeric"
          value={now.entityId}
          onValue={(entityId) => change({ entityId })}
          error={wrongWith({}, 'entityId')}
        />
        <Field
          label="Template id"
          inputMode="numeric"
          value={now.dltTemplateId}
          onValue={(dltTemplateId) => change({ dltTemplateId })}
          error={wrongWith({}, 'dltTemplateId')}
        />
      </div>
    </details>
  );
}

function Templates({ now, wrong, items }: StepProps & { items: readonly Template[] }) {
  if (items.length === 0) {
    return (
      <p>
        There is no template yet. <a href={href('/templates/new')}>Add a template</a>
      </p>
    );
  }
  const chosen = items.find(({ id }) => id === now.templateId);
  return (
    <div class="stack">
      <Select
        label="Template"
        value={now.templateId}
        onValue={(templateId) => change({ templateId })}
        options={[['', 'Choose a template'], ...items.map(({ id, name }) => [id, name] as const)]}
        error={wrongWith(wrong, 'templateId')}
      />
      {chosen?.dltTemplateId != null && <p class="soft">DLT template id {chosen.dltTemplateId}</p>}
    </div>
  );
}
