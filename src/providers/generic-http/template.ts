/** Templates of requests: text with `{placeholders}`; `{{` is a literal `{`. */
import type { Encoding } from '../../core/messages/segments';
import type { OutboundMessage } from '../provider';

/** Values of placeholders by name; null = the message has none. */
export type Values = Readonly<Record<string, string | null>>;

/** The placeholders that every message has, beside the secrets of the configuration. */
export const MESSAGE_PLACEHOLDERS = [
  'to', 'from', 'text', 'id', 'entityId', 'templateId', 'encoding', 'callbackUrl',
] as const; // prettier-ignore

type MessageValues = Record<(typeof MESSAGE_PLACEHOLDERS)[number], string | null>;

/**
 * A message's values. `to` is digits alone: vendors that want the plus sign get `+{to}`.
 * @param encodings what the vendor calls GSM 03.38 and UCS-2.
 */
export function valuesOf(message: OutboundMessage, encodings: Record<Encoding, string>): MessageValues {
  const { from, text, id, entityId, templateId, callbackUrl } = message;
  const encoding = encodings[message.encoding];
  return { to: message.to.replace('+', ''), from, text, id, entityId, templateId, encoding, callbackUrl };
}

/** Alternatives: the literal, a placeholder, and a brace that opens neither. */
const PARTS = /\{\{|\{(\w+)\}|\{/g;

/** The names in a template; a brace that opens none gives the empty name, which nothing has. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(PARTS)].flatMap(([part, name]) => (part === '{{' ? [] : [name ?? '']));
}

/** Fills a template. Values stand in it as they are unless `escape` changes them for their place. */
export function fill(template: string, values: Values, escape: (value: string) => string = (value) => value): string {
  return template.replace(PARTS, (part, name: string) => (part === '{{' ? '{' : escape(values[name] ?? '')));
}

/** Whether a template is nothing but a placeholder that stands for nothing: its field is left out. */
function isAbsent(template: unknown, values: Values): boolean {
  const name = typeof template === 'string' ? /^\{(\w+)\}$/.exec(template)?.[1] : undefined;
  return name !== undefined && values[name] === null;
}

/** Fills every text of a JSON value, names aside; members without a value are left out. */
export function fillAll(template: unknown, values: Values): unknown {
  if (typeof template === 'string') return fill(template, values);
  if (Array.isArray(template)) return template.map((item: unknown) => fillAll(item, values));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).flatMap(([name, value]: [string, unknown]) =>
      isAbsent(value, values) ? [] : [[name, fillAll(value, values)]],
    ),
  );
}

/** Every text of a JSON value, names aside. */
export function textsIn(template: unknown): string[] {
  if (typeof template === 'string') return [template];
  return typeof template === 'object' && template !== null ? Object.values(template).flatMap(textsIn) : [];
}
