/** What of a value goes into a log: chosen by kind, masked, and of bounded size. */
import { MASK, maskText } from './mask';

const MAX_DEPTH = 6;
const MAX_ITEMS = 50;
const MAX_TEXT = 4_000;

/** Fields whose values are secrets or somebody's words, whatever they look like. */
const HIDDEN =
  /passw(or)?d|secret|token|api_?key|master_?key|admin_?key|authorization|credential|cookie|^(to|msisdn|phone|number|recipients?|text|body|raw|meta|custom|variables|payload|values|params|parameters)$/i;
/** Fields whose numbers are times, sizes and counts. */
const MEASURED =
  /(ms|us|nanos?|micros|millis|seconds|minutes|bytes|at|time|timestamp|count|size|total|length|rows|pid|port)$/i;
/** A number of this size can be somebody's. */
const LONG_NUMBER = 10_000_000;

/** Makes the fields of a log line; `secrets` are masked wherever they stand. */
export function describeFields(fields: object, secrets: readonly string[] = []): Record<string, unknown> {
  return describeObject(fields, { secrets, depth: 0, above: [] });
}

/** An error as it is logged: no property but those that are known to hold nothing of anybody. */
export function describeError(error: unknown, secrets: readonly string[] = []): object {
  return errorFields(error, { secrets, depth: 0, above: [] });
}

interface Place {
  secrets: readonly string[];
  depth: number;
  /** What this stands in: a circle ends here. */
  above: readonly object[];
}

function describeValue(value: unknown, name: string, place: Place): unknown {
  switch (typeof value) {
    case 'string':
      return HIDDEN.test(name) ? MASK : shortened(maskText(value, place.secrets));
    case 'number':
    case 'bigint':
      if (MEASURED.test(name) || (value < LONG_NUMBER && value > -LONG_NUMBER)) {
        return typeof value === 'bigint' ? String(value) : value;
      }
      return HIDDEN.test(name) ? MASK : maskText(String(value), place.secrets);
    case 'object':
      return value === null ? null : describeNested(value, name, place);
    case 'boolean':
    case 'undefined':
      return value;
    default:
      return undefined;
  }
}

function describeNested(value: object, name: string, place: Place): unknown {
  if (value instanceof Error) return errorFields(value, place);
  if (HIDDEN.test(name)) return MASK;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString();
  if (value instanceof URL) return maskText(value.href, place.secrets);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (place.depth >= MAX_DEPTH || place.above.includes(value)) return MASK;
  const inside = { ...place, depth: place.depth + 1, above: [...place.above, value] };
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, MAX_ITEMS).map((item) => describeValue(item, name, inside));
  }
  return describeObject(value instanceof Map ? Object.fromEntries(value) : value, inside);
}

function describeObject(fields: object, place: Place): Record<string, unknown> {
  const entries = Object.entries(fields).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    entries.map(([name, value]) => [maskText(name, place.secrets), describeValue(value, name, place)]),
  );
}

/** Postgres names what it refused by these; everything else that it tells may quote the row. */
const POSTGRES_FIELDS = ['severity', 'schema', 'table', 'column', 'dataType', 'constraint', 'routine'];
/**
 * Classes of SQLSTATE (PostgreSQL 18, Appendix A) whose messages speak of connections, transactions, resources and names
 * of tables: 08, 25, 28, 3D, 40, 42, 53, 54, 55, 57, 58. The others, such as 22 and 23, quote values.
 */
const QUOTES_NO_VALUE = /^(08|25|28|3D|40|42|53|54|55|57|58)/;
/** By which Temporal calls an error of pg once it has crossed a process. */
const POSTGRES_TYPES = /^(error|DatabaseError)$/;

function errorFields(error: unknown, place: Place): object {
  if (!(error instanceof Error)) return { message: describeValue(describeThrown(error), '', place) };
  if (place.depth >= MAX_DEPTH || place.above.includes(error)) return { message: MASK };
  const inside = { ...place, depth: place.depth + 1, above: [...place.above, error] };
  const { code, type, cause, errors, stack } = error as Error & Record<'code' | 'type' | 'errors', unknown>;
  const sqlState = isSqlState(code) ? code : undefined;
  return {
    type: describeValue(error.name === 'error' ? error.constructor.name : error.name, '', place),
    message: describeValue(messageOf(error, sqlState, type), '', place),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: describeValue(code, '', place) } : {}),
    // Temporal's word for the class of an error that came from elsewhere.
    ...(typeof type === 'string' ? { failureType: describeValue(type, '', place) } : {}),
    ...(sqlState === undefined ? {} : pick(error, POSTGRES_FIELDS, place)),
    stack: framesOf(stack, place),
    ...(cause === undefined ? {} : { cause: errorFields(cause, inside) }),
    ...(Array.isArray(errors)
      ? { errors: errors.slice(0, MAX_ITEMS).map((each: unknown) => errorFields(each, inside)) }
      : {}),
  };
}

/** A promise may be rejected with anything: of an object only its own name for itself, if it has one. */
function describeThrown(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null
    ? `a thrown ${thrown.constructor?.name ?? 'object'}`
    : String(thrown);
}

function messageOf(error: Error, sqlState: string | undefined, type: unknown): string {
  if (sqlState !== undefined)
    return QUOTES_NO_VALUE.test(sqlState) ? error.message : `Postgres refused it (${sqlState})`;
  if (typeof type === 'string' && POSTGRES_TYPES.test(type)) return 'Postgres refused it';
  return error.message;
}

/** Five letters and digits with a digit among them; `EPIPE` and its like are the operating system's. */
const isSqlState = (code: unknown): code is string =>
  typeof code === 'string' && /^(?!E)(?=.*\d)[\dA-Z]{5}$/.test(code);

function pick(error: Error, names: readonly string[], place: Place): Record<string, unknown> {
  const fields = error as unknown as Record<string, unknown>;
  return Object.fromEntries(
    names.flatMap((name) => (typeof fields[name] === 'string' ? [[name, describeValue(fields[name], '', place)]] : [])),
  );
}

/** A stack begins with the message, which is told already. */
function framesOf(stack: string | undefined, { secrets }: Place): string {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return shortened(maskText(frames.join('\n'), secrets));
}

const shortened = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}${MASK}` : text);
