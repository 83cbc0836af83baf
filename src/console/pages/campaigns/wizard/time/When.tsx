/** Step 4: when it begins, in which hours it is sent, until when, and how fast. */
import { Checkbox, Field, Select } from '../../../../parts';
import { change } from '../draft';
import type { Form } from '../form';
import { wrongWith, type StepProps } from '../Refused';
import { Age } from './Age';
import { Hours } from './Hours';
import { Repeat } from './Repeat';
import { Zone } from './Zone';

const BEGINS = { now: 'When it is launched', at: 'At a time', series: 'Again and again' } as const;

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
        {(['now', 'at', 'series'] as const).map((begins) => (
          <label key={begins}>
            <input type="radio" name="begins" checked={now.begins === begins} onChange={() => change({ begins })} />{' '}
            {BEGINS[begins]}
          </label>
        ))}
      </fieldset>
      {now.begins === 'at' && (
        <Field
          label="Time"
          type="datetime-local"
          value={now.time}
          onValue={(time) => change({ time })}
          error={wrongWith(wrong, 'time')}
        />
      )}
      {now.begins === 'series' && <Repeat now={now} wrong={wrong} />}
      <Zone
        label="Time zone"
        help="All times here are by its clock."
        value={now.timezone}
        onValue={(timezone) => change({ timezone })}
        error={wrongWith(wrong, 'timezone')}
      />
      {now.begins !== 'now' && (
        <Select
          label="If Heliograph is late by more than 15 minutes"
          value={now.lateness}
          onValue={(lateness) => change({ lateness: lateness as Form['lateness'] })}
          options={LATENESS}
          error={wrongWith(wrong, 'lateness')}
        />
      )}
      <Checkbox
        label="Only within certain hours"
        help="What has not left when they end waits for the next day."
        checked={now.hasWindow}
        onChecked={(hasWindow) => change({ hasWindow })}
      />
      {now.hasWindow && <Hours now={now} wrong={wrong} />}
      <Age now={now} wrong={wrong} />
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
