/** How the wizard's form is told to the API, and how a stored draft comes back into it. */
import type { Campaign, CampaignBody, CampaignPatch } from '../api';
import { instantIn, localIn } from '../clock';
import { cadenceOf, cronOf, WEEKDAYS } from '../series';
import { readPeople } from './audience/people';
import { AGE_UNITS, ageSecondsOf, emptyForm, type AgeUnit, type Form } from './form';

/** A stored draft as the wizard shows it. */
export function formOf(campaign: Campaign): Form {
  const { audience, time, timezone, recurrence, finishWithinSeconds: within } = campaign;
  const isUnseen = campaign.sensitive && campaign.templateId === null;
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
    hasUnseenText: isUnseen,
    templateId: campaign.templateId ?? '',
    variables: campaign.variables,
    sensitive: campaign.sensitive,
    type: campaign.type,
    flash: campaign.flash,
    port: campaign.port === null ? '' : String(campaign.port),
    entityId: campaign.templateId === null ? (campaign.entityId ?? '') : '',
    dltTemplateId: campaign.templateId === null ? (campaign.dltTemplateId ?? '') : '',
    sender: campaign.sender ?? '',
    routeId: campaign.routeId ?? '',
    service: campaign.service,
    webhookId: campaign.webhookId ?? '',
    begins: recurrence !== null ? 'series' : time === null ? 'now' : 'at',
    time: time === null ? '' : localIn(time, timezone),
    ...(recurrence === null ? {} : { cadence: cadenceOf(recurrence) }),
    ...windowOf(campaign),
    lateness: campaign.lateness,
    ...ageOf(campaign.maxAgeSeconds),
    validUntil: campaign.validUntil === null ? '' : localIn(campaign.validUntil, timezone),
    rate: campaign.ratePerSecond === null ? '' : String(campaign.ratePerSecond),
    finishWithinMinutes: within === null ? '' : String(Math.round(within / 60)),
  };
}

function windowOf({ window, timezone }: Campaign): Partial<Form> {
  if (window === null) return {};
  const clock = window.timezone === null ? 'recipient' : window.timezone === timezone ? 'campaign' : 'own';
  return {
    hasWindow: true,
    windowStart: window.start,
    windowEnd: window.end,
    days: window.days ?? WEEKDAYS,
    windowClock: clock,
    windowZone: clock === 'own' ? (window.timezone ?? '') : '',
  };
}

/** In the largest unit of which it is a whole number. */
function ageOf(seconds: number | null): Partial<Form> {
  if (seconds === null) return {};
  const units = Object.entries(AGE_UNITS) as [AgeUnit, number][];
  const [ageUnit, each] = units.reverse().find(([, each]) => seconds % each === 0)!;
  return { ageAmount: String(seconds / each), ageUnit };
}

/** The whole of it; null: it has no such value. */
type Told = Omit<CampaignPatch, 'audience'> & { audience?: CampaignBody['audience'] };

function toldOf(form: Form): Told {
  const isSeries = form.begins === 'series';
  return {
    name: form.name.trim(),
    audience: audienceOf(form),
    ...textOf(form),
    variables: Object.fromEntries(Object.entries(form.variables).filter(([, value]) => value !== '')),
    type: form.type,
    flash: form.flash,
    port: form.port === '' ? null : Number(form.port),
    sensitive: form.sensitive,
    sender: given(form.sender),
    routeId: given(form.routeId),
    service: form.service === '' ? undefined : form.service,
    webhookId: given(form.webhookId),
    time: form.begins === 'at' && form.time !== '' ? instantIn(form.time) : null,
    timezone: form.timezone.trim(),
    recurrence: isSeries ? { cron: cronOf(form.cadence), overlap: form.cadence.overlap } : null,
    window: form.hasWindow ? hoursOf(form) : null,
    lateness: form.lateness,
    maxAgeSeconds: form.ageAmount === '' ? null : ageSecondsOf(form),
    validUntil: isSeries || form.validUntil === '' ? null : instantIn(form.validUntil),
    ratePerSecond: form.rate === '' ? null : Number(form.rate),
    finishWithinSeconds: form.finishWithinMinutes === '' ? null : Math.round(Number(form.finishWithinMinutes) * 60),
  };
}

/** A text has DLT ids of its own, a template brings its. */
function textOf(form: Form): Told {
  if (form.textFrom === 'template') return { templateId: form.templateId };
  const { message, hasUnseenText, entityId, dltTemplateId } = form;
  return {
    message: hasUnseenText && message === '' ? undefined : message,
    entityId: given(entityId),
    dltTemplateId: given(dltTemplateId),
  };
}

const given = (value: string): string | null => (value.trim() === '' ? null : value.trim());

function hoursOf({ windowStart, windowEnd, days, windowClock, windowZone }: Form): NonNullable<Told['window']> {
  return {
    start: windowStart,
    end: windowEnd,
    days: [...days],
    recipientZone: windowClock === 'recipient',
    ...(windowClock === 'own' ? { timezone: windowZone.trim() } : {}),
  };
}

function audienceOf(form: Form): Told['audience'] {
  if (form.audience === 'upload') return { uploadId: form.uploadId };
  if (form.audience === 'group') return { groupId: form.groupId };
  return form.audience === 'paste' ? { recipients: readPeople(form.pasted).recipients } : undefined;
}

const isNothing = (value: unknown): boolean =>
  value === null || value === false || (typeof value === 'object' && Object.keys(value).length === 0);

const without = (of: object, isLeftOut: (value: unknown) => boolean): object =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined && !isLeftOut(value)));

/** The whole of it, as a stored draft is told: null for what it lacks. */
export const patchOf = (form: Form): CampaignPatch => without(toldOf(form), () => false);

/** The whole of it, as a new draft is told: what it lacks is not named. */
export const bodyOf = (form: Form): CampaignBody => without(toldOf(form), isNothing) as CampaignBody;
