/** Filters of a list that live in the address, so that what is seen can be linked to. */
import { go, withQuery } from '../../router';
import { Select } from '../act/Field';

export interface FilterProps {
  label: string;
  /** The parameter of the address. */
  name: string;
  query: URLSearchParams;
  /** Each value with what it says; the empty one is no filter. */
  options: readonly (readonly [value: string, says: string])[];
}

/** One of several values of one parameter. */
export function FilterSelect({ label, name, query, options }: FilterProps) {
  return (
    <Select
      label={label}
      value={query.get(name) ?? ''}
      onValue={(value) => go(withQuery({ [name]: value }), { replace: true })}
      options={options}
    />
  );
}
