/** Values of the text's variables for recipients who have none of their own. */
import { useMemo } from 'preact/hooks';
import { parseTemplate } from '../../../../core/audience/template';
import { Field } from '../../../parts';
import { change } from './draft';
import type { Form } from './form';
import { wrongWith } from './Refused';

const MAX_VALUE = 1_000;

export function Shared({ text, now }: { text: string; now: Form }) {
  const names = useMemo(() => {
    const parsed = parseTemplate(text);
    return parsed.ok ? parsed.template.variables : [];
  }, [text]);
  // Those that the text names no more are still stored: they can be taken away.
  const all = [...new Set([...names, ...Object.keys(now.variables)])];
  if (all.length === 0) return null;
  const error = wrongWith({}, 'variables');
  return (
    <details open={Object.keys(now.variables).length > 0}>
      <summary>Values for everybody</summary>
      <p class="help">They stand where a recipient has no value of their own.</p>
      <div class="columns">
        {all.map((name) => (
          <Field
            key={name}
            label={`{${name}} for everybody`}
            maxLength={MAX_VALUE}
            value={now.variables[name] ?? ''}
            onValue={(value) => change({ variables: withValue(now.variables, name, value) })}
          />
        ))}
      </div>
      {error !== undefined && <p class="wrongly">{error}</p>}
    </details>
  );
}

function withValue(variables: Form['variables'], name: string, value: string): Form['variables'] {
  const { [name]: _, ...others } = variables;
  return value === '' ? others : { ...others, [name]: value };
}
