/** Until when messages may leave: for so long after their time, and until a moment; what comes first holds. */
import { Field, Select } from '../../../../parts';
import { change } from '../draft';
import { AGE_UNITS, type AgeUnit } from '../form';
import { wrongWith, type StepProps } from '../Refused';

const UNITS = (Object.keys(AGE_UNITS) as AgeUnit[]).map((unit) => [unit, unit] as const);

export function Age({ now, wrong }: StepProps) {
  return (
    <fieldset class="stack">
      <legend>Give up on what has not left</legend>
      <div class="pair">
        <Field
          label="So long after its time"
          type="number"
          min={1}
          step="any"
          help="Empty: as the account has it."
          value={now.ageAmount}
          onValue={(ageAmount) => change({ ageAmount })}
          error={wrongWith(wrong, 'ageAmount', 'maxAgeSeconds')}
        />
        <Select
          label="Unit"
          help="Of the number."
          value={now.ageUnit}
          onValue={(ageUnit) => change({ ageUnit: ageUnit as AgeUnit })}
          options={UNITS}
        />
      </div>
      {now.begins === 'series' ? (
        <p class="soft small">Of a series it is counted from the time of each of its campaigns.</p>
      ) : (
        <Field
          label="Or at a moment"
          type="datetime-local"
          help="What comes first holds."
          value={now.validUntil}
          onValue={(validUntil) => change({ validUntil })}
          error={wrongWith(wrong, 'validUntil')}
        />
      )}
    </fieldset>
  );
}
