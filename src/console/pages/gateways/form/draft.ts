/** What the form of a gateway holds, as text, and what the API is sent of it. */
import type { Gateway, Provider } from '../columns';

/** Of each credential the name in the form. */
export const inForm = (credential: string): string => `credentials.${credential}`;

export type CredentialKind = 'text' | 'json' | readonly string[];

interface JsonSchema {
  type?: string;
  enum?: string[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
}

/** How a credential is written: a line, one of several words, or JSON where it has a structure. */
export function kindOf({ credentialsSchema }: Provider, name: string): CredentialKind {
  const schema = credentialsSchema as JsonSchema;
  const property = [schema, ...(schema.anyOf ?? [])].map(({ properties }) => properties?.[name]).find(Boolean);
  if (property?.enum !== undefined) return property.enum;
  return property === undefined || property.type === 'string' ? 'text' : 'json';
}

/** Numbers of a gateway, and whether it may have none. */
const NUMBERS = {
  priority: false,
  weight: false,
  ratePerSecond: true,
  maxInFlight: false,
  batchSize: true,
  validitySeconds: true,
  receiptDeadlineSeconds: false,
  failoverAfterSeconds: true,
  pricePerSegment: true,
} as const;
const TEXTS = ['defaultSender', 'fallbackSender', 'baseUrl', 'description', 'signupLink', 'logo', 'currency'] as const;

type Values = Record<string, string>;

/** The form at first. @param gateway absent = a new one. */
export function draftOf(provider: Provider, gateway?: Gateway): Values {
  const values: Values = {
    name: gateway?.name ?? provider.label,
    sendingPattern: gateway?.sendingPattern ?? provider.sendingPatterns[0]!,
    status: gateway?.status ?? 'active',
    smartEncoding: gateway?.smartEncoding === true ? 'true' : '',
    callbackAllow: gateway?.callbackAllow.join(', ') ?? '',
    providerIdBase: gateway?.providerIdBase ?? '',
    callbackAuth: '',
    'callbackAuth.basic.username': '',
    'callbackAuth.basic.password': '',
    'callbackAuth.bearer': '',
  };
  for (const name of TEXTS) values[name] = gateway?.[name] ?? '';
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) values[name] = String(gateway?.[name] ?? '');
  for (const { name, secret, required } of provider.credentials) {
    const stored = gateway?.credentials[name];
    const kind = kindOf(provider, name);
    const first = required && typeof kind !== 'string' ? kind[0]! : '';
    if (secret || stored === undefined) values[inForm(name)] = first;
    else values[inForm(name)] = typeof stored === 'string' ? stored : JSON.stringify(stored, null, 2);
  }
  return values;
}

/** How reports shall prove themselves; undefined = as it is, or as Heliograph makes it. */
function proofIn(values: Values): object | null | undefined {
  const [username, password] = [values['callbackAuth.basic.username'], values['callbackAuth.basic.password']];
  switch (values['callbackAuth']) {
    case 'basic':
      return { basic: { username, password } };
    case 'bearer':
      return { bearer: values['callbackAuth.bearer'] };
    case 'none':
      return null;
    default:
      return undefined;
  }
}

export type Body = Record<string, unknown>;
export type BodyResult = { ok: true; body: Body } | { ok: false; field: string; message: string };

/**
 * What is sent: of a gateway that is there, what was changed. An empty field is "none" of what it has, and left out of a
 * new one.
 * @param gateway absent = a new one. Of one that is there, credentials are sent only where a secret was written: they are
 * stored as a whole, and what is shown of them is masked.
 */
export function bodyOf(values: Values, provider: Provider, gateway?: Gateway): BodyResult {
  const isNew = gateway === undefined;
  const body: Body = isNew ? { provider: provider.name } : {};
  for (const name of ['name', 'sendingPattern', 'status']) body[name] = values[name];
  for (const name of [...TEXTS, 'providerIdBase']) {
    const text = values[name]!.trim();
    if (text !== '') body[name] = text;
    else if (!isNew) body[name] = null;
  }
  for (const [name, mayLack] of Object.entries(NUMBERS)) {
    if (values[name] !== '') body[name] = Number(values[name]);
    else if (!isNew && mayLack) body[name] = null;
  }
  if (!isNew || values['smartEncoding'] === 'true') body['smartEncoding'] = values['smartEncoding'] === 'true';
  const allow = values['callbackAllow']!.split(/[\s,]+/).filter(Boolean);
  if (!isNew || allow.length > 0) body['callbackAllow'] = allow;

  const proof = proofIn(values);
  if (proof !== undefined) body['callbackAuth'] = proof;

  const isWritten = provider.credentials.some(({ name, secret }) => secret && values[inForm(name)] !== '');
  if (!isNew && !isWritten) return { ok: true, body: changed(body, gateway) };
  const credentials: Body = {};
  for (const { name } of provider.credentials) {
    const text = values[inForm(name)]!.trim();
    if (text === '') continue;
    if (kindOf(provider, name) !== 'json') credentials[name] = text;
    else {
      try {
        credentials[name] = JSON.parse(text) as unknown;
      } catch (error) {
        return { ok: false, field: inForm(name), message: `is no JSON: ${(error as Error).message}` };
      }
    }
  }
  return { ok: true, body: { ...(isNew ? body : changed(body, gateway)), credentials } };
}

const changed = (body: Body, gateway: Gateway): Body =>
  Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(gateway[name as keyof Gateway]),
    ),
  );
