/** Step 4: when it begins, in which hours it is sent, and how fast. */
import { Checkbox, Field, Select } from '../../../parts';
import { change } from './draft';
import { WEEKDAYS, type Form } from './form';
import { wrongWith, type StepProps } from './Refused';

const DAY_NAMES: Record<(typeof WEEKDAYS)[number], string> = {
  mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday',
}; // prettier-ignore

const LATENESS = [
  ['send', 'Send it all the same'],
  ['skip', 'Don’t send it'],
  ['next-window', 'Wait for the next hours'],
] as const;

export function When({ now, wrong }: StepProps) {
  return (
    <div class="stack narrow">
      <fieldset class="choices">
        <legend>Begins</legend>
        {(['now', 'at'] as const).map((begins) => (
          <label key={begins}>
            <input type="radio" name="begins" checked={now.begins === begins} onChange={() => change({ begins })} />{' '}
            {begins === 'now' ? 'When it is launched' : 'At a time'}
          </label>
        ))}
      </fieldset>
      {now.begins === 'at' && (
        <>
          <Field
            label="Time"
            type="datetime-local"
            help={`By the clock of ${now.timezone}.`}
            value={now.time}
            onValue={(time) => change({ time })}
            error={wrongWith(wrong, 'time')}
          />
          <Select
            label="If Heliograph is late by more than 15 minutes"
            value={now.lateness}
            onValue={(lateness) => change({ lateness: lateness as Form['lateness'] })}
            options={LATENESS}
          />
        </>
      )}
      <Checkbox
        label="Only within certain hours"
        help="What has not left when they end waits for the next day."
        checked={now.hasWindow}
        onChecked={(hasWindow) => change({ hasWindow })}
      />
      {now.hasWindow && <Hours now={now} wrong={wrong} />}
      <Field
        label="Messages a second, at most"
        type="number"
        min={1}
        max={100_000}
        help="Empty: as fast as the gateways take it. It can be changed while the campaign runs."
        value={now.rate}
        onValue={(rate) => change({ rate })}
        error={wrongWith(wrong, 'rate', 'ratePerSecond')}
      />
      <Field
        label="Spread over so many minutes"
        type="number"
        min={1}
        max={43_200}
        help="Empty: not at all. The rate is then what it takes to be done in time."
        value={now.finishWithinMinutes}
        onValue={(finishWithinMinutes) => change({ finishWithinMinutes })}
        error={wrongWith(wrong, 'finishWithinMinutes', 'finishWithinSeconds')}
      />
    </div>
  );
}

function Hours({ now, wrong }: StepProps) {
  const toggle = (day: (typeof WEEKDAYS)[number], on: boolean): void =>
    change({ days: WEEKDAYS.filter((each) => (each === day ? on : now.days.includes(each))) });
  return (
    <div class="panel">
      <div class="columns">
        <Field
          label="From"
          type="time"
          value={now.windowStart}
          onValue={(windowStart) => change({ windowStart })}
          error={wrongWith(wrong, 'windowStart', 'start')}
        />
        <Field
          label="Until"
          type="time"
          value={now.windowEnd}
          onValue={(windowEnd) => change({ windowEnd })}
          error={wrongWith(wrong, 'windowEnd', 'end')}
        />
      </div>
      <fieldset class="choices">
        <legend>Days</legend>
        {WEEKDAYS.map((day) => (
          <Checkbox key={day} label={DAY_NAMES[day]} checked={now.days.includes(day)} onChecked={(on) => toggle(day, on)} />
        ))}
        {wrong.days !== undefined && <p class="wrongly">{wrong.days}</p>}
      </fieldset>
      <p class="soft small">By the clock of {now.timezone}.</p>
    </div>
  ); // prettier-ignore
}
