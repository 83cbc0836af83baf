/** Reading what vendors send, without trusting its shape. */

/** The parsed JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Integers that a double can't hold exactly have 16 digits or more. */
const LONG_INTEGER = /\d{16}/;
const STRINGS_AND_LONG_INTEGERS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/**
 * The parsed JSON, in which integers of 16 digits or more are strings: ids of vendors are written as numbers, and a double
 * would make another id of them. Undefined when it is no JSON.
 */
export function parseJsonExactly(text: string): unknown {
  const parsed = parseJson(text);
  if (parsed === undefined || !LONG_INTEGER.test(text)) return parsed;
  // What is known to be JSON has an end to each of its strings, so that this goes over it once.
  return parseJson(text.replace(STRINGS_AND_LONG_INTEGERS, (found) => (found.startsWith('"') ? found : `"${found}"`)));
}

/**
 * The same for callbacks whose template a person typed: a comma behind the last member or item is left out. Mobtexting's
 * sample of such a template has one ("Compose webhook", docs 4.x `v2/sms/webhook.md`, read on 2026-11-29).
 */
export function parseTemplated(text: string): unknown {
  const parsed = parseJsonExactly(text);
  return parsed === undefined && /,\s*[}\]]/.test(text) ? parseJsonExactly(withoutLastCommas(text)) : parsed;
}

function withoutLastCommas(text: string): string {
  const kept: string[] = [];
  let from = 0;
  let comma = -1;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (isString) {
      if (character === '\\') at++;
      else isString = character !== '"';
    } else if (/\s/.test(character)) {
      continue;
    } else {
      if (comma >= 0 && (character === '}' || character === ']')) {
        kept.push(text.slice(from, comma));
        from = comma + 1;
      }
      comma = character === ',' ? at : -1;
      isString = character === '"';
    }
  }
  return kept.join('') + text.slice(from);
}

/** The members of a JSON object; empty for anything else, so that reading further never throws. */
export function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The items of a JSON array; undefined for anything else. */
export function items(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The member of a JSON object by its name in any case; undefined when there is none. */
export function memberNamed(value: unknown, name: string): unknown {
  const object = members(value);
  if (Object.hasOwn(object, name)) return object[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(object).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : object[found];
}
