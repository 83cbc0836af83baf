/** Reads the `status` and `error` objects that answers and reports carry alike. */
import { members } from '../shared/json';
import { publicText } from '../../outbound/errors';
import { GROUP_NAMED } from './tables';

export interface Code {
  /** By its name where that is all; -1 when absent, which is in no table. */
  groupId: number;
  id: number;
  name: string;
  description: string;
}

export function codeOf(value: unknown): Code {
  const { groupId, groupName, id, name, description } = members(value);
  const named = typeof groupName === 'string' ? GROUP_NAMED.get(groupName.trim().toUpperCase()) : undefined;
  return {
    groupId: typeof groupId === 'number' ? groupId : (named ?? -1),
    id: typeof id === 'number' ? id : -1,
    name: typeof name === 'string' ? name : '',
    description: typeof description === 'string' ? description : '',
  };
}

/** Code and reason to keep: the id, and the text cleaned for the public. */
export function wording({ id, name, description }: Code, secrets: string[] = []): { code: string; reason: string } {
  const text = [name, description].filter((part) => part !== '').join(': ');
  return { code: String(id), reason: publicText(text || 'no reason given', secrets) };
}
