/** Where a CleverTap body keeps its records: alone, in an array under any key, at the top, or under `nodes`. Pure. */
import { isJsonObject, type JsonObject } from '../http/json';
import { AppError } from '../../errors';
import { isBlank } from '../../core/messages/blank';
import { fieldNamed, nameValues, type Field, type NamedValues } from './fields';

export const MAX_RECORDS = 5_000;

/** Whether an object says something of a field, under any of its names. */
function says(value: unknown, field: Field): boolean {
  if (!isJsonObject(value)) return false;
  for (const key in value) {
    if (fieldNamed(key) !== field) continue;
    const said = value[key];
    if (typeof said === 'number' || (typeof said === 'string' && !isBlank(said))) return true;
  }
  return false;
}

/**
 * The array of records: one whose objects name numbers, else texts. Where the object itself names a number, it is the
 * record, and its arrays are values of it, such as template variables. An empty array counts only where nothing else
 * could be meant.
 */
function findRecords(body: JsonObject): [key: string, records: unknown[]] | undefined {
  if (says(body, 'to')) return undefined;
  const arrays = Object.entries(body).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const naming = (field: Field) => arrays.find(([, array]) => array.some((record) => says(record, field)));
  return (
    naming('to') ?? naming('text') ?? arrays.find(([key, { length }]) => length === 0 && fieldNamed(key) === undefined)
  );
}

/** A record that is no object becomes one without values, so that it is rejected at its own index. */
const toObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

function checkCount(count: number, key: string): void {
  if (count === 0)
    throw new AppError('invalid-request', `${key} is an empty array: send at least one record`, {
      problems: [{ field: key, message: 'must have at least one record' }],
    });
  if (count > MAX_RECORDS)
    throw new AppError('too-many-records', `${key} has ${count} records: send at most ${MAX_RECORDS} a request`);
}

/**
 * The generic contract: one record; or an array of records under any key, wherever it stands, with globals beside it;
 * or a bare array.
 * @throws AppError invalid-request, too-many-records
 */
export function genericRecords(body: unknown): NamedValues[] {
  if (Array.isArray(body)) {
    checkCount(body.length, 'the body');
    return body.map((record) => nameValues(toObject(record)));
  }
  if (!isJsonObject(body)) {
    throw new AppError('invalid-request', 'the body must be a JSON object or an array of objects', {
      problems: [{ field: 'body', message: 'must be an object or an array of objects' }],
    });
  }
  const entry = findRecords(body);
  if (entry === undefined) return [nameValues(body)];
  const [key, records] = entry;
  checkCount(records.length, key);
  const { [key]: _, ...globals } = body;
  const under = nameValues(globals);
  return records.map((record) => nameValues(toObject(record), under));
}

/** What a node can't override (Mobtexting docs, sms/send/json). */
const ROOT_ONLY = ['webhookId', 'service', 'time'] as const;

/**
 * Mobtexting's `{root, nodes}`: a node overrides the root in everything but `webhook_id`, `service` and `time`.
 * @throws AppError invalid-request, too-many-records
 */
export function nodeRecords(body: unknown): NamedValues[] {
  const { root, nodes } = toObject(body);
  const problems = [];
  if (root !== undefined && !isJsonObject(root)) problems.push({ field: 'root', message: 'must be an object' });
  if (!Array.isArray(nodes))
    problems.push({ field: 'nodes', message: 'must be an array of objects, each with its own "to"' });
  if (problems.length > 0)
    throw new AppError('invalid-request', 'the body must be {"root":{…},"nodes":[{…}]}', { problems });
  checkCount((nodes as unknown[]).length, 'nodes');
  const under = nameValues(toObject(root));
  return (nodes as unknown[]).map((node) => {
    const values = nameValues(toObject(node), under);
    for (const field of ROOT_ONLY) {
      values.values[field] = under.values[field];
      values.names[field] = under.names[field];
    }
    return values;
  });
}
