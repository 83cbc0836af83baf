/** What a check of a deployment found, as `heliograph doctor` and `GET /api/v1/doctor` tell it. */

/** Every check, in the order in which they are told. */
export const CHECKS = [
  'settings',
  'database',
  'schema',
  'partitions',
  'sealed',
  'master-key',
  'clock',
  'disk',
  'temporal',
  'search-attributes',
  'workers',
  'public-url',
  'outbound',
  'callbacks',
  'gateways',
  'webhooks',
] as const;

export type CheckId = (typeof CHECKS)[number];

export interface Finding {
  id: CheckId;
  /** warn: it works, and somebody should know; fail: something does not work. */
  state: 'ok' | 'warn' | 'fail';
  /** What was found, in a sentence. */
  sentence: string;
  /** What to do; null where there is nothing to do. */
  remedy: string | null;
}

/** A check that found nothing wrong. */
export const ok = (id: CheckId, sentence: string): Finding => ({ id, state: 'ok', sentence, remedy: null });

/** @param remedy in the imperative. */
export const warn = (id: CheckId, sentence: string, remedy: string): Finding => ({
  id,
  state: 'warn',
  sentence,
  remedy,
});

/** @param remedy in the imperative. */
export const fail = (id: CheckId, sentence: string, remedy: string): Finding => ({
  id,
  state: 'fail',
  sentence,
  remedy,
});

/** Findings in the order of {@link CHECKS}. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => CHECKS.indexOf(a.id) - CHECKS.indexOf(b.id));

/** Names that are shown of a list before the rest is only counted. */
const SHOWN = 3;

/** `a, b, c and 4 more`. */
export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** `1 gateway`, `2 gateways`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
