/** How master keys are read out of a setting; a key itself is never told. */
import type { z } from 'zod';

const KEY_BYTES = 32;
export const MAKE_KEY = 'openssl rand -base64 32';
const RING_HINT = `${KEY_BYTES} bytes in base64: ${MAKE_KEY}`;

/** A master key, 32 bytes. Without an id, HELIOGRAPH_MASTER_KEY, it goes by its fingerprint. */
export interface MasterKey {
  id?: string;
  key: Buffer;
}

/** A key, or no bytes and an issue that shows nothing of it. @param which begins the issue, where there are several. */
export function readKey(text: string, context: z.RefinementCtx, which: string): Buffer {
  const key = /^[\w+/-]+={0,2}$/.test(text.trim()) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  const problem =
    key.length !== KEY_BYTES
      ? `must be ${RING_HINT}`
      : key.every((byte) => byte === 0)
        ? `is all zero: ${MAKE_KEY}`
        : '';
  if (problem !== '') context.addIssue({ code: 'custom', message: which + problem });
  return key;
}

/** `id:key,…`. A malformed part is told by its place: it may be the key itself. */
export function readRing(text: string, context: z.RefinementCtx): { id: string; key: Buffer }[] {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  const ring: { id: string; key: Buffer }[] = [];
  for (const [i, part] of text.split(',').entries()) {
    const [, id, encoded] = /^\s*([\w-]{1,32}):(.*)$/s.exec(part) ?? [];
    if (id === undefined) {
      refuse(`has no id of 1 to 32 letters, digits, - or _ in its part ${i + 1}: write id:key,…`);
      continue;
    }
    const key = readKey(encoded!, context, `has a wrong key ${id}, which `);
    if (ring.some((other) => other.id === id)) refuse(`has the id ${id} twice: give each key an id of its own`);
    const same = ring.find((other) => key.length === KEY_BYTES && other.key.equals(key));
    if (same !== undefined && same.id !== id) refuse(`has the same key as ${same.id} and as ${id}: leave one out`);
    ring.push({ id, key });
  }
  return ring;
}

/** The keys of a ring that has been found right. */
export function ringOf(text: string): { id: string; key: Buffer }[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const border = part.indexOf(':');
      return { id: part.slice(0, border).trim(), key: Buffer.from(part.slice(border + 1), 'base64') };
    });
}
