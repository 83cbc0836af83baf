/** The secrets of a gateway, and texts and settings without them. */
import type { CallbackAuth, Provider, ProviderConfig } from '../provider';

/** What takes the place of a secret. */
export const HIDDEN_SECRET = '***';

/** All that must not show of a gateway: its login, what its callbacks prove themselves by, and their URL's token. */
export function secretsOf(provider: Pick<Provider, 'secrets'>, config: ProviderConfig<unknown>): string[] {
  const { credentials, callbackAuth, previousCallbackAuth, callbackUrl } = config;
  const token = callbackUrl.slice(callbackUrl.lastIndexOf('/') + 1);
  const ofCallbacks = [callbackAuth, previousCallbackAuth ?? null].flatMap(ofAuth);
  return [...provider.secrets(credentials), ...ofCallbacks, token].filter((secret) => secret !== '');
}

const ofAuth = (auth: CallbackAuth | null): string[] =>
  auth === null ? [] : [auth.bearer ?? '', auth.basic?.password ?? ''];

/** A text with every secret hidden, as it is, percent-encoded or in base64. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of longestFirst(secrets)) {
    for (const spelled of new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])) {
      clean = clean.replaceAll(spelled, HIDDEN_SECRET);
    }
  }
  return clean;
}

/** Shorter secrets are part of other values by chance: they are hidden where they are the whole value. */
const MIN_PART = 6;

/** Settings with {@link HIDDEN_SECRET} in place of every secret, of the same shape. */
export function settingsWithout<Value>(value: Value, secrets: readonly string[]): Value {
  if (typeof value === 'string') return hiddenIn(value, secrets) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => settingsWithout(item, secrets)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, settingsWithout(item as unknown, secrets)]),
  ) as Value;
}

function hiddenIn(value: string, secrets: readonly string[]): string {
  if (secrets.includes(value)) return HIDDEN_SECRET;
  const parts = secrets.filter((secret) => secret.length >= MIN_PART);
  return withoutSecrets(value, parts);
}

const longestFirst = (secrets: readonly string[]): string[] =>
  secrets.filter((secret) => secret !== '').sort((one, other) => other.length - one.length);
