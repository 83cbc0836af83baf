/** The hours and days in which it is sent, and by whose clock. */
import { Field, Select } from '../../../../parts';
import { change } from '../draft';
import type { Form } from '../form';
import { wrongWith, type StepProps } from '../Refused';
import { Days } from './Days';
import { Zone } from './Zone';

export function Hours({ now, wrong }: StepProps) {
  const clocks = [
    ['campaign', `That of ${now.timezone}`],
    ['recipient', 'Each recipient’s, where the number tells it'],
    ['own', 'That of another zone'],
  ] as const;
  return (
    <div class="panel stack">
      <div class="pair">
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
      <Days legend="Days" value={now.days} onValue={(days) => change({ days })} error={wrong.days} />
      <Select
        label="By which clock"
        value={now.windowClock}
        onValue={(windowClock) => change({ windowClock: windowClock as Form['windowClock'] })}
        options={clocks}
        error={wrongWith(wrong, 'windowClock', 'window')}
      />
      {now.windowClock === 'own' && (
        <Zone
          label="Zone of these hours"
          value={now.windowZone}
          onValue={(windowZone) => change({ windowZone })}
          error={wrongWith(wrong, 'windowZone', 'window.timezone')}
        />
      )}
    </div>
  );
}
