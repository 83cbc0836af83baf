/**
 * Bounds on a JSON text, checked before it is parsed: a few megabytes of brackets, or of keys in one object, keep
 * JSON.parse busy for a second. Whether the text is JSON at all is left to the parser.
 */

export const MAX_JSON_DEPTH = 20;
export const MAX_JSON_KEYS = 1_000;

/** What is beyond a bound, and where: `msgs[3].tags`; empty for the outermost value. */
export interface JsonExcess {
  path: string;
  problem: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** A key is shown so far in a path. */
const SHOWN_KEY = 40;

/** An array or object that is open. */
interface Frame {
  isObject: boolean;
  /** Commas so far. */
  commas: number;
  /** Where the last key's text begins and ends. */
  keyStart: number;
  keyEnd: number;
  /** In an object: the next string is a key. */
  keyNext: boolean;
}

/**
 * Walks over a JSON text.
 * @returns the first value that is nested deeper than {@link MAX_JSON_DEPTH} or has more than {@link MAX_JSON_KEYS} keys;
 * without one, how many members its objects are written with, all together.
 */
export function measureJson(text: string): JsonExcess | number {
  const frames = [newFrame()];
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const frame = frames[depth]!;
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (end < 0) return members;
        if (frame.keyNext) {
          frame.keyStart = at + 1;
          frame.keyEnd = end;
        }
        at = end;
        break;
      }
      case COLON:
        frame.keyNext = false;
        members++;
        break;
      case COMMA:
        frame.commas++;
        frame.keyNext = frame.isObject;
        if (frame.isObject && frame.commas === MAX_JSON_KEYS) {
          return { path: pathOf(text, frames, depth - 1), problem: `has more than ${MAX_JSON_KEYS} keys` };
        }
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT: {
        if (depth === MAX_JSON_DEPTH) {
          return { path: pathOf(text, frames, depth), problem: `is nested more than ${MAX_JSON_DEPTH} levels deep` };
        }
        const opened = (frames[++depth] ??= newFrame());
        opened.isObject = opened.keyNext = text.charCodeAt(at) === OPEN_OBJECT;
        opened.commas = 0;
        break;
      }
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        if (depth === 0) return members;
        depth--;
        break;
    }
  }
  return members;
}

const newFrame = (): Frame => ({ isObject: false, commas: 0, keyStart: 0, keyEnd: 0, keyNext: false });

/** The closing quote of the string that begins at `start`; -1 when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}

/** Where the frames up to `depth` stand; frame 0 is the text itself. */
function pathOf(text: string, frames: readonly Frame[], depth: number): string {
  return frames.slice(1, depth + 1).reduce((path, { isObject, commas, keyStart, keyEnd }) => {
    if (!isObject) return `${path}[${commas}]`;
    const key = text.slice(keyStart, Math.min(keyEnd, keyStart + SHOWN_KEY));
    return path === '' ? key : `${path}.${key}`;
  }, '');
}
