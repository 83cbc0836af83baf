/**
 * The draft that is worked on. It outlives a look at another page; numbers that were pasted are kept nowhere but here and in
 * the stored draft.
 */
import { signal } from '@preact/signals';
import type { Problem, Result } from '../../../api';
import { makeDraft, patchCampaign, type Campaign, type CampaignPatch } from '../api';
import { emptyForm, type Form } from './form';
import { bodyOf, patchOf } from './told';
import type { Sample } from './audience/people';

export const form = signal<Form | null>(null);
/** Of the audience's beginning, for the preview. */
export const samples = signal<readonly Sample[]>([]);
/** What the API says is wrong with what was given. */
export const problem = signal<Problem | undefined>(undefined);
/** Whom the stored draft goes to, and whom it leaves out. */
export const people = signal<Campaign['audience'] | undefined>(undefined);

/** The pasted numbers that it says it of; another text is not judged yet. */
export const judged = signal<string | null>(null);

/** What is stored, as the form and as it is told: only what differs is told again. */
let stored: { form: string; body: CampaignPatch } = { form: '', body: {} };
let key = '';

/** By it a draft that is stored twice, since the answer was lost, is stored once. Works without HTTPS, too. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Begins with this form: a new one, or a stored draft's. */
export function begin(next: Form, of?: Campaign): void {
  form.value = next;
  samples.value = [];
  problem.value = undefined;
  people.value = of?.audience;
  judged.value = null;
  keepStored(of === undefined ? null : next);
  key = newKey();
}

function keepStored(form: Form | null): void {
  stored = form === null ? { form: '', body: {} } : { form: JSON.stringify(form), body: patchOf(form) };
}

export const change = (changes: Partial<Form>): void => void (form.value = { ...form.value!, ...changes });

/** Whether something would be lost. */
export function isChanged(): boolean {
  const now = form.value;
  return now !== null && JSON.stringify(now) !== (stored.form || JSON.stringify(emptyForm(now.timezone)));
}

/** What differs from what is stored. DLT ids belong to a text: another text is told with them. */
function changesOf(now: Form): CampaignPatch {
  const body = patchOf(now);
  const before: Record<string, unknown> = { ...stored.body };
  const changes: CampaignPatch = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
  return 'message' in changes ? { ...changes, entityId: body.entityId, dltTemplateId: body.dltTemplateId } : changes;
}

/** Stores what has changed. @returns the campaign; null = nothing had. */
export async function save(): Promise<Result<Campaign | null>> {
  const now = form.value!;
  const { id } = now;
  const changes = id === undefined ? {} : changesOf(now);
  if (id !== undefined && Object.keys(changes).length === 0) {
    keepStored(now);
    problem.value = undefined;
    return { ok: true, data: null };
  }
  const result = id === undefined ? await makeDraft(bodyOf(now), key) : await patchCampaign(id, changes);
  if (!result.ok) {
    problem.value = result.problem;
    // What is changed now is another request; one that got no answer is the same again.
    if (result.problem.status > 0) key = newKey();
    return result;
  }
  problem.value = undefined;
  people.value = result.data.audience;
  judged.value = now.audience === 'paste' ? now.pasted : null;
  const next: Form = { ...now, id: result.data.id, recipients: result.data.audience.recipients || now.recipients };
  keepStored(next);
  // What was written meanwhile stays.
  form.value = { ...form.value!, id: next.id, recipients: next.recipients };
  return result;
}

/** It was launched, or is given up. */
export function leave(): void {
  form.value = null;
  samples.value = [];
}
