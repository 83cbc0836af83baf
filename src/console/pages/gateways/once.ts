/** What of a gateway's proof of callbacks is shown now only: the answer to its making, or to a rotation, has it in full. */
import { words } from '../../parts';
import type { Gateway } from './columns';

/** Each value with what it is; empty where the provider can't send a proof, or one was given. */
export function onceOf({ callbackAuth }: Gateway): (readonly [label: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const walk = (value: unknown, name: string): void => {
    if (typeof value === 'string') {
      if (!isMasked(value)) found.push([`Callback ${words(name).toLowerCase()}`, value]);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, key);
    }
  };
  walk(callbackAuth, 'auth');
  return found;
}

const isMasked = (value: string): boolean => /[•*…]/.test(value);
