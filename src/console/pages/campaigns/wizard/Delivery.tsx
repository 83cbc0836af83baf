/** How phones take the text, and who is shown it. */
import { Checkbox, Field } from '../../../parts';
import { change } from './draft';
import { wrongWith, type StepProps } from './Refused';

export function Delivery({ now, wrong }: StepProps) {
  const error = wrongWith(wrong, 'port');
  return (
    <details open={now.flash || now.port !== '' || now.sensitive || error !== undefined}>
      <summary>How phones take it, and who is shown it</summary>
      <div class="stack">
        <Checkbox
          label="Flash: shown at once, and kept by no phone"
          checked={now.flash}
          onChecked={(flash) => change({ flash })}
          help="Gateways that can’t do so refuse it or send it as usual, as the account says."
        />
        <Field
          label="Port of an app"
          type="number"
          min={1}
          max={65_535}
          help="Empty: the phone’s own messages. With one each part has fewer characters."
          value={now.port}
          onValue={(port) => change({ port })}
          error={error}
        />
        <Checkbox
          label="Sensitive: nobody is shown its text"
          checked={now.sensitive}
          onChecked={(sensitive) => change({ sensitive })}
          help="Neither here nor in its messages, nor by the API. You see it until you leave this page."
        />
      </div>
    </details>
  );
}
