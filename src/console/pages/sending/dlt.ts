/** What the DLT asks of a field, said beside it before anything is saved. */
import { matchDltPattern } from '../../../core/audience/dlt-template';
import { parseTemplate, renderTemplate } from '../../../core/audience/template';
import { segment, type Segmentation } from '../../../core/messages/segments';

/** Of sender IDs. */
export const CLASSES = [
  ['transactional', 'Transactional'],
  ['promotional', 'Promotional'],
  ['service', 'Service'],
] as const;

/** What is wrong with a DLT id; undefined = nothing, or it is empty. */
export function idProblem(id: string): string | undefined {
  const text = id.trim();
  if (text === '' || /^\d{19}$/.test(text)) return undefined;
  return /^\d+$/.test(text) ? `has ${text.length} digits; DLT ids have 19` : 'must be 19 digits and nothing else';
}

/** Ids parted by blanks, commas or line ends. */
export const readIds = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

export interface Reading {
  /** What is wrong with the text as a template; undefined = it can be read. */
  problem?: string;
  variables: string[];
  /** As a phone shows it, with a sample for each value. */
  preview: string;
  segments: Segmentation;
  /** Whether it fits what is registered; undefined = nothing is. */
  dlt?: { ok: true } | { ok: false; reason: string };
}

/** @param samples values by name; what has none is shown as its name. @param registered the text on the DLT. */
export function readText(text: string, samples: Record<string, string>, registered: string): Reading {
  const parsed = parseTemplate(text);
  if (!parsed.ok) {
    const problem = `Character ${parsed.position + 1}: ${parsed.problem}`;
    return { problem, variables: [], preview: text, segments: segment(text) };
  }
  const { template } = parsed;
  const values = Object.fromEntries(template.variables.map((name) => [name, samples[name] || name.toUpperCase()]));
  const rendered = renderTemplate(template, values);
  const preview = rendered.ok ? rendered.text : text;
  const match = registered.trim() === '' ? undefined : matchDltPattern(registered, template);
  return {
    variables: [...template.variables],
    preview,
    segments: segment(preview),
    ...(match === undefined ? {} : { dlt: match.ok ? { ok: true } : { ok: false, reason: match.quoted } }),
  };
}
