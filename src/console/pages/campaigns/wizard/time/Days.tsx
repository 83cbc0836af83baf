import { Checkbox } from '../../../../parts';
import { DAY_NAMES, WEEKDAYS, type Weekday } from '../../series';

export interface DaysProps {
  legend: string;
  value: readonly Weekday[];
  onValue(days: Weekday[]): void;
  error?: string | undefined;
}

/** Days of the week, any of them. */
export function Days({ legend, value, onValue, error }: DaysProps) {
  const toggle = (day: Weekday, on: boolean): void =>
    onValue(WEEKDAYS.filter((each) => (each === day ? on : value.includes(each))));
  return (
    <fieldset class="choices">
      <legend>{legend}</legend>
      {WEEKDAYS.map((day) => (
        <Checkbox key={day} label={DAY_NAMES[day]} checked={value.includes(day)} onChecked={(on) => toggle(day, on)} />
      ))}
      {error !== undefined && <p class="wrongly">{error}</p>}
    </fieldset>
  );
}
