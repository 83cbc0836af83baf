export type JsonObject = Record<string, unknown>;

/** True for `{…}`, false for arrays, null and everything else that JSON can hold. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
