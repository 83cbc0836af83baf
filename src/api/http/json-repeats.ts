/** Names that come twice in one object of a JSON text. Looked for only where the parsed value has fewer than are written. */

interface OpenObject {
  kind: 'object';
  path: string;
  /** By name: the value, as JSON without blanks. */
  values: Map<string, string>;
  name: string;
  valueFrom: number;
}

interface OpenArray {
  kind: 'array';
  path: string;
  index: number;
}

type Open = OpenObject | OpenArray;

const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},:]/g;

/**
 * The path of the first name that one object has twice with different values, such as `msgs[1].to`; null when all have
 * the same. @param text valid JSON.
 */
export function findRepeatedName(text: string): string | null {
  const open: Open[] = [];
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const top = open.at(-1);
    switch (token) {
      case '{':
      case '[':
        open.push(opened(token, top));
        break;
      case ':':
        (top as OpenObject).valueFrom = index + 1;
        break;
      case ',':
      case '}':
      case ']': {
        const repeated = ended(text, top!, index);
        if (repeated !== null) return repeated;
        if (token !== ',') open.pop();
        break;
      }
      default:
        if (top?.kind === 'object' && top.valueFrom < 0) top.name = JSON.parse(token) as string;
    }
  }
  return null;
}

function opened(token: string, top: Open | undefined): Open {
  const path = top === undefined ? '' : placeIn(top);
  return token === '[' ? { kind: 'array', path, index: 0 } : { kind: 'object', path, values: new Map(), name: '', valueFrom: -1 }; // prettier-ignore
}

/** A member or an item has come to its end. */
function ended(text: string, top: Open, at: number): string | null {
  if (top.kind === 'array') {
    top.index++;
    return null;
  }
  if (top.valueFrom < 0) return null;
  const value = JSON.stringify(JSON.parse(text.slice(top.valueFrom, at)));
  const before = top.values.get(top.name);
  top.values.set(top.name, value);
  top.valueFrom = -1;
  return before === undefined || before === value ? null : placeIn(top);
}

function placeIn(top: Open): string {
  if (top.kind === 'array') return `${top.path}[${top.index}]`;
  return top.path === '' ? top.name : `${top.path}.${top.name}`;
}
