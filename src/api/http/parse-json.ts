/** JSON as it is taken in: within bounds, each name once, with errors that point at the place. */
import { hideDigits } from '../../core/messages/hidden';
import { AppError } from '../../errors';
import { invalid } from './invalid';
import { findJsonFault, placeOf } from './json-fault';
import { measureJson } from './json-limits';
import { findRepeatedName } from './json-repeats';

/** How much is quoted on both sides of a place. */
const CONTEXT = 24;

/**
 * Parses JSON.
 * @throws AppError malformed-body naming line, column and what stands there; invalid-request naming the path of what is
 * nested too deep, has too many keys, or has a name twice with different values.
 */
export function parseJson(text: string): unknown {
  const measured = measureJson(text);
  if (typeof measured !== 'number') throw invalid(measured.path || 'body', measured.problem);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AppError('malformed-body', `The body is not valid JSON: ${describeFault(text)}`);
  }
  // Of a name that comes twice the parser keeps the last one, and says nothing.
  if (membersOf(value) !== measured) {
    const path = findRepeatedName(text);
    if (path !== null) throw invalid(path, 'comes twice, with different values: which one is meant can’t be known');
  }
  return value;
}

/** All members of all objects in a value. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += membersOf(item);
    return members;
  }
  for (const name in value) {
    members++;
    const inner = (value as Record<string, unknown>)[name];
    if (typeof inner === 'object') members += membersOf(inner);
  }
  return members;
}

function describeFault(text: string): string {
  const fault = findJsonFault(text);
  if (fault === null) return 'it can’t be read';
  const near = text.slice(Math.max(0, fault.at - CONTEXT), fault.at + CONTEXT);
  return `${fault.problem}, ${placeOf(text, fault.at)}, near ${JSON.stringify(hideDigits(near))}`;
}
