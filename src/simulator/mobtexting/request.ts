/** Mobtexting's two requests (Mobtexting docs 4.x, `v2/sms/post.md` and `v2/sms/json.md`), checked field by field. */
import { isObject } from '../shape';

/** Violations by field. */
export type Errors = Record<string, string[]>;
/** One message with the defaults of `root` filled in. */
export type Node = Readonly<Record<string, string>>;
export interface Sending {
  nodes: Node[];
  /** Name of a campaign. */
  name?: string;
}

const REQUIRED = ['to', 'message', 'sender', 'service'];
const TEXT = /[^]/;
const FLAG = /^[01]$/;
/** Every field, and the values it takes. */
const FIELDS: Record<string, RegExp> = {
  to: TEXT,
  message: TEXT,
  sender: TEXT,
  service: /^[A-Za-z]+$/,
  webhook_id: TEXT,
  time: /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)?$/,
  type: /^[UNA]$/,
  flash: FLAG,
  custom: /[^]*/,
  port: /^\d{1,5}$/,
  entity_id: /^\d+$/,
  template_id: /^\d+$/,
  max_units: /^[1-9]\d*$/,
  name: TEXT,
};
/** Any value; the simulator does not read them. */
const UNREAD = new Set(['meta', 'tags']);
/** Fields that a node may not override. */
const ROOT_ONLY = new Set(['webhook_id', 'service', 'time', 'name']);

function checked(input: unknown, at: string, errors: Errors, forbidden?: ReadonlySet<string>): Node {
  const fields: Record<string, string> = {};
  if (!isObject(input)) {
    errors[at || 'body'] = ['must be an object'];
    return fields;
  }
  for (const [name, value] of Object.entries(input)) {
    if (UNREAD.has(name)) continue;
    const allowed = Object.hasOwn(FIELDS, name) && !forbidden?.has(name) ? FIELDS[name] : undefined;
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    if (allowed === undefined) errors[at + name] = [`The ${name} field is not allowed.`];
    else if (text === undefined || !allowed.test(text)) errors[at + name] = [`The ${name} field is invalid.`];
    else fields[name] = text;
  }
  return fields;
}

function complete(node: Node, at: string, errors: Errors): void {
  for (const name of REQUIRED) if (node[name] === undefined) errors[at + name] ??= [`The ${name} field is required.`];
}

/** `sms/send`: one text. */
export function readSingle(body: unknown): { errors: Errors } | Sending {
  const errors: Errors = {};
  const node = checked(body, '', errors);
  complete(node, '', errors);
  return Object.keys(errors).length > 0 ? { errors } : { nodes: [node], name: node['name'] };
}

/** `sms/send/json`: `{root, nodes}`. */
export function readNodes(body: unknown): { errors: Errors } | Sending {
  const errors: Errors = {};
  const { root: defaults = {}, nodes: list, ...others } = isObject(body) ? body : {};
  for (const name of Object.keys(others)) errors[name] = [`The ${name} field is not allowed.`];
  const root = checked(defaults, 'root.', errors);
  if (!Array.isArray(list) || list.length === 0)
    return { errors: { ...errors, nodes: ['The nodes field is required.'] } };
  const nodes = list.map((input: unknown, index) => {
    const node = { ...root, ...checked(input, `nodes.${index}.`, errors, ROOT_ONLY) };
    complete(node, `nodes.${index}.`, errors);
    return node;
  });
  return Object.keys(errors).length > 0 ? { errors } : { nodes, name: root['name'] };
}
