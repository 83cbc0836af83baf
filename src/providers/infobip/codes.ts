/** Reads the `status` and `error` objects that answers and reports carry alike. */
import { members } from '../shared/json';
import { publicText } from '../../outbound/errors';
import { GROUP_NAMED, STATUS_NAMED } from './tables';

export interface Code {
  /** Group and name as they are told, for a status that no table has; blank when there is neither. */
  word: string;
  /** By its name where that is all; -1 when absent, which is in no table. */
  groupId: number;
  id: number;
  name: string;
  description: string;
}

export function codeOf(value: unknown): Code {
  const { groupId, groupName, id, name, description } = members(value);
  const [group, called] = [textOf(groupName), textOf(name)];
  return {
    word: [group, called].filter((part) => part !== '').join(' '),
    groupId: numberOf(groupId) ?? GROUP_NAMED.get(group.toUpperCase()) ?? -1,
    id: numberOf(id) ?? STATUS_NAMED.get(called.toUpperCase()) ?? -1,
    name: called,
    description: textOf(description),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** As a number, or in digits, as what passes through other hands may write it. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : undefined;
}

/** Code and reason to keep: the id, and the text cleaned for the public. */
export function wording({ id, name, description }: Code, secrets: string[] = []): { code: string; reason: string } {
  const text = [name, description].filter((part) => part !== '').join(': ');
  return { code: String(id), reason: publicText(text || 'no reason given', secrets) };
}
