/** When a campaign is sent again and again, with the times that come next. */
import { Field, Select } from '../../../../parts';
import { CADENCES, cronOf, nextTimes, OVERLAPS, type Cadence } from '../../series';
import { change } from '../draft';
import { wrongWith, type StepProps } from '../Refused';
import { Days } from './Days';

const SHOWN = 3;

export function Repeat({ now, wrong }: StepProps) {
  const { cadence } = now;
  const set = (changes: Partial<Cadence>): void => change({ cadence: { ...cadence, ...changes } });
  const says = wrongWith(wrong, 'cadence', 'cron');
  const at = cadence.every === 'cron' ? 'cron' : cadence.at === '' || cadence.every === 'day' ? 'at' : cadence.every;
  const errorAt = (field: typeof at): string | undefined => (field === at ? says : undefined);
  return (
    <div class="panel stack">
      <div class="pair">
        <Select
          label="Comes"
          value={cadence.every}
          onValue={(every) => set({ every: every as Cadence['every'], cron: cronOf(cadence) })}
          options={CADENCES}
        />
        {cadence.every === 'cron' ? (
          <Field
            label="Cron expression"
            help="Minute, hour, day of month, month, day of week: 0 10 1,15 * *"
            maxLength={100}
            spellcheck={false}
            value={cadence.cron}
            onValue={(cron) => set({ cron })}
            error={errorAt('cron')}
          />
        ) : (
          <Field label="At" type="time" value={cadence.at} onValue={(at) => set({ at })} error={errorAt('at')} />
        )}
        {cadence.every === 'month' && (
          <Field
            label="Day of the month"
            type="number"
            min={1}
            max={31}
            help="A month that has no such day is left out."
            value={cadence.monthDay}
            onValue={(monthDay) => set({ monthDay })}
            error={errorAt('month')}
          />
        )}
      </div>
      {cadence.every === 'week' && (
        <Days
          legend="Days"
          value={cadence.weekdays}
          onValue={(weekdays) => set({ weekdays })}
          error={errorAt('week')}
        />
      )}
      <Next cadence={cadence} timezone={now.timezone} isWrong={wrong.timezone !== undefined} />
      <Select
        label="If the one before has not ended by then"
        value={cadence.overlap}
        onValue={(overlap) => set({ overlap: overlap as Cadence['overlap'] })}
        options={OVERLAPS}
      />
      <p class="soft small">
        Each time makes a campaign of its own, with the text as it is now. A group is read anew each time.
      </p>
    </div>
  );
}

function Next({ cadence, timezone, isWrong }: { cadence: Cadence; timezone: string; isWrong: boolean }) {
  const times = isWrong ? [] : timesIn(cadence, timezone);
  return (
    <p role="status" class="tabular">
      {times.length === 0 ? 'The next times are shown here.' : `Next: ${times.join('; ')}.`}
    </p>
  );
}

/** None while the name of the zone is being written. */
function timesIn(cadence: Cadence, timezone: string): string[] {
  try {
    return nextTimes(cronOf(cadence), timezone, SHOWN);
  } catch {
    return [];
  }
}
