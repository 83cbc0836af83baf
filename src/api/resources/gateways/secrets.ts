/** Secrets of gateways: refused where they would be shown, and masked wherever they are answered. */
import type { Problem } from '../../../errors';
import { exposedSecrets, hasSecret } from '../../../providers/open';
import type { Provider } from '../../../providers/registry';
import { invalidFields } from '../../http/invalid';
import { isJsonObject } from '../../http/json';

const MASK = '••••';
/** A secret's last characters are enough to tell two apart; short ones show nothing. */
const hide = (secret: string): string => (secret.length > 8 ? `${MASK}${secret.slice(-4)}` : MASK);

/**
 * Refuses what would not work or would be shown: a mask in the place of a secret, and secrets among what a person names
 * as he likes, where the provider has a member `secrets` for them.
 * @param credentials as the provider's schema returns them.
 * @throws AppError invalid-request naming all of them.
 */
export function checkSecrets(provider: Provider, credentials: unknown): void {
  const problems: Problem[] = textsIn(credentials, ['credentials']).flatMap(([path, text]) =>
    text.startsWith(MASK)
      ? [{ field: path.join('.'), message: 'is a mask: send the secret itself, or leave the credentials out' }]
      : [],
  );
  if (isJsonObject(credentials) && isJsonObject(credentials['secrets'])) {
    for (const { path, message } of exposedSecrets(provider, credentials)) {
      const remedy = 'put it into credentials.secrets under a name of yours, and write {name} here';
      problems.push({ field: ['credentials', ...path].join('.'), message: `${message}: ${remedy}` });
    }
  }
  if (problems.length > 0) throw invalidFields(problems);
}

function textsIn(value: unknown, path: string[]): [path: string[], text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, [...path, name]));
}

/** Credentials with every secret in them hidden, wherever and however it is written. */
export function maskCredentials(provider: Provider, credentials: unknown): unknown {
  const secrets = provider.secrets(credentials);
  const exposed = new Set(exposedSecrets(provider, credentials).map(({ path }) => path.join('\n')));
  return mask(credentials, (text, path) => exposed.has(path.join('\n')) || hasSecret(text, secrets), []);
}

/** The same value with every text in it hidden. */
export const maskAll = (value: unknown): unknown => mask(value, () => true, []);

function mask(value: unknown, isSecret: (text: string, path: string[]) => boolean, path: string[]): unknown {
  if (typeof value === 'string') return isSecret(value, path) ? hide(value) : value;
  if (Array.isArray(value)) return value.map((entry, i) => mask(entry, isSecret, [...path, String(i)]));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, mask(inner, isSecret, [...path, name])]),
  );
}
