/** What the wizard asks for, and how it is told to the API. */
import { parseTemplate } from '../../../../core/audience/template';
import type { Body, Campaign } from '../api';
import { instantIn, localIn } from '../clock';
import { MAX_PASTED, readPeople } from './audience/people';

export const STEPS = ['audience', 'text', 'way', 'time', 'review'] as const;
export type Step = (typeof STEPS)[number];

export const STEP_NAMES: Record<Step, string> = {
  audience: 'Audience',
  text: 'Text',
  way: 'Route and sender',
  time: 'Time and rate',
  review: 'Check and send',
};

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** `kept`: whom the stored draft goes to already. */
export type AudienceKind = 'paste' | 'upload' | 'group' | 'kept';

/** All texts, as the fields hold them; empty = not given. */
export interface Form {
  /** Of the stored draft; absent until it is stored. */
  id?: string;
  name: string;
  audience: AudienceKind;
  pasted: string;
  uploadId: string;
  groupId: string;
  /** How many, where it is known. */
  recipients: number;
  /** Columns of the audience that are variables. */
  columns: readonly string[];
  textFrom: 'message' | 'template';
  message: string;
  templateId: string;
  /** A: GSM where it can be; U: Unicode always; N: GSM only; empty: as it is stored. */
  type: '' | 'A' | 'U' | 'N';
  /** Of the text, where it is no template; empty: none, or as it is stored. */
  entityId: string;
  dltTemplateId: string;
  sender: string;
  routeId: string;
  service: string;
  begins: 'now' | 'at';
  /** By the clock of the zone: `2026-11-28T10:00`. */
  time: string;
  timezone: string;
  hasWindow: boolean;
  windowStart: string;
  windowEnd: string;
  days: readonly Weekday[];
  lateness: 'send' | 'skip' | 'next-window';
  rate: string;
  finishWithinMinutes: string;
}

export const emptyForm = (timezone: string): Form => ({
  name: '', audience: 'paste', pasted: '', uploadId: '', groupId: '', recipients: 0, columns: [],
  textFrom: 'message', message: '', templateId: '', type: 'A', entityId: '', dltTemplateId: '',
  sender: '', routeId: '', service: '',
  begins: 'now', time: '', timezone, hasWindow: false, windowStart: '10:00', windowEnd: '21:00', days: WEEKDAYS, lateness: 'send',
  rate: '', finishWithinMinutes: '',
}); // prettier-ignore

/** A stored draft as the wizard shows it. */
export function formOf(campaign: Campaign): Form {
  const { audience, window, time, timezone, finishWithinSeconds: within } = campaign;
  return {
    ...emptyForm(timezone),
    id: campaign.id,
    name: campaign.name,
    audience: audience.kind === 'group' || audience.kind === 'upload' ? audience.kind : 'kept',
    groupId: audience.kind === 'group' ? (audience.id ?? '') : '',
    uploadId: audience.kind === 'upload' ? (audience.id ?? '') : '',
    recipients: audience.recipients,
    textFrom: campaign.templateId === null ? 'message' : 'template',
    message: campaign.templateId === null ? (campaign.message ?? '') : '',
    templateId: campaign.templateId ?? '',
    // No answer tells it.
    type: '',
    sender: campaign.sender ?? '',
    routeId: campaign.routeId ?? '',
    service: campaign.service,
    begins: time === null ? 'now' : 'at',
    time: time === null ? '' : localIn(time, timezone),
    ...(window === null
      ? {}
      : { hasWindow: true, windowStart: window.start, windowEnd: window.end, days: window.days ?? WEEKDAYS }),
    lateness: campaign.lateness,
    rate: campaign.ratePerSecond === null ? '' : String(campaign.ratePerSecond),
    finishWithinMinutes: within === null ? '' : String(Math.round(within / 60)),
  };
}

