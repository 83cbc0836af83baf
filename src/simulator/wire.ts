/** What several vendors' protocols have in common on the wire. */
import type { Answer, ReceiptRequest, VendorRequest } from './protocol';
import type { Script } from './script';

const IST_OFFSET_MS = 5.5 * 3_600_000;

export function json(status: number, body: unknown, headers?: Record<string, string>): Answer {
  return { status, headers, body: JSON.stringify(body) };
}

/** The value of a `Retry-After` header as the only header. */
export function retryAfter(seconds: number): Record<string, string> {
  return { 'retry-after': String(seconds) };
}

/** The fields of a form; undefined when the body is none. */
export function formOf({ headers, body }: VendorRequest): URLSearchParams | undefined {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  return isForm ? new URLSearchParams(body.toString()) : undefined;
}

/** What a JSON body says; undefined when it is none. */
export function jsonOf({ headers, body }: VendorRequest): unknown {
  if (!headers['content-type']?.startsWith('application/json')) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/**
 * A flat report on its way: as the script says, else as `usual`.
 * @param fields undefined ones are left out.
 */
export function carry(
  url: string,
  fields: Record<string, string | number | undefined>,
  form: Script['receipts']['form'],
  usual: 'query' | 'form' | 'json',
): ReceiptRequest {
  const way = form === 'query' || form === 'form' || form === 'json' ? form : usual;
  if (way === 'json') {
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) };
  }
  const target = new URL(url);
  const given = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const parameters = new URLSearchParams(given as [string, string][]);
  if (way === 'form') {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url, headers, body: parameters.toString() };
  }
  for (const [name, value] of parameters) target.searchParams.append(name, value);
  return { method: 'GET', url: target.href };
}

/** The user and password of HTTP Basic; undefined for any other scheme. */
export function basicOf(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Whether these are the digits of an international number, without a plus sign. */
export function isNumber(text: string): boolean {
  return /^[1-9]\d{6,14}$/.test(text);
}

/** `2024-08-01 03:30:46` on India's clock (UTC+05:30, no summer time). */
export function istTime(ms: number): string {
  return new Date(ms + IST_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** The name of a field that a vendor does not know, if there is one. */
export function unknownField(names: Iterable<string>, known: ReadonlySet<string>): string | undefined {
  for (const name of names) if (!known.has(name)) return name;
  return undefined;
}
