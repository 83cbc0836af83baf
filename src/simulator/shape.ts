/** A few checks that read like the vendor's schema and report every violation with its path. */

export interface Violation {
  property: string;
  violation: string;
}
/** Adds what is wrong with the value at `path`. */
export type Check = (value: unknown, path: string, violations: Violation[]) => void;
interface Field {
  check: Check;
  required: boolean;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const required = (check: Check): Field => ({ check, required: true });
export const optional = (check: Check): Field => ({ check, required: false });

export const string =
  (maxLength = Infinity): Check =>
  (value, property, violations) => {
    if (typeof value !== 'string') violations.push({ property, violation: 'must be a string' });
    else if (value.length > maxLength)
      violations.push({ property, violation: `size must be between 0 and ${maxLength}` });
  };

export const word =
  (...words: string[]): Check =>
  (value, property, violations) => {
    if (typeof value !== 'string' || !words.includes(value))
      violations.push({ property, violation: `must be one of ${words.join(', ')}` });
  };

export const flag: Check = (value, property, violations) => {
  if (typeof value !== 'boolean') violations.push({ property, violation: 'must be a boolean' });
};

export const integer =
  (min = -(2 ** 31), max = 2 ** 31 - 1): Check =>
  (value, property, violations) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      violations.push({ property, violation: `must be an integer from ${min} to ${max}` });
  };

export const list =
  (item: Check): Check =>
  (value, property, violations) => {
    if (!Array.isArray(value)) violations.push({ property, violation: 'must be an array' });
    else if (value.length === 0) violations.push({ property, violation: 'must not be empty' });
    else value.forEach((entry, index) => item(entry, `${property}[${index}]`, violations));
  };

/** An object with these fields and no others. */
export function object(fields: Record<string, Field>): Check {
  const names = Object.keys(fields);
  return (value, path, violations) => {
    if (!isObject(value)) {
      violations.push({ property: path || 'request', violation: 'must be an object' });
      return;
    }
    const prefix = path === '' ? '' : `${path}.`;
    for (const name of names) {
      const field = fields[name];
      const given = value[name];
      if (given !== undefined && given !== null) field?.check(given, prefix + name, violations);
      else if (field?.required) violations.push({ property: prefix + name, violation: 'must not be null' });
    }
    for (const name in value)
      if (!Object.hasOwn(fields, name)) violations.push({ property: prefix + name, violation: 'unknown property' });
  };
}
