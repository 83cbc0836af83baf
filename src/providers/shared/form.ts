/** What a form for a gateway's credentials needs, read out of the adapter's own schema, so that the two can't differ. */
import { z } from 'zod';
import { members } from './json';
import type { Provider } from '../provider';

declare module 'zod' {
  interface GlobalMeta {
    /** The value must never be shown again: a form hides it while it is typed. */
    secret?: boolean;
  }
}

/** One member of `credentials`. */
export interface CredentialField {
  name: string;
  /** Name of the field for people, for example `API key`. */
  title: string;
  /** What the field is and where a person finds its value. */
  description: string | null;
  secret: boolean;
  required: boolean;
  /** `choice` = one of `choices`; `json` = anything that isn't one line of text, entered as JSON. */
  type: 'text' | 'choice' | 'json';
  choices: string[] | null;
  /** The value when none is given; null = none. */
  default: unknown;
}

/**
 * The fields of a provider's credentials, in the order of its form.
 * @returns one list for each way to log in (Pingbix has two), of which exactly one is to be filled in.
 */
export function credentialForms({ credentialsSchema }: Pick<Provider, 'credentialsSchema'>): CredentialField[][] {
  const schema = members(z.toJSONSchema(credentialsSchema, { io: 'input', unrepresentable: 'any' }));
  const ways = (schema['anyOf'] as unknown[] | undefined) ?? [schema];
  return ways.map((way) => {
    const { properties, required } = members(way);
    const needed = new Set(required as string[] | undefined);
    return Object.entries(members(properties)).map(([name, property]) => fieldOf(name, property, needed.has(name)));
  });
}

function fieldOf(name: string, property: unknown, required: boolean): CredentialField {
  const { title, description, secret, type, enum: choices, default: preset } = members(property);
  const isText = type === 'string';
  return {
    name,
    title: typeof title === 'string' ? title : name,
    description: typeof description === 'string' ? description : null,
    secret: secret === true,
    required,
    type: !isText ? 'json' : Array.isArray(choices) ? 'choice' : 'text',
    choices: isText && Array.isArray(choices) ? (choices as string[]) : null,
    default: preset ?? null,
  };
}

/** A picture for the list of providers: the first letter of the label on the provider's colour, as a data URI. */
export function letterLogo({ label, color }: Pick<Provider, 'label' | 'color'>): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="8" fill="${color}"/>` +
    `<text x="20" y="28" font-family="sans-serif" font-size="22" fill="#fff" text-anchor="middle">${label[0]}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
