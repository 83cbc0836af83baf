/** Why the API does not take the draft, each field with the step in which it is mended. */
import { signal } from '@preact/signals';
import { errorOf } from '../../../parts';
import type { Problem } from '../../../api';
import { problem } from './draft';
import { STEP_NAMES, type Form, type Step } from './form';

/** The step whose gaps are shown: one that a person tried to leave. */
export const shownProblems = signal<Step | null>(null);

/** What each step is handed. */
export interface StepProps {
  now: Form;
  /** What the form itself finds wrong, by field. */
  wrong: Partial<Record<keyof Form, string>>;
}

const STEP_OF: Record<string, Step> = {
  name: 'audience', audience: 'audience',
  message: 'text', templateId: 'text', type: 'text', variables: 'text', entityId: 'text', dltTemplateId: 'text', flash: 'text', port: 'text', sensitive: 'text',
  sender: 'way', routeId: 'way', service: 'way', webhookId: 'way',
  time: 'time', timezone: 'time', recurrence: 'time', window: 'time', lateness: 'time', maxAgeSeconds: 'time', validUntil: 'time', ratePerSecond: 'time',
  finishWithinSeconds: 'time',
}; // prettier-ignore

/** What is wrong with a field: what the form finds, else what the API said. */
export const wrongWith = (wrong: StepProps['wrong'], field: keyof Form, apiField: string = field): string | undefined =>
  wrong[field] ?? errorOf(problem.value, apiField);

export function Refused({
  problem: { title, detail, errors = [] },
  goTo,
}: {
  problem: Problem;
  goTo(step: Step): unknown;
}) {
  return (
    <div class="error" role="alert">
      <h2>It is not saved yet: {title}</h2>
      <p>{detail}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ field, message }) => {
            const step = STEP_OF[field.split(/[.[]/)[0]!];
            return (
              <li key={field + message}>
                <code>{field}</code> {message}{' '}
                {step !== undefined && (
                  <button type="button" class="quiet small" onClick={() => void goTo(step)}>
                    {STEP_NAMES[step]}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  ); // prettier-ignore
}
