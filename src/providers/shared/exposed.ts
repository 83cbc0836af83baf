/**
 * Secrets in the wrong place: members of credentials whose names and values are a person's own (headers, fields, constants)
 * are shown to whoever may read, so what is secret must not stand there as it is.
 */
import type { Provider } from '../provider';
import { members } from './json';

/** A text that should not be shown. */
export interface Exposure {
  /** Where it stands in the credentials. */
  path: readonly string[];
  /** What is wrong with it. */
  message: string;
}

/** Names under which vendors expect secrets, spelled with any of camelCase, kebab-case, snake_case. */
const SECRET_NAME =
  /(^|[^a-z])(auth|authorization|authentication|cookie|credentials?|jwt|pass|passcode|passphrase|passwd|password|pin|pwd|secret|signature|token|(api|access|account|app|auth|client|license|private|secret|security|sms|user)?[-_ .]?key)$/;
const namesSecret = (name: string): boolean =>
  SECRET_NAME.test(name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase());

/** Templates name a secret, and don't hold it. */
const PLACEHOLDER = /(^|[^{])(\{\{)*\{\w+\}/;

/** Shorter secrets are looked for as whole values only: they may be part of anything. */
const MIN_PART = 6;
/** Shorter runs of letters and digits decode to nothing worth looking at. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{6,}/g;
const HEX_RUN = /(?:[0-9a-f]{2}){4,}/gi;

/** Whether a text is one of these secrets or holds one, as it is or in base64, hex or percent encoding. */
export function hasSecret(text: string, secrets: readonly string[]): boolean {
  const known = secrets.filter((secret) => secret !== '');
  if (known.includes(text)) return true;
  const parts = known.filter((secret) => secret.length >= MIN_PART);
  return parts.length > 0 && readings(text).some((reading) => parts.some((secret) => reading.includes(secret)));
}

function readings(text: string): string[] {
  const plain = [text, unescaped(text), unescaped(unescaped(text))];
  const decoded = [...new Set(plain)].flatMap((spelled) => [
    ...(spelled.match(BASE64_RUN) ?? []).map((run) => Buffer.from(run, 'base64').toString()),
    ...(spelled.match(HEX_RUN) ?? []).map((run) => Buffer.from(run, 'hex').toString()),
  ]);
  return [...plain, ...decoded];
}

/** Percent encoding undone, as far as it is one. */
function unescaped(text: string): string {
  return text
    .replace(/\+/g, ' ')
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

/** Texts of a gateway's open members that hold a secret, or stand under a secret's name, each with its place. */
export function exposedSecrets(provider: Pick<Provider, 'openMembers' | 'secrets'>, credentials: unknown): Exposure[] {
  const secrets = provider.secrets(credentials);
  return (provider.openMembers ?? []).flatMap((name) => exposedIn(members(credentials)[name], [name], name, secrets));
}

function exposedIn(value: unknown, path: string[], name: string, secrets: readonly string[]): Exposure[] {
  if (typeof value === 'string') {
    if (hasSecret(value, secrets)) return [{ path, message: 'holds a secret, and is shown' }];
    const literal = value !== '' && !PLACEHOLDER.test(value);
    return literal && path.length > 1 && namesSecret(name)
      ? [{ path, message: 'looks like a secret, and is shown' }]
      : [];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => exposedIn(item, [...path, String(i)], name, secrets));
  return Object.entries(members(value)).flatMap(([key, inner]) => exposedIn(inner, [...path, key], key, secrets));
}
