/** What the wizard asks for, step by step, and what is missing in each. */
import { parseTemplate } from '../../../../core/audience/template';
import { cadenceProblem, FIRST_CADENCE, WEEKDAYS, type Cadence, type Weekday } from '../series';
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
  /** The stored draft has a text that nobody is shown: it stays unless another one is written. */
  hasUnseenText: boolean;
  templateId: string;
  /** Values for recipients who have none of their own. */
  variables: Readonly<Record<string, string>>;
  /** A: GSM where it can be; U: Unicode always; N: GSM only. */
  type: 'A' | 'U' | 'N';
  /** Shown at once, and kept by no phone. */
  flash: boolean;
  /** Of an app on the phone. */
  port: string;
  /** Nobody is shown its text. */
  sensitive: boolean;
  /** Of the text, where it is no template. */
  entityId: string;
  dltTemplateId: string;
  sender: string;
  routeId: string;
  service: string;
  webhookId: string;
  begins: 'now' | 'at' | 'series';
  /** By the clock of the zone: `2026-11-28T10:00`. */
  time: string;
  timezone: string;
  cadence: Cadence;
  hasWindow: boolean;
  windowStart: string;
  windowEnd: string;
  days: readonly Weekday[];
  /** Whose clock the hours are of: the campaign's, each recipient's, or that of a zone of their own. */
  windowClock: 'campaign' | 'recipient' | 'own';
  windowZone: string;
  lateness: 'send' | 'skip' | 'next-window';
  /** So long after its time messages may leave; empty: as the account has it. */
  ageAmount: string;
  ageUnit: AgeUnit;
  /** By the clock of the zone; empty: no such moment. */
  validUntil: string;
  rate: string;
  finishWithinMinutes: string;
}

export const AGE_UNITS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
export type AgeUnit = keyof typeof AGE_UNITS;
const MAX_AGE_SECONDS = 34_560_000;

export const emptyForm = (timezone: string): Form => ({
  name: '', audience: 'paste', pasted: '', uploadId: '', groupId: '', recipients: 0, columns: [],
  textFrom: 'message', message: '', hasUnseenText: false, templateId: '', variables: {}, type: 'A', flash: false, port: '', sensitive: false,
  entityId: '', dltTemplateId: '',
  sender: '', routeId: '', service: '', webhookId: '',
  begins: 'now', time: '', timezone, cadence: FIRST_CADENCE,
  hasWindow: false, windowStart: '10:00', windowEnd: '21:00', days: WEEKDAYS, windowClock: 'campaign', windowZone: '', lateness: 'send',
  ageAmount: '', ageUnit: 'hours', validUntil: '', rate: '', finishWithinMinutes: '',
}); // prettier-ignore

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
    if (form.textFrom === 'message') problems.message = textProblem(form);
    if (form.port !== '' && !isWhole(form.port, 1, 65_535)) problems.port = 'A port is a number from 1 to 65,535.';
  }
  if (step === 'time') Object.assign(problems, timeProblems(form));
  return Object.fromEntries(Object.entries(problems).filter(([, says]) => says !== undefined));
}

function timeProblems(form: Form): Partial<Record<keyof Form, string>> {
  const problems: Partial<Record<keyof Form, string>> = {};
  if (form.begins === 'at' && form.time === '') problems.time = 'Say when it begins.';
  if (form.begins === 'series') problems.cadence = cadenceProblem(form.cadence);
  if (!isZone(form.timezone)) problems.timezone = NO_ZONE;
  if (form.hasWindow && form.windowStart === form.windowEnd) problems.windowEnd = 'It is the same as the beginning.';
  if (form.hasWindow && form.days.length === 0) problems.days = 'Choose a day.';
  if (form.hasWindow && form.windowClock === 'own' && !isZone(form.windowZone)) problems.windowZone = NO_ZONE;
  if (form.ageAmount !== '' && !isWhole(String(ageSecondsOf(form)), 1, MAX_AGE_SECONDS)) problems.ageAmount = 'It is from 1 second to 400 days.';
  if (form.rate !== '' && !isWhole(form.rate, 1, 100_000)) problems.rate = 'It is a whole number from 1 to 100,000.';
  const spread = form.finishWithinMinutes;
  if (spread !== '' && !(Number(spread) >= 1 && Number(spread) <= 43_200)) problems.finishWithinMinutes = 'It is from 1 minute to 43,200, which are 30 days.';
  return problems;
} // prettier-ignore

const NO_ZONE = 'It is no zone of the IANA database: Asia/Kolkata is one.';

const isWhole = (text: string, least: number, most: number): boolean =>
  Number.isInteger(Number(text)) && Number(text) >= least && Number(text) <= most;

/** An offset is no zone to the API, and browsers take it for one. */
function isZone(name: string): boolean {
  try {
    return !/^[+-]/.test(name.trim()) && new Intl.DateTimeFormat('en', { timeZone: name.trim() }) !== null;
  } catch {
    return false;
  }
}

/** For how long after its time messages may leave. */
export const ageSecondsOf = ({ ageAmount, ageUnit }: Pick<Form, 'ageAmount' | 'ageUnit'>): number =>
  Math.round(Number(ageAmount) * AGE_UNITS[ageUnit]);

function pastedProblem({ pasted }: Form): string | undefined {
  const { recipients } = readPeople(pasted);
  if (recipients.length === 0) return 'Paste at least one number.';
  return recipients.length > MAX_PASTED ? 'There are more than 10,000 numbers: upload them as a file.' : undefined;
}

function textProblem({ message, hasUnseenText }: Form): string | undefined {
  if (message.trim() === '') return hasUnseenText ? undefined : 'Write the text.';
  const parsed = parseTemplate(message);
  return parsed.ok ? undefined : `At character ${parsed.position + 1}: ${parsed.problem}.`;
}

/** The first step that is not done yet; `review` = all are. */
export const firstOpen = (form: Form): Step =>
  STEPS.find((step) => Object.keys(problemsOf(form, step)).length > 0) ?? 'review';

/** Whether there is enough to be stored as a draft. */
export const isStorable = (form: Form): boolean =>
  (['audience', 'text'] as const).every((step) => Object.keys(problemsOf(form, step)).length === 0);