/** What is missing or wrong in a step, by field. */
export function problemsOf(form: Form, step: Step): Partial<Record<keyof Form, string>> {
  const problems: Partial<Record<keyof Form, string>> = {};
  if (step === 'audience') {
    if (form.name.trim() === '') problems.name = 'Give it a name, by which you find it again.';
    if (form.audience === 'paste') problems.pasted = pastedProblem(form);
    if (form.audience === 'upload' && form.uploadId === '') problems.uploadId = 'Choose a file.';
    if (form.audience === 'group' && form.groupId === '') problems.groupId = 'Choose a group.';
  }
  if (step === 'text') {
    if (form.textFrom === 'template' && form.templateId === '') problems.templateId = 'Choose a template.';
    if (form.textFrom === 'message') problems.message = textProblem(form.message);
  }
  if (step === 'time') {
    if (form.begins === 'at' && form.time === '') problems.time = 'Say when it begins.';
    if (form.hasWindow && form.windowStart === form.windowEnd) problems.windowEnd = 'It is the same as the beginning.';
    if (form.hasWindow && form.days.length === 0) problems.days = 'Choose a day.';
    if (form.rate !== '' && !(Number(form.rate) >= 1)) problems.rate = 'It is 1 or more.';
  }
  return Object.fromEntries(Object.entries(problems).filter(([, says]) => says !== undefined));
}

function pastedProblem({ pasted }: Form): string | undefined {
  const { recipients } = readPeople(pasted);
  if (recipients.length === 0) return 'Paste at least one number.';
  return recipients.length > MAX_PASTED ? 'There are more than 10,000 numbers: upload them as a file.' : undefined;
}

function textProblem(message: string): string | undefined {
  if (message.trim() === '') return 'Write the text.';
  const parsed = parseTemplate(message);
  return parsed.ok ? undefined : `At character ${parsed.position + 1}: ${parsed.problem}.`;
}

/** The first step that is not done yet; `review` = all are. */
export const firstOpen = (form: Form): Step =>
  STEPS.find((step) => Object.keys(problemsOf(form, step)).length > 0) ?? 'review';

/** Whether there is enough to be stored as a draft. */
export const isStorable = (form: Form): boolean =>
  (['audience', 'text'] as const).every((step) => Object.keys(problemsOf(form, step)).length === 0);

/** The whole of it as a new draft is told; with an id also what a stored one lacks, as null. */
export function bodyOf(form: Form): Body {
  const isNew = form.id === undefined;
  const given = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const all: Body = {
    name: form.name.trim(),
    audience: audienceOf(form),
    ...(form.textFrom === 'template' ? { templateId: form.templateId } : { message: form.message }),
    type: form.type === '' ? undefined : form.type,
    ...(form.textFrom === 'template' ? {} : dltOf(form)),
    sender: given(form.sender),
    routeId: given(form.routeId),
    service: form.service === '' ? undefined : form.service,
    time: form.begins === 'at' && form.time !== '' ? instantIn(form.time) : null,
    timezone: form.timezone,
    window: form.hasWindow ? { start: form.windowStart, end: form.windowEnd, days: form.days } : null,
    lateness: form.lateness,
    ratePerSecond: form.rate === '' ? null : Number(form.rate),
    finishWithinSeconds: form.finishWithinMinutes === '' ? null : Math.round(Number(form.finishWithinMinutes) * 60),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined && !(isNew && value === null)),
  );
}

const dltOf = ({ entityId, dltTemplateId }: Form): Body => ({
  entityId: entityId.trim() === '' ? undefined : entityId.trim(),
  dltTemplateId: dltTemplateId.trim() === '' ? undefined : dltTemplateId.trim(),
});

function audienceOf(form: Form): Body | undefined {
  if (form.audience === 'upload') return { uploadId: form.uploadId };
  if (form.audience === 'group') return { groupId: form.groupId };
  return form.audience === 'paste' ? { recipients: readPeople(form.pasted).recipients } : undefined;
}
