/** A zone of the IANA database by its name; browsers that know their names propose them. */
import { useId, useMemo } from 'preact/hooks';
import { Field } from '../../../../parts';

export interface ZoneProps {
  label: string;
  help?: string;
  value: string;
  onValue(zone: string): void;
  error: string | undefined;
}

const knownZones = (): string[] =>
  typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];

export function Zone(props: ZoneProps) {
  const list = useId();
  const zones = useMemo(knownZones, []);
  return (
    <>
      <Field {...props} list={list} maxLength={64} spellcheck={false} required />
      <datalist id={list}>
        {zones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
