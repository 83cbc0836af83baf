/** Reading what vendors send, without trusting its shape. */

/** The parsed JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The members of a JSON object; empty for anything else, so that reading further never throws. */
export function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The items of a JSON array; undefined for anything else. */
export function items(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
